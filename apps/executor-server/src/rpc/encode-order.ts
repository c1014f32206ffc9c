import { create } from "@bufbuild/protobuf";
import type { OrderError as WireOrderError } from "@surefill/contracts/surefill/v1/error";
import { OrderErrorSchema } from "@surefill/contracts/surefill/v1/error";
import * as wire from "@surefill/contracts/surefill/v1/order";
import {
  type Attempt,
  attemptOf,
  averagePrice,
  elapsedMs,
  executionTimeoutMsOf,
  isPostOnly,
  isTerminal,
  leavesQuantity,
  limitPriceOf,
  type Order,
  type OrderError,
  type OrderState,
  orderStates,
  type Pricing,
  type Purpose,
  type Side,
  slippageCostBps,
  type TimeInForce,
  triggerPriceOf,
} from "@surefill/core";
import { encodeDurationMs, encodeTime } from "./encode-time.ts";

const sides = { BUY: wire.Side.BUY, SELL: wire.Side.SELL } as const satisfies Record<Side, wire.Side>;
const types = {
  MARKET: wire.OrderType.MARKET,
  LIMIT: wire.OrderType.LIMIT,
  STOP_LOSS: wire.OrderType.STOP_LOSS,
  TAKE_PROFIT: wire.OrderType.TAKE_PROFIT,
} as const satisfies Record<Pricing["type"], wire.OrderType>;
const timesInForce = {
  GTC: wire.TimeInForce.GTC,
  IOC: wire.TimeInForce.IOC,
  FOK: wire.TimeInForce.FOK,
} as const satisfies Record<TimeInForce, wire.TimeInForce>;
const purposes = {
  ENTRY: wire.OrderPurpose.ENTRY,
  EXIT: wire.OrderPurpose.EXIT,
  STOP: wire.OrderPurpose.STOP,
  TARGET: wire.OrderPurpose.TARGET,
} as const satisfies Record<Purpose, wire.OrderPurpose>;
const states = {
  PENDING: wire.OrderState.PENDING,
  AWAITING_CONFIRMATION: wire.OrderState.AWAITING_CONFIRMATION,
  SUBMITTED: wire.OrderState.SUBMITTED,
  IN_DOUBT: wire.OrderState.IN_DOUBT,
  CONFIRMING: wire.OrderState.CONFIRMING,
  PARTIALLY_FILLED: wire.OrderState.PARTIALLY_FILLED,
  CANCELLING: wire.OrderState.CANCELLING,
  FAILED: wire.OrderState.FAILED,
  FILLED: wire.OrderState.FILLED,
  CANCELLED: wire.OrderState.CANCELLED,
  EXPIRED: wire.OrderState.EXPIRED,
  REJECTED: wire.OrderState.REJECTED,
  DENIED: wire.OrderState.DENIED,
} as const satisfies Record<OrderState, wire.OrderState>;

export const encodeSide = (side: Side): wire.Side => sides[side];
export const encodeOrderType = (type: Pricing["type"]): wire.OrderType => types[type];
export const encodeTimeInForce = (timeInForce: TimeInForce): wire.TimeInForce => timesInForce[timeInForce];
export const encodeState = (state: OrderState): wire.OrderState => states[state];

/** The states of a filter; the contract lets no other value through. */
export function decodeStates(given: readonly wire.OrderState[]): readonly OrderState[] {
  return orderStates.filter((state) => given.includes(states[state]));
}

export function encodeError({ code, message, context }: OrderError): WireOrderError {
  return create(OrderErrorSchema, { code, message, context: { ...context } });
}

/** The order as callers see it; what can be derived is derived here. */
export function encodeOrder(order: Order): wire.Order {
  const { instruction } = order;
  return create(wire.OrderSchema, {
    ...encodeInstruction(instruction),
    ...encodeProgress(order),
    orderId: order.orderId,
    positionId: order.positionId,
    simulated: order.simulated,
    requestTime: encodeTime(order.requestedAt),
    traceId: order.trace?.traceId ?? "",
  });
}

function encodeInstruction(instruction: Order["instruction"]) {
  const { pricing, size, side, purpose, maxSlippageBps, expireTime } = instruction;
  const timeoutMs = executionTimeoutMsOf(instruction);
  return {
    clientOrderId: instruction.clientOrderId,
    account: instruction.account,
    venue: instruction.venue,
    instrument: instruction.instrument,
    side: sides[side],
    type: types[pricing.type],
    timeInForce: timesInForce[pricing.timeInForce],
    size:
      size.in === "BASE"
        ? ({ case: "baseQuantity", value: size.quantity } as const)
        : ({ case: "quoteQuantity", value: size.amount } as const),
    limitPrice: limitPriceOf(pricing) ?? "",
    triggerPrice: triggerPriceOf(pricing) ?? "",
    postOnly: isPostOnly(pricing),
    purpose: purposes[purpose],
    strategyId: instruction.strategyId ?? "",
    tags: { ...instruction.tags },
    ...(maxSlippageBps === undefined ? {} : { maxSlippageBps }),
    ...(expireTime === undefined ? {} : { expireTime: encodeTime(expireTime) }),
    ...(timeoutMs === undefined ? {} : { executionTimeout: encodeDurationMs(timeoutMs) }),
  };
}

function encodeProgress(order: Order) {
  const { expectedPrice, lastError, cancelRequest, firstFillAt, answeredAt, requestedAt } = order;
  const leaves = leavesQuantity(order);
  const average = averagePrice(order.cumQuoteQuantity, order.cumQuantity);
  const attempt = attemptOf(order);
  const retryAt = order.state === "FAILED" ? order.retryAt : undefined;
  return {
    state: states[order.state],
    version: order.version,
    cumQuantity: order.cumQuantity,
    cumQuoteQuantity: order.cumQuoteQuantity,
    avgPrice: average ?? "",
    fees: Object.entries(order.fees).map(([asset, amount]) => ({ asset, amount })),
    expectedPrice: expectedPrice ?? "",
    attemptCount: order.attemptCount,
    canRetry: retryAt !== undefined,
    stateTimes: encodeStateTimes(order),
    updateTime: encodeTime(order.updatedAt),
    ...(leaves === undefined ? {} : { leavesQuantity: leaves }),
    ...(average === undefined || expectedPrice === undefined
      ? {}
      : { slippageCostBps: slippageCostBps(order.instruction.side, average, expectedPrice) }),
    ...(attempt === undefined ? {} : { attempt: encodeAttempt(attempt) }),
    ...(lastError === undefined ? {} : { lastError: encodeError(lastError) }),
    ...(retryAt === undefined ? {} : { nextRetryTime: encodeTime(retryAt) }),
    ...(cancelRequest === undefined
      ? {}
      : { cancelRequestTime: encodeTime(cancelRequest.at), cancelReason: cancelRequest.reason }),
    ...(firstFillAt === undefined ? {} : { firstFillTime: encodeTime(firstFillAt) }),
    ...(answeredAt === undefined ? {} : { latencyMs: elapsedMs(requestedAt, answeredAt) }),
  };
}

function encodeAttempt({ number, submitKey, preparedAt, validUntil, venueOrderId }: Attempt) {
  return {
    number,
    submitKey,
    prepareTime: encodeTime(preparedAt),
    venueOrderId: venueOrderId ?? "",
    ...(validUntil === undefined ? {} : { validUntil: encodeTime(validUntil) }),
  };
}

function encodeStateTimes({ stateTimes }: Order) {
  return orderStates.flatMap((state) => {
    const at = stateTimes[state];
    return at === undefined ? [] : [{ state: states[state], time: encodeTime(at) }];
  });
}

/** Whether the venue has answered, or will not, or it is in doubt whether it did. */
export function isAnswered(order: Order): boolean {
  return isTerminal(order) || !["PENDING", "SUBMITTED", "AWAITING_CONFIRMATION"].includes(order.state);
}
