import type { OrderEventRecord } from "../order/order-event-record.ts";
import type { OrderDossier } from "../store/audit-reader.ts";
import type { AuditViolation } from "./invariant.ts";

/** That the history begins, and has no gap: what replays rest on. */
export function wholeHistory({ orderId, order, events }: OrderDossier): readonly AuditViolation[] {
  const [first, ...rest] = transitionsOf(events);
  if (first === undefined || first.version !== 1 || first.cause.type !== "PLACED") {
    const stored = first === undefined ? "no transition" : `${first.version} ${first.cause.type}`;
    return [{ invariant: "HISTORY_BEGINS", orderId, subject: "the first event", expected: "1 PLACED", stored }];
  }
  let version: number = first.version;
  for (const { version: next } of rest) {
    if (next !== version + 1) return [gap(orderId, version + 1, next)];
    version = next;
  }
  return version === order.version ? [] : [gap(orderId, order.version, version)];
}

/** The transitions of a history, without what is told beside them. */
export function transitionsOf(events: readonly OrderEventRecord[]): readonly OrderEventRecord[] {
  return events.filter(({ type }) => type === "order.transition");
}

function gap(orderId: OrderDossier["orderId"], expected: number, stored: number): AuditViolation {
  return {
    invariant: "HISTORY_HAS_NO_GAP",
    orderId,
    subject: "version",
    expected: String(expected),
    stored: String(stored),
  };
}
