import type { LinePlan } from "../crash-venue.ts";

/** What the simulated venue's process is started with. */
export interface VenueSettings {
  /** As venue-sim is configured, but for the port. */
  readonly sim: Readonly<Record<string, unknown>>;
  /** Where the exchange itself listens, behind the lines. */
  readonly exchangePort: number;
  readonly lines: readonly LinePlan[];
  /** How long a request is valid; late arrivals are about as late. */
  readonly requestWindowMs: number;
  readonly seed: number;
  /** Whether the lines are bad from the start, until the venue is told to be calm. */
  readonly faults: boolean;
}

/** To the venue's process: from now on the lines are good. */
export const calm = "CALM";
