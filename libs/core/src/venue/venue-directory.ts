import type { AccountId } from "../account/account-id.ts";
import type { VenueAccount } from "../account/venue-account.ts";
import type { VenueGate } from "../gate/venue-gate.ts";
import type { Instrument, InstrumentId } from "../instrument/instrument.ts";
import type { RetryPolicy } from "../retry/retry-policy.ts";
import type { VenueManifest } from "./capabilities.ts";
import type { Venue } from "./venue.ts";
import type { VenueId } from "./venue-id.ts";

/** A venue of the configuration, ready to trade. */
export interface VenueEntry {
  readonly venueId: VenueId;
  /** The package it was loaded from. */
  readonly plugin: string;
  readonly manifest: VenueManifest;
  readonly venue: Venue;
  readonly accounts: readonly AccountId[];
  readonly instruments: ReadonlyMap<InstrumentId, Instrument>;
  /** Submissions of one venue account that may await an answer at the same time. */
  readonly concurrencyMax: number;
  /** How far a limit or trigger price may be from the market, in basis points. */
  readonly collarBps: number;
  /** How the orders of an account are tried again, where it is not as the desk says. */
  readonly retryPolicies?: ReadonlyMap<AccountId, RetryPolicy>;
  /** The venue for what can't wait, as an emergency's reads: they may use the reserve, and no pause holds them. */
  readonly urgentVenue?: Venue;
  /** What attempts must pass (see guardVenue); absent: nothing holds them. */
  readonly gate?: VenueGate;
}

/** The venues this process trades at, by name. */
export type VenueDirectory = ReadonlyMap<VenueId, VenueEntry>;

/** Every account at every venue. */
export function venueAccounts(venues: VenueDirectory): readonly VenueAccount[] {
  return [...venues.values()].flatMap(({ venueId, accounts }) =>
    accounts.map((account) => ({ venue: venueId, account })),
  );
}
