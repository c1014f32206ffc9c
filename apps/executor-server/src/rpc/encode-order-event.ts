import { create } from "@bufbuild/protobuf";
import * as wire from "@surefill/contracts/surefill/v1/order";
import {
  averagePrice,
  type EventCursor,
  type Execution,
  type Order,
  type OrderEventRecord,
  slippageCostBps,
} from "@surefill/core";
import { encodeFill } from "./encode-fill.ts";
import { encodeError, encodeState } from "./encode-order.ts";
import { encodeTime } from "./encode-time.ts";

/** One row of a history, which has no place in the stream, or of the stream. `order` supplies what its fill inherits; any version of it will do. */
export function encodeOrderEvent(
  event: OrderEventRecord & { readonly cursor?: EventCursor },
  order: Order,
): wire.OrderEvent {
  const { cause } = event;
  const error = "error" in cause ? cause.error : undefined;
  return create(wire.OrderEventSchema, {
    cursor: event.cursor ?? "",
    orderId: event.orderId,
    clientOrderId: event.clientOrderId,
    account: event.account,
    version: event.version,
    type: event.type,
    cause: cause.type,
    fromState: event.from === undefined ? wire.OrderState.UNSPECIFIED : encodeState(event.from),
    toState: encodeState(event.to),
    attemptNumber: event.attemptNumber,
    time: encodeTime(event.at),
    operator: "operator" in cause ? cause.operator : "",
    reason: "reason" in cause ? cause.reason : "",
    ...(error === undefined ? {} : { error: encodeError(error) }),
    ...("cumQuantity" in cause ? { execution: encodeExecution(cause, order) } : {}),
    ...("findings" in cause ? { auditFindings: cause.findings.map((finding) => ({ ...finding })) } : {}),
    ...("fill" in cause ? { fill: encodeFill({ ...cause.fill, ...inherited(order), recordedAt: event.at }) } : {}),
  });
}

function encodeExecution({ cumQuantity, cumQuoteQuantity, expectedPrice }: Execution, { instruction }: Order) {
  const average = averagePrice(cumQuoteQuantity, cumQuantity);
  const cost =
    average === undefined || expectedPrice === undefined
      ? undefined
      : slippageCostBps(instruction.side, average, expectedPrice);
  return {
    cumQuantity,
    cumQuoteQuantity,
    avgPrice: average ?? "",
    expectedPrice: expectedPrice ?? "",
    slippageCostBps: cost ?? "",
  };
}

function inherited({ orderId, positionId, simulated, instruction }: Order) {
  const { account, venue, instrument, side } = instruction;
  return { orderId, positionId, simulated, account, venue, instrument, side };
}
