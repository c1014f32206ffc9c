import { BinanceVenue } from "./ccxt/binance-venue.ts";
import type { CrashVenue, VenueKind, VenueTerms } from "./crash-venue.ts";
import { SimVenue } from "./sim/sim-venue.ts";

/** The venue that a run was asked for. */
export async function planVenue(kind: VenueKind, terms: VenueTerms): Promise<CrashVenue> {
  return kind === "sim" ? SimVenue.plan(terms) : new BinanceVenue(terms);
}
