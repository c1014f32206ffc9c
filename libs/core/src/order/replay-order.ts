import { zeroAmount } from "../money/amount.ts";
import { zeroQuantity } from "../money/quantity.ts";
import { applyEvent } from "./apply-event.ts";
import { expectedPriceOf } from "./instruction.ts";
import type { Order } from "./order.ts";
import type { OrderEvent } from "./order-event.ts";
import type { OrderEventRecord, Placed, RecordedCause } from "./order-event-record.ts";

/** An order from its history, or the version at which the history ends to make sense. */
export type ReplayedOrder =
  | { readonly ok: true; readonly order: Order }
  | { readonly ok: false; readonly version: number; readonly reason: string };

/** The order that `records`, its whole history in turn, lead to. What is told beside the transitions is passed over. */
export function replayOrder(records: readonly OrderEventRecord[]): ReplayedOrder {
  const [placed, ...rest] = records.filter(({ type }) => type === "order.transition");
  if (placed?.cause.type !== "PLACED") return { ok: false, version: placed?.version ?? 0, reason: "no PLACED event" };
  let order = begun(placed, placed.cause);
  for (const { version, cause, at, from, to } of rest) {
    if (!isTransition(cause)) return { ok: false, version, reason: `${cause.type} is no transition` };
    const applied = applyEvent(order, cause, at);
    if (!applied.ok) return { ok: false, version, reason: `${applied.event} refused in ${applied.phase}` };
    if (from !== order.state)
      return { ok: false, version, reason: `${cause.type} came in ${order.state}, not ${from}` };
    order = applied.order;
    if (to !== order.state) return { ok: false, version, reason: `${cause.type} leads to ${order.state}, not ${to}` };
  }
  return { ok: true, order };
}

/** The causes that no transition is made of. */
const otherCauses: Readonly<Record<Exclude<RecordedCause, OrderEvent>["type"], true>> = {
  PLACED: true,
  EXECUTION_STARTED: true,
  EXECUTED: true,
  EXECUTION_FAILED: true,
  RECOVERED: true,
  SLIPPAGE_EXCEEDED: true,
  AUDIT_VIOLATED: true,
};

function isTransition(cause: RecordedCause): cause is OrderEvent {
  return !Object.hasOwn(otherCauses, cause.type);
}

function begun({ version, at, to }: OrderEventRecord, { terms, error, confirmBy }: Placed): Order {
  const expectedPrice = expectedPriceOf(terms.instruction);
  const beginning = {
    ...terms,
    version,
    attemptCount: 0,
    failedPrepares: 0,
    cumQuantity: zeroQuantity,
    cumQuoteQuantity: zeroAmount,
    fees: {},
    stateTimes: { [to]: at },
    updatedAt: at,
    ...(expectedPrice === undefined ? {} : { expectedPrice }),
    ...(error === undefined ? {} : { lastError: error }),
  };
  if (to === "AWAITING_CONFIRMATION" && confirmBy !== undefined) return { ...beginning, state: to, confirmBy };
  return { ...beginning, state: to === "DENIED" ? "DENIED" : "PENDING" };
}
