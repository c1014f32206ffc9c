import { commitTransitions } from "../desk/commit-transitions.ts";
import type { Desk } from "../desk/desk.ts";
import { reread } from "../desk/record-report.ts";
import { SurefillError } from "../error/surefill-error.ts";
import { changeOrder, type OrderTransitions } from "../order/change-order.ts";
import { isTerminal, type Order } from "../order/order.ts";
import type { WallTime } from "../time/wall-time.ts";

const conflictsMax = 20;

/**
 * Makes "this order shall be cancelled" a durable fact and returns the order as it is then: CANCELLED if nothing was
 * sent, CANCELLING if the venue has it, unchanged if it has ended or the fact stood already. A cancel that goes out
 * together with others is due by itself only after `alone`; otherwise it is at once.
 * @throws SurefillError ORDER_CONTENDED after 20 lost races.
 */
export async function requestCancel(
  desk: Desk,
  known: Order,
  reason: string,
  { alone }: { readonly alone?: WallTime } = {},
): Promise<Order> {
  let order = known;
  for (let conflicts = 0; conflicts < conflictsMax; conflicts += 1) {
    if (isTerminal(order) || isOnItsWay(order)) return order;
    const after = asked(order, reason, desk.clock.wall(), alone);
    const result = await commitTransitions(desk, order, after);
    if (result.kind === "COMMITTED") return after.order;
    order = await reread(desk, order);
  }
  throw new SurefillError("ORDER_CONTENDED", `order ${order.orderId} changed ${conflictsMax} times meanwhile`, {
    context: { order_id: order.orderId },
  });
}

function asked(order: Order, reason: string, now: WallTime, alone: WallTime | undefined): OrderTransitions {
  const request = { type: "CANCEL_REQUESTED", reason } as const;
  const after = changeOrder(order, [request], now);
  if (alone === undefined || after.order.state !== "CANCELLING") return after;
  return changeOrder(order, [request, { type: "CANCEL_SENT", cancelAfter: alone }], now);
}

/** Whether the fact stands and will be acted on. A venue that refused a cancel can be asked once more. */
function isOnItsWay({ cancelRequest, state }: Order): boolean {
  return cancelRequest !== undefined && state !== "CONFIRMING" && state !== "PARTIALLY_FILLED";
}
