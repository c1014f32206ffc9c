import type { VenueAccount } from "../account/venue-account.ts";
import type { Desk } from "../desk/desk.ts";
import type { VenueEntry } from "../venue/venue-directory.ts";
import { Reconciler } from "./reconciler.ts";
import type { Reconciliation } from "./reconciliation.ts";

/**
 * One full pass over a venue account: all new fills, all open orders, and a look-up of each order that these don't
 * settle, at most 1,000. Trackers do the same all the time, at their intervals; this does it now and tells what it
 * found. A second pass changes nothing unless something happens at the venue. @throws SurefillError where the venue or
 * the store can't be asked; what was recorded until then stands.
 */
export async function reconcile(
  desk: Desk,
  entry: VenueEntry,
  venueAccount: VenueAccount,
  signal: AbortSignal = new AbortController().signal,
): Promise<Reconciliation> {
  const reconciler = new Reconciler(desk, entry, venueAccount);
  const { reconciliation } = await reconciler.pass("FULL", signal);
  await reconciler.close();
  return reconciliation;
}
