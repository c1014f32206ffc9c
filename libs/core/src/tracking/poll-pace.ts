import { costOf } from "../gate/budget-terms.ts";
import type { VenueEntry } from "../venue/venue-directory.ts";

/** What a poll asks for in bulk. */
const polled = ["openOrders", "fillsSince"] as const;
/** Of each limit; the rest is for orders, cancels, look-ups and what the budget leaves free. */
const pollShare = 0.5;
/** However narrow a limit is: orders must be looked at. */
const paceMsMax = 30_000;

/**
 * Milliseconds between polls of one venue account at which they take no more than their share of the venue's limits,
 * in every part of a window alike: sooner, they would use up a window at its beginning, and nobody would look at any
 * order for the rest of it. 0 where there are no limits. Accounts that share a limit share this, too.
 */
export function pollPaceMs({ manifest, accounts }: Pick<VenueEntry, "manifest" | "accounts">): number {
  const { capabilities, rateLimits } = manifest;
  if (!capabilities.bulkQueries) return 0;
  const paces = rateLimits.map((limit) => {
    const cost = Math.max(...Object.values(costOf([limit], polled)));
    const polling = limit.scope === "VENUE" ? accounts.length : 1;
    return (cost * polling * limit.windowMs) / (limit.requestsMax * pollShare);
  });
  return Math.min(Math.ceil(Math.max(0, ...paces)), paceMsMax);
}
