import type { VenueEntry } from "../venue/venue-directory.ts";
import type { RateBudgetPolicy } from "./budget-terms.ts";
import type { BreakerPolicy } from "./circuit-breaker.ts";
import { gatedVenue } from "./gated-venue.ts";
import { type GatePorts, VenueGate } from "./venue-gate.ts";

/** The venue behind its gate: one for all that a process asks of it. @throws SurefillError CONFIG_INVALID */
export function guardVenue(
  entry: VenueEntry,
  ports: GatePorts,
  policies: { readonly rateBudget?: RateBudgetPolicy; readonly breaker?: BreakerPolicy } = {},
): VenueEntry {
  const { venueId: venue, accounts, manifest } = entry;
  const gate = new VenueGate(ports, { venue, accounts, rateLimits: manifest.rateLimits, ...policies });
  return {
    ...entry,
    venue: gatedVenue(entry.venue, gate, { isUrgent: false }),
    urgentVenue: gatedVenue(entry.venue, gate, { isUrgent: true }),
    gate,
  };
}
