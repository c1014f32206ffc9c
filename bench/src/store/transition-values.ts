import { attemptOf, type OrderChange, type WallTime } from "@surefill/core";
import type { Transition } from "./statement-per-transition.ts";

/** The values of a change by the names that the statements use. */
export function transitionValues<Time>(
  change: OrderChange,
  timeOf: (time: WallTime) => Time,
): Readonly<Record<string, unknown>> {
  const { order, records, attempt, fence, fills } = change;
  const [record] = records;
  const [fill] = fills;
  const common = {
    order_id: order.orderId,
    account: order.instruction.account,
    client_order_id: order.instruction.clientOrderId,
    at: timeOf(order.updatedAt),
    cause: JSON.stringify(record?.cause),
    state_times: JSON.stringify(order.stateTimes),
  };
  const last = attemptOf(order);
  switch (transitionOf(change)) {
    case "PENDING":
      return { ...common, position_id: order.positionId, trace: JSON.stringify(order.trace) };
    case "SUBMITTED":
      return {
        ...common,
        epoch: fence?.epoch,
        submit_key: last?.submitKey,
        valid_until: last?.validUntil === undefined ? null : timeOf(last.validUntil),
        payload: attempt?.kind === "PREPARED" ? attempt.payload : null,
      };
    case "CONFIRMING":
      return {
        ...common,
        venue_order_id: last?.venueOrderId,
        raw_answer: attempt?.kind === "ANSWERED" ? attempt.rawAnswer : null,
      };
    case "FILLED":
      return {
        ...common,
        position_id: order.positionId,
        venue_order_id: fill?.venueOrderId,
        venue_fill_id: fill?.venueFillId,
      };
  }
}

export function transitionOf({ order }: OrderChange): Transition {
  const { state } = order;
  if (state !== "PENDING" && state !== "SUBMITTED" && state !== "CONFIRMING" && state !== "FILLED") {
    throw new Error(`no transition of this bench leads to ${state}`);
  }
  return state;
}

/** A time as Postgres reads it. */
export function timeText(time: WallTime): string {
  const ms = Math.floor(time / 1_000);
  return `${new Date(ms).toISOString().slice(0, -1)}${String(time - ms * 1_000).padStart(3, "0")}Z`;
}
