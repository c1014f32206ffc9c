import { SurefillError } from "../error/surefill-error.ts";
import { changeOrder } from "../order/change-order.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import { interpretReport } from "../order/interpret-report.ts";
import { attemptOf, type Order } from "../order/order.ts";
import type { SubmitKey } from "../order/order-id.ts";
import type { AttemptWrite } from "../store/order-change.ts";
import { commitTransitions } from "./commit-transitions.ts";
import type { Desk } from "./desk.ts";
import { retryPolicyOf } from "./retry-policy-of.ts";

/** How often an order that others keep changing is read again before the report is given back to its source. */
const conflictsMax = 20;

/**
 * Records what a report adds to an order, whoever else writes to it meanwhile, and returns the order as it is then.
 * `attempt` is written with it in any case, for the venue's answer is kept even where it adds nothing. `takenUp`: the
 * process that sent the attempt is gone, so an order that still waits for its answer is told to be recovered.
 * @throws SurefillError STORE_UNAVAILABLE, or ORDER_CONTENDED after 20 lost races: the report must come again.
 */
export async function recordReport(
  desk: Desk,
  known: Order,
  report: ExecutionReport,
  attempt?: AttemptWrite,
  { takenUp = false }: { readonly takenUp?: boolean } = {},
): Promise<Order> {
  let order = known;
  for (let conflicts = 0; conflicts < conflictsMax; conflicts += 1) {
    const recordedFills =
      report.fills.length > 0 ? await desk.store.orders.recordedFills(order.orderId) : new Set<string>();
    const now = desk.clock.wall();
    const earlierKeys = await earlierKeysOf(desk, order, report);
    const context = { recordedFills, earlierKeys, now, policy: retryPolicyOf(desk, order), unit: desk.random.unit() };
    const events = interpretReport(order, report, context);
    if (events.length === 0 && attempt === undefined) return order;
    const after = changeOrder(order, events, now, { recovered: takenUp && order.state === "SUBMITTED" });
    const result = await commitTransitions(desk, order, after, attempt === undefined ? {} : { attempt });
    if (result.kind === "COMMITTED") return after.order;
    order = await reread(desk, order);
  }
  throw new SurefillError("ORDER_CONTENDED", `order ${order.orderId} changed ${conflictsMax} times meanwhile`, {
    context: { order_id: order.orderId },
  });
}

/** Only a report about another attempt than the last one asks for them. */
async function earlierKeysOf(
  desk: Desk,
  order: Order,
  { submitKey }: ExecutionReport,
): Promise<ReadonlySet<SubmitKey>> {
  const last = attemptOf(order)?.submitKey;
  if (submitKey === last) return new Set();
  const attempts = await desk.store.orders.attempts(order.orderId);
  return new Set(attempts.map((attempt) => attempt.submitKey).filter((key) => key !== last));
}

/** The order as it is now. @throws SurefillError INTERNAL if it is gone, which nothing does. */
export async function reread(desk: Desk, { orderId }: Order): Promise<Order> {
  const order = await desk.store.orders.find(orderId);
  if (order === undefined) throw new SurefillError("INTERNAL", `order ${orderId} has vanished from the store`);
  return order;
}
