import type { OrderEvent, OrderEventRecord } from "@surefill/core";

/** A record that took a step of the state machine: neither the first of its order nor a notice beside a step. */
export type TransitionRecord = OrderEventRecord & { readonly cause: OrderEvent };

export function isTransitionRecord(record: OrderEventRecord): record is TransitionRecord {
  return record.type === "order.transition" && record.cause.type !== "PLACED";
}
