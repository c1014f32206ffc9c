import type { Instrument } from "../instrument/instrument.ts";
import type { Venue } from "./venue.ts";

/** What one venue can know of another: what is traded there and at which prices; never an account or an order. */
export interface PriceFeed extends Pick<Venue, "prices"> {
  readonly instruments: readonly Instrument[];
}
