import { accountId } from "../account/account-id.ts";
import { type OrderError, orderError } from "../error/order-error.ts";
import { instrumentId } from "../instrument/instrument.ts";
import { amount, zeroAmount } from "../money/amount.ts";
import { price } from "../money/price.ts";
import { quantity, zeroQuantity } from "../money/quantity.ts";
import { type VenueFill, venueFillId } from "../order/fill.ts";
import type { Instruction } from "../order/instruction.ts";
import {
  type Attempt,
  dueAtOnce,
  type Order,
  type OrderPhase,
  type OrderProgress,
  type OrderTerms,
} from "../order/order.ts";
import type { OrderEvent, OrderEventType } from "../order/order-event.ts";
import { clientOrderId, orderId, submitKey, venueOrderId } from "../order/order-id.ts";
import { type Phase, phases } from "../order/order-state.ts";
import type { SurplusAttempt } from "../order/surplus-attempt.ts";
import { stateOfPhase } from "../order/transition-table.ts";
import { positionId } from "../position/position-id.ts";
import { addMs, type WallTime, wallTime } from "../time/wall-time.ts";
import { venueId } from "../venue/venue-id.ts";

/** 2026-01-01T00:00Z: when the orders below were requested. */
export const requestedAt: WallTime = wallTime(1_767_225_600_000_000);

/** Some milliseconds after the orders below were requested. */
export function after(ms: number): WallTime {
  return addMs(requestedAt, ms);
}

export const testVenue = venueId("paper");
export const testAccount = accountId("alice");

/** Buy 1 BTC at 50,000 or better, good till cancelled. */
export const limitBuy: Instruction = {
  clientOrderId: clientOrderId("order-1"),
  account: testAccount,
  venue: testVenue,
  instrument: instrumentId("BTC/USDT"),
  side: "BUY",
  pricing: { type: "LIMIT", timeInForce: "GTC", limitPrice: price("50000") },
  size: { in: "BASE", quantity: quantity("1") },
  purpose: "ENTRY",
  tags: {},
};

/** Spend 50,000 USDT on BTC at the market. */
export const quoteBuy: Instruction = {
  ...limitBuy,
  pricing: { type: "MARKET", timeInForce: "IOC" },
  size: { in: "QUOTE", amount: amount("50000") },
};

export const terms: OrderTerms = {
  orderId: orderId("019b7700-0000-7000-8000-000000000001"),
  instruction: limitBuy,
  base: "BTC",
  quote: "USDT",
  positionId: positionId("position-1"),
  simulated: true,
  requestedAt,
};

export const firstAttempt: Attempt = {
  number: 1,
  submitKey: submitKey("key-1"),
  validUntil: after(5_000),
  preparedAt: after(10),
};

export const namedAttempt: Attempt = { ...firstAttempt, venueOrderId: venueOrderId("V1") };

/** 0.4 BTC at 50,000, without a fee. */
export const fill: VenueFill = {
  venueFillId: venueFillId("F1"),
  venueOrderId: venueOrderId("V1"),
  lastQuantity: quantity("0.4"),
  lastPrice: price("50000"),
  venueTime: after(40),
};

export function fillOf(id: string, lastQuantity: string, rest: Partial<VenueFill> = {}): VenueFill {
  return { ...fill, venueFillId: venueFillId(id), lastQuantity: quantity(lastQuantity), ...rest };
}

export const busy: OrderError = orderError("VENUE_BUSY", "try again");
export const refused: OrderError = orderError("INSUFFICIENT_FUNDS", "no balance");
export const lost: OrderError = orderError("ANSWER_LOST", "no answer");
export const expired: OrderError = orderError("ATTEMPT_EXPIRED", "validity passed");

/** An earlier attempt that turned up at the venue. */
export const surplusAttempt: SurplusAttempt = {
  submitKey: submitKey("key-0"),
  venueOrderId: venueOrderId("V0"),
  foundAt: after(50),
  cancelAfter: dueAtOnce.cancel,
};

/** One event of each type. */
export const sampleEvents: { readonly [Type in OrderEventType]: Extract<OrderEvent, { type: Type }> } = {
  CONFIRMED: { type: "CONFIRMED" },
  DECLINED: { type: "DECLINED" },
  CONFIRMATION_LAPSED: { type: "CONFIRMATION_LAPSED" },
  DENIED: { type: "DENIED", error: refused },
  ATTEMPT_PREPARED: { type: "ATTEMPT_PREPARED", submitKey: submitKey("key-2"), validUntil: after(9_000) },
  RETRY_SCHEDULED: { type: "RETRY_SCHEDULED", error: busy, retryAt: after(1_000) },
  FAILED: { type: "FAILED", error: refused },
  REJECTED: { type: "REJECTED", error: refused },
  ANSWER_LOST: { type: "ANSWER_LOST", error: lost },
  VANISHED: { type: "VANISHED", error: lost },
  CONTRADICTED: { type: "CONTRADICTED", error: lost },
  ACCEPTED: { type: "ACCEPTED", venueOrderId: venueOrderId("V1") },
  ADOPTED: { type: "ADOPTED", venueOrderId: venueOrderId("V1"), operator: "ann", reason: "seen at the venue" },
  DECLARED_DEAD: { type: "DECLARED_DEAD", operator: "ann", reason: "the venue confirms it" },
  LANDED: { type: "LANDED", landedAt: after(45) },
  FILLED_PARTLY: { type: "FILLED_PARTLY", fill: fillOf("F7", "0.1") },
  FILLED_FULLY: { type: "FILLED_FULLY", fill: fillOf("F8", "1") },
  COMPLETED: { type: "COMPLETED" },
  CANCEL_REQUESTED: { type: "CANCEL_REQUESTED", reason: "test" },
  EXPIRE_TIME_PASSED: { type: "EXPIRE_TIME_PASSED" },
  CANCEL_STARTED: { type: "CANCEL_STARTED" },
  CANCEL_SENT: { type: "CANCEL_SENT", cancelAfter: after(6_000) },
  CANCEL_UNANSWERED: { type: "CANCEL_UNANSWERED", error: lost, cancelAfter: after(2_000) },
  CANCEL_REFUSED: { type: "CANCEL_REFUSED", error: refused },
  CANCELLED: { type: "CANCELLED" },
  EXPIRED: { type: "EXPIRED" },
  SURPLUS_ATTEMPT: { type: "SURPLUS_ATTEMPT", attempt: surplusAttempt },
};

/** An order in `phase` as it would be read from a store, filled to 0.4 or 1 where the phase says so. */
export function orderIn(phase: Phase, rest: Partial<OrderTerms & OrderProgress> = {}): Order {
  const filled = { PARTIALLY_FILLED: "0.4", FILLED: "1" }[phase as string] ?? "0";
  const hasAttempt = !["PENDING", "AWAITING_CONFIRMATION", "DENIED"].includes(phase);
  return {
    ...terms,
    version: 7,
    attemptCount: hasAttempt ? 1 : 0,
    failedPrepares: 0,
    cumQuantity: filled === "0" ? zeroQuantity : quantity(filled),
    cumQuoteQuantity: filled === "0" ? zeroAmount : amount(filled === "1" ? "50000" : "20000"),
    fees: {},
    stateTimes: { [stateOfPhase(phase)]: after(30) },
    updatedAt: after(30),
    ...(phase === "CANCELLING" ? { cancelRequest: { at: after(25), reason: "asked" } } : {}),
    ...rest,
    ...placeIn(phase),
  };
}

function placeIn(phase: Phase): OrderPhase {
  switch (phase) {
    case "PENDING":
    case "DENIED":
      return { state: phase };
    case "AWAITING_CONFIRMATION":
      return { state: phase, confirmBy: after(10_000) };
    case "SUBMITTED":
    case "IN_DOUBT":
      return { state: phase, attempt: firstAttempt };
    case "CONFIRMING":
    case "PARTIALLY_FILLED":
      return { state: phase, attempt: namedAttempt };
    case "CANCELLING":
      return { state: phase, attempt: namedAttempt, cancelAfter: after(30) };
    case "FAILED_WILL_RETRY":
      return { state: "FAILED", retryAt: after(1_000), attempt: firstAttempt };
    case "FAILED_FINAL":
      return { state: "FAILED", attempt: firstAttempt };
    default:
      return { state: phase, attempt: namedAttempt };
  }
}

/** An order in each phase. */
export const sampleOrders: readonly Order[] = phases.map((phase) => orderIn(phase));

/** `value` with everything in it frozen, so that a function that writes to its arguments throws. */
export function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}
