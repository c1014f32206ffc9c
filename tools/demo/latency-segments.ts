import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { type Order, OrderState } from "@surefill/contracts/surefill/v1/order";

/** Where an order's time went; each in milliseconds, from the times that the service recorded. */
export const segments = [
  { name: "request → accepted", from: requestTime, to: entered(OrderState.PENDING) },
  { name: "accepted → submitted", from: entered(OrderState.PENDING), to: entered(OrderState.SUBMITTED) },
  { name: "submitted → venue ack", from: entered(OrderState.SUBMITTED), to: entered(OrderState.CONFIRMING) },
  { name: "venue ack → filled", from: entered(OrderState.CONFIRMING), to: entered(OrderState.FILLED) },
  { name: "request → filled", from: requestTime, to: entered(OrderState.FILLED) },
] as const;

/** The durations of one segment over the orders that went through it. */
export function durationsMs({ from, to }: (typeof segments)[number], orders: readonly Order[]): readonly number[] {
  return orders.flatMap((order) => {
    const [start, end] = [from(order), to(order)];
    return start === undefined || end === undefined ? [] : [preciseMs(end) - preciseMs(start)];
  });
}

function requestTime(order: Order): Timestamp | undefined {
  return order.requestTime;
}

function entered(state: OrderState): (order: Order) => Timestamp | undefined {
  return (order) => order.stateTimes.find((entry) => entry.state === state)?.time;
}

/** With the microseconds that timestampMs leaves out. */
function preciseMs(time: Timestamp): number {
  return timestampMs(time) + (time.nanos % 1_000_000) / 1e6;
}
