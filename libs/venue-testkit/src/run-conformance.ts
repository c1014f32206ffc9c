import type { VenueManifest } from "@surefill/core";
import { type Card, pageOf } from "./card.ts";
import { cards } from "./cards/index.ts";
import { CardFailure, show } from "./check.ts";
import type { VenueConformance } from "./conformance.ts";
import { Trial } from "./trial.ts";

/** A card that takes longer fails: the library hangs. Real time, many times what any card takes on a busy machine. */
const cardMsMax = 60_000;

export type CardVerdict =
  | { readonly kind: "PASSED" }
  | { readonly kind: "FAILED"; readonly expected: string; readonly happened: string }
  | { readonly kind: "SKIPPED"; readonly reason: string };

export interface CardResult {
  readonly card: Card;
  readonly verdict: CardVerdict;
  readonly tookMs: number;
}

export interface ConformanceReport {
  /** The library's name, by its manifest. */
  readonly venue: string;
  readonly results: readonly CardResult[];
}

export interface ConformanceOptions {
  /** Ids of the cards to run; all unless given. */
  readonly only?: readonly string[];
  /** Cards that run at the same time; 1 unless given. */
  readonly concurrency?: number;
  /** Told as it goes. */
  readonly onResult?: (result: CardResult, done: number, all: number) => void;
}

/** Runs the cards against a library, each on a stand of its own. It never throws for a card. */
export async function runConformance(
  conformance: VenueConformance,
  { only, concurrency = 1, onResult }: ConformanceOptions = {},
): Promise<ConformanceReport> {
  const chosen = only === undefined ? cards : cards.filter(({ id }) => only.includes(id));
  const results = new Map<Card, CardResult>();
  const waiting = chosen.values();
  const work = async () => {
    for (const card of waiting) {
      const startedMs = performance.now();
      const verdict = await runCard(card, conformance);
      const result = { card, verdict, tookMs: performance.now() - startedMs };
      results.set(card, result);
      onResult?.(result, results.size, chosen.length);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  const inOrder = chosen.flatMap((card) => results.get(card) ?? []);
  return { venue: conformance.plugin.manifest.name, results: inOrder };
}

/** Why a card says nothing of this library on this stand. */
export function skipReason(card: Card, manifest: VenueManifest, { limits }: VenueConformance): string | undefined {
  const missing = card.needs?.find((need) => limits[need] !== undefined);
  return missing === undefined ? card.skipWhen?.(manifest) : `the stand has no ${missing}: ${limits[missing]}`;
}

async function runCard(card: Card, conformance: VenueConformance): Promise<CardVerdict> {
  let trial: Trial | undefined;
  try {
    trial = await within(Trial.open(conformance), "the library to open on its stand");
    const reason = skipReason(card, trial.manifest, conformance);
    if (reason !== undefined) return { kind: "SKIPPED", reason };
    await within(card.run(trial), card.title);
    return { kind: "PASSED" };
  } catch (thrown) {
    return thrown instanceof CardFailure
      ? { kind: "FAILED", expected: thrown.expected, happened: thrown.happened }
      : { kind: "FAILED", expected: card.title, happened: `thrown: ${thrownText(thrown)}` };
  } finally {
    await trial?.close().catch(() => undefined);
  }
}

function thrownText(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : show(thrown);
}

async function within<T>(work: Promise<T>, expected: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new CardFailure(expected, `no end of it within ${cardMsMax / 1_000} s`)),
    cardMsMax,
  );
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** A report as `npm run conformance -- … --json` prints it. */
export interface ConformanceSummary {
  readonly venue: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly {
    readonly card: string;
    readonly title: string;
    readonly expected: string;
    readonly happened: string;
    /** What explains the card. */
    readonly page: string;
  }[];
  readonly skips: readonly { readonly card: string; readonly title: string; readonly reason: string }[];
}

export function summaryOf({ venue, results }: ConformanceReport): ConformanceSummary {
  const failures = results.flatMap(({ card, verdict }) => {
    if (verdict.kind !== "FAILED") return [];
    const { expected, happened } = verdict;
    return [{ card: card.id, title: card.title, expected, happened, page: pageOf(card) }];
  });
  const skips = results.flatMap(({ card, verdict }) =>
    verdict.kind === "SKIPPED" ? [{ card: card.id, title: card.title, reason: verdict.reason }] : [],
  );
  const passed = results.length - failures.length - skips.length;
  return { venue, passed, failed: failures.length, skipped: skips.length, failures, skips };
}
