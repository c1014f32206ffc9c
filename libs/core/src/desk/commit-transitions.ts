import type { OrderTransitions } from "../order/change-order.ts";
import type { Order } from "../order/order.ts";
import type { OrderEventRecord } from "../order/order-event-record.ts";
import type { AttemptWrite, CommitResult, LeaseFence } from "../store/order-change.ts";
import type { Log } from "../telemetry/log.ts";
import type { Desk } from "./desk.ts";

/** Makes a change durable, then tells telemetry and listeners; nobody hears of a change that is not. */
export async function commitTransitions(
  desk: Desk,
  before: Order | undefined,
  after: OrderTransitions,
  extras: { readonly attempt?: AttemptWrite; readonly fence?: LeaseFence } = {},
): Promise<CommitResult> {
  const versionBefore = before === undefined ? {} : { versionBefore: before.version };
  const result = await desk.store.orders.commit({ ...versionBefore, ...after, ...extras });
  if (result.kind !== "COMMITTED") return result;
  desk.telemetry.committed(before, after);
  desk.onCommitted?.(before, after);
  for (const record of after.records) logRecord(desk, after.order, record);
  return result;
}

/** How loud each event is; a milestone says nothing that its transition's line does not. */
const levels = {
  "order.transition": "info",
  "order.execution_started": "none",
  "order.executed": "none",
  "order.execution_failed": "none",
  "order.recovered": "warn",
  "order.late_fill": "warn",
  "order.overfill": "warn",
  "order.surplus_attempt": "error",
  "slippage.alert": "warn",
  "audit.violation": "warn",
} as const satisfies Readonly<Record<OrderEventRecord["type"], keyof Log | "none">>;

function logRecord(desk: Desk, order: Order, record: OrderEventRecord): void {
  const level = levels[record.type];
  if (level === "none") return;
  const fields = {
    event: record.type,
    order_id: record.orderId,
    client_order_id: record.clientOrderId,
    account: record.account,
    venue: record.venue,
    version: record.version,
    cause: record.cause.type,
    from: record.from,
    to: record.to,
    attempt: record.attemptNumber,
    ...(order.trace === undefined ? {} : { trace_id: order.trace.traceId, span_id: order.trace.spanId }),
    ...("error" in record.cause && record.cause.error !== undefined ? { error_code: record.cause.error.code } : {}),
  };
  desk.log[level](fields, level === "info" ? "order transition" : "order alert");
}
