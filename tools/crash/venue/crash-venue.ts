import type { ParseSubmitKey, VenueEvent } from "./venue-event.ts";
import type { Wire } from "./wire.ts";
import type { LineName } from "./wire-message.ts";

export const venueKinds = ["sim", "ccxt"] as const;
export type VenueKind = (typeof venueKinds)[number];

/** What a venue of a run is planned for; durations in milliseconds. */
export interface VenueTerms {
  readonly accounts: readonly string[];
  /** How long an attempt is valid. */
  readonly requestWindowMs: number;
  /** How long a submission takes to the venue and back, as a rule. */
  readonly flightMs: number;
  readonly seed: number;
  /** For logs and settings. */
  readonly folder: string;
}

/** The way of one process to the venue: it believes to find the exchange at this port. */
export interface LinePlan {
  readonly name: LineName;
  readonly port: number;
}

/** The venue of a run, not started yet: all that a run knows of which one it is. */
export interface CrashVenue {
  /** Its name in the members' configurations, and in orders. */
  readonly name: string;
  /** Between two orders: what its limits leave room for. */
  readonly orderEveryMs: number;
  /** Of each member's environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly parseSubmitKey: ParseSubmitKey;
  /** The library, and how it is configured to reach the exchange by a line. */
  configOf(linePort: number): { readonly plugin: string; readonly config: Readonly<Record<string, unknown>> };
  /** Starts it as a process of its own, which nobody kills. `faults`: much goes wrong until it is told to be calm. */
  open(lines: readonly LinePlan[], options: { readonly faults: boolean }): Promise<RunningVenue>;
}

/** The venue's process as the run sees it. */
export interface RunningVenue {
  /** What is on its way to it. */
  readonly wire: Wire;
  /** Whether the process is there, as it must be all the time. */
  readonly isAlive: boolean;
  /** No more faults from now on; what is on its way late still arrives. */
  calm(): Promise<void>;
  /** What the venue did, by its own log; also while it runs. */
  log(): Promise<readonly VenueEvent[]>;
  close(): Promise<void>;
}
