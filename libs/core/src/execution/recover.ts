import type { VenueAccount } from "../account/venue-account.ts";
import { commitTransitions } from "../desk/commit-transitions.ts";
import type { Desk } from "../desk/desk.ts";
import { orderError } from "../error/order-error.ts";
import { SurefillError } from "../error/surefill-error.ts";
import { changeOrder } from "../order/change-order.ts";
import type { Order } from "../order/order.ts";
import type { OrderPosition } from "../store/order-store.ts";

const pageMax = 500;

/**
 * Takes up what an earlier owner of the venue account left behind: an order that is SUBMITTED and not being sent by
 * this process has lost its answer, so it goes IN_DOUBT and is looked up; it is never sent again blindly. Whatever
 * else is due stands in the orders' rows.
 */
export async function recover(
  desk: Desk,
  venueAccount: VenueAccount,
  isBeingSent: (order: Order) => boolean,
): Promise<void> {
  let after: OrderPosition | undefined;
  for (;;) {
    const page: readonly Order[] = await desk.store.orders.live(venueAccount, pageMax, after);
    const orphans = page.filter((order) => order.state === "SUBMITTED" && !isBeingSent(order));
    await Promise.all(orphans.map((order) => loseAnswer(desk, order)));
    after = page.at(-1);
    if (page.length < pageMax) return;
  }
}

async function loseAnswer(desk: Desk, order: Order): Promise<void> {
  const error = orderError("ANSWER_LOST", "the process that sent the attempt is gone, and its answer with it");
  try {
    // A stale version means that somebody has recorded evidence meanwhile, which is all that was wanted.
    await commitTransitions(desk, order, changeOrder(order, [{ type: "ANSWER_LOST", error }], desk.clock.wall()));
  } catch (thrown) {
    // One row that the store refuses must not keep the lease from all others; a store that is away is asked again.
    if (SurefillError.from(thrown).code !== "STORE_REFUSED") throw thrown;
    desk.log.error({ error: thrown, order_id: order.orderId }, "an order could not be recovered");
  }
}
