import type { Desk } from "../desk/desk.ts";
import { orderError } from "../error/order-error.ts";
import { SurefillError } from "../error/surefill-error.ts";
import type { Order } from "../order/order.ts";
import { withDeadline } from "../time/with-deadline.ts";
import type { AttemptReference, CancelOutcome } from "../venue/venue.ts";
import type { VenueEntry } from "../venue/venue-directory.ts";

const cancelMsMax = 10_000;

/** Asks the venue to cancel an attempt of `order`; no answer within 10 s is none, nor is a library that throws. */
export async function askCancel(
  desk: Desk,
  entry: VenueEntry,
  { orderId }: Order,
  reference: AttemptReference,
): Promise<CancelOutcome> {
  try {
    return await withDeadline(desk.clock, cancelMsMax, (signal) => entry.venue.cancel(reference, signal));
  } catch (thrown) {
    desk.log.error({ error: thrown, order_id: orderId, venue: entry.venueId }, "venue library threw from cancel");
    return { kind: "UNKNOWN", error: orderError("ANSWER_LOST", SurefillError.from(thrown).message) };
  }
}
