import { type Posting, postFill } from "../position/post-fill.ts";
import type { WallTime } from "../time/wall-time.ts";
import { applyEvent } from "./apply-event.ts";
import type { Fill } from "./fill.ts";
import { noticesOf } from "./notices-of.ts";
import { attemptOf, type Order } from "./order.ts";
import type { OrderEvent } from "./order-event.ts";
import type { OrderEventRecord, RecordedCause } from "./order-event-record.ts";

/** An order after some events, with everything that must become durable together with it. */
export interface OrderTransitions {
  readonly order: Order;
  /** One "order.transition" an event, then what is told beside it. */
  readonly records: readonly OrderEventRecord[];
  readonly fills: readonly Fill[];
  /** What the fills do to positions and holdings. */
  readonly postings: readonly Posting[];
}

/**
 * Applies `events` in turn and collects what must be stored with them. `recovered`: another process than the one that
 * sent the attempt has taken the order up, which is told with the first of them.
 * @throws Error if the table refuses one: events come from interpretReport or were checked by the caller.
 */
export function changeOrder(
  before: Order,
  events: readonly OrderEvent[],
  at: WallTime,
  { recovered = false }: { readonly recovered?: boolean } = {},
): OrderTransitions {
  let order = before;
  const records: OrderEventRecord[] = [];
  const fills: Fill[] = [];
  for (const event of events) {
    const applied = applyEvent(order, event, at);
    if (!applied.ok) throw new Error(`order ${order.orderId}: ${applied.event} refused in ${applied.phase}`);
    const after = applied.order;
    records.push(transitionRecord(order, after, event));
    if (recovered && order === before) records.push(recordOf(after, "order.recovered", { type: "RECOVERED" }));
    if (event.type === "FILLED_PARTLY" || event.type === "FILLED_FULLY") fills.push(fillOf(after, event));
    for (const { type, cause } of noticesOf(order, after, event)) records.push(recordOf(after, type, cause));
    order = after;
  }
  return { order, records, fills, postings: fills.flatMap((fill) => postFill(order, fill)) };
}

function recordOf(order: Order, type: OrderEventRecord["type"], cause: RecordedCause): OrderEventRecord {
  const { orderId, version, instruction, updatedAt, state } = order;
  const attemptNumber = attemptOf(order)?.number ?? 0;
  const { account, venue, clientOrderId } = instruction;
  return { orderId, clientOrderId, account, venue, version, type, cause, to: state, attemptNumber, at: updatedAt };
}

function transitionRecord(before: Order, after: Order, event: OrderEvent): OrderEventRecord {
  return { ...recordOf(after, "order.transition", event), from: before.state };
}

/** The first row of an order's history: its terms, and how it began. */
export function placedRecord(order: Order): OrderEventRecord {
  const { orderId, instruction, base, quote, positionId, simulated, requestedAt, trace } = order;
  const terms = { orderId, instruction, base, quote, positionId, simulated, requestedAt };
  return recordOf(order, "order.transition", {
    type: "PLACED",
    terms: trace === undefined ? terms : { ...terms, trace },
    ...(order.lastError === undefined ? {} : { error: order.lastError }),
    ...(order.state === "AWAITING_CONFIRMATION" ? { confirmBy: order.confirmBy } : {}),
  });
}

function fillOf(order: Order, event: Extract<OrderEvent, { fill: unknown }>): Fill {
  const { instruction, orderId, positionId, simulated, updatedAt } = order;
  const { account, venue, instrument, side } = instruction;
  return { ...event.fill, orderId, account, venue, instrument, side, positionId, simulated, recordedAt: updatedAt };
}
