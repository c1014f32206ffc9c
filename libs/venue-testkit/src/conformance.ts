import type { VenuePlugin } from "@surefill/core";
import type { StandLimits, VenueStand } from "./stand.ts";

/**
 * What a venue's package exports as `conformance` from its entry "./conformance", for the cards to be run against it:
 * the library, and the counterpart that it is tried on.
 */
export interface VenueConformance {
  readonly plugin: VenuePlugin;
  /** What its stand can't do; `{}` where it can do everything. */
  readonly limits: StandLimits;
  /** A new counterpart; the card that asked for it closes it. */
  openStand(): Promise<VenueStand>;
}
