import { commitTransitions } from "../desk/commit-transitions.ts";
import type { Desk } from "../desk/desk.ts";
import { reread } from "../desk/record-report.ts";
import { SurefillError } from "../error/surefill-error.ts";
import { changeOrder } from "../order/change-order.ts";
import { deadlineEvent, isOverdue } from "../order/deadline.ts";
import type { Order } from "../order/order.ts";

const conflictsMax = 20;

/**
 * Makes durable what the order's passed deadline means, and returns the order as it is then: ended, if nothing of it is
 * at the venue; else to be cancelled. Unchanged if its time has not come, or something else came first.
 * @throws SurefillError ORDER_CONTENDED after 20 lost races: it stays due.
 */
export async function passDeadline(desk: Desk, known: Order): Promise<Order> {
  let order = known;
  for (let conflicts = 0; conflicts < conflictsMax; conflicts += 1) {
    const now = desk.clock.wall();
    if (!isOverdue(order, now)) return order;
    const after = changeOrder(order, [deadlineEvent(order)], now);
    const result = await commitTransitions(desk, order, after);
    if (result.kind === "COMMITTED") return after.order;
    order = await reread(desk, order);
  }
  throw new SurefillError("ORDER_CONTENDED", `order ${order.orderId} changed ${conflictsMax} times meanwhile`, {
    context: { order_id: order.orderId },
  });
}
