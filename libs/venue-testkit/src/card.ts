import type { VenueManifest } from "@surefill/core";
import type { StandSkill } from "./stand.ts";
import type { FaultKind } from "./stand-fault.ts";
import type { Trial } from "./trial.ts";

/** What a card is about; cards are grouped by it, in this order. */
export const subjects = [
  "manifest",
  "instruments, prices, balances",
  "prepare",
  "submit",
  "limits and precision",
  "outcomes under faults",
  "look-up",
  "cancel",
  "cancel-all",
  "open orders",
  "fills and fees",
  "stream",
  "secrets and messages",
  "close",
] as const;

export type Subject = (typeof subjects)[number];

/** One thing that every venue library must do, and how it is found out. */
export interface Card {
  /** Stable for ever; the numbers of cards that are gone are not given again. */
  readonly id: `V-${number}`;
  readonly subject: Subject;
  /** "given …, so …" */
  readonly title: string;
  /** Why it is asked for, and what a library that fails it should do. For the page of cards. */
  readonly why: string;
  /** What it needs of a stand. */
  readonly needs?: readonly (FaultKind | StandSkill)[];
  /** Why the card says nothing of a library that claims this; undefined where it does. */
  readonly skipWhen?: (manifest: VenueManifest) => string | undefined;
  /** @throws CardFailure, or whatever the library throws. */
  readonly run: (trial: Trial) => Promise<void>;
}

/** The anchor of a card on the page of cards. */
export function pageOf({ id }: Pick<Card, "id">): string {
  return `docs/venue-cards.md#${id.toLowerCase()}`;
}
