import { type OrderError, orderError } from "../error/order-error.ts";
import { addAmount, notional, zeroAmount } from "../money/amount.ts";
import { addQuantity } from "../money/quantity.ts";
import { laterOf, type WallTime } from "../time/wall-time.ts";
import { expireTimePassed } from "./deadline.ts";
import type { VenueFill } from "./fill.ts";
import {
  type Attempt,
  attemptOf,
  type CancelRequest,
  dueAtOnce,
  type Order,
  type OrderPhase,
  type OrderProgress,
  phaseOf,
} from "./order.ts";
import type { OrderEvent } from "./order-event.ts";
import type { Phase } from "./order-state.ts";
import { surplusDueAt, withSurplus } from "./surplus-attempt.ts";
import { nextPhase, stateOfPhase } from "./transition-table.ts";

/** The order after the event, or the pair that the table refuses. */
export type Applied =
  | { readonly ok: true; readonly order: Order }
  | { readonly ok: false; readonly phase: Phase; readonly event: OrderEvent["type"] };

/**
 * Takes one step of the state machine: pure, so that an order's events, applied in turn, replay to its row.
 * Times never run backwards within an order; an `at` before its last change counts as that change's time.
 */
export function applyEvent(order: Order, event: OrderEvent, at: WallTime): Applied {
  const from = phaseOf(order);
  // What lives of an order may fill it: nothing is added to it.
  if (event.type === "ATTEMPT_PREPARED" && surplusDueAt(order) !== undefined) {
    return { ok: false, phase: from, event: event.type };
  }
  const progress = progressAfter(order, event, laterOf(order.updatedAt, at));
  const isEarlierAttempt = "earlierAttempt" in event && event.earlierAttempt === true;
  const to = nextPhase(from, event.type, progress.cumQuantity !== "0", isEarlierAttempt);
  // No row leads to AWAITING_CONFIRMATION: orders begin there.
  const isLed = to !== undefined && to !== "AWAITING_CONFIRMATION";
  const phase = isLed ? phaseAfter(order, event, to, progress) : undefined;
  if (to === undefined || phase === undefined) return { ok: false, phase: from, event: event.type };
  const state = stateOfPhase(to);
  const stateTimes = state === order.state ? order.stateTimes : { ...order.stateTimes, [state]: progress.updatedAt };
  return { ok: true, order: { ...termsOf(order), ...progress, stateTimes, ...phase } };
}

function termsOf(order: Order) {
  const { orderId, instruction, base, quote, positionId, simulated, requestedAt, trace } = order;
  const terms = { orderId, instruction, base, quote, positionId, simulated, requestedAt };
  return trace === undefined ? terms : { ...terms, trace };
}

function progressAfter(order: Order, event: OrderEvent, at: WallTime): OrderProgress {
  const progress: OrderProgress = { ...progressOf(order), version: order.version + 1, updatedAt: at };
  switch (event.type) {
    case "ATTEMPT_PREPARED": {
      const expectedPrice = order.expectedPrice ?? event.quotedPrice;
      const attemptCount = order.attemptCount + 1;
      return { ...progress, attemptCount, ...(expectedPrice === undefined ? {} : { expectedPrice }) };
    }
    case "FILLED_PARTLY":
    case "FILLED_FULLY":
      return withFill(progress, event.fill, at);
    case "CANCEL_REQUESTED":
      return cancelAsked(order, progress, { at, reason: event.reason, ...errorIn(event) });
    case "EXPIRE_TIME_PASSED":
      return cancelAsked(order, progress, { at, reason: "expire_time passed", error: expireTimePassed() });
    case "CANCELLED":
    case "EXPIRED":
      return { ...progress, ...lastErrorOf(progress.cancelRequest) };
    case "ACCEPTED":
    case "ADOPTED":
      return answered(progress, at);
    case "DECLARED_DEAD":
      return { ...progress, lastError: declaredDead(event) };
    case "REJECTED":
      return { ...answered(progress, at), lastError: event.error };
    case "RETRY_SCHEDULED":
    case "FAILED": {
      // An order with nothing at the venue can only have failed to be prepared.
      const unprepared = order.state === "PENDING" || order.state === "FAILED";
      const failedPrepares = order.failedPrepares + (unprepared ? 1 : 0);
      return { ...progress, failedPrepares, lastError: event.error };
    }
    case "ANSWER_LOST":
    case "VANISHED":
    case "CONTRADICTED":
    case "CANCEL_UNANSWERED":
    case "CANCEL_REFUSED":
    case "DENIED":
      return { ...progress, lastError: event.error };
    case "SURPLUS_ATTEMPT":
      return { ...progress, surplusAttempts: withSurplus(order, event.attempt) };
    default:
      return progress;
  }
}

/** The first request stands. What has to be cancelled says why until it has ended, whatever goes wrong meanwhile. */
function cancelAsked(order: Order, progress: OrderProgress, request: CancelRequest): OrderProgress {
  return { ...progress, cancelRequest: order.cancelRequest ?? request, ...lastErrorOf(request) };
}

function lastErrorOf(request: CancelRequest | undefined): Pick<OrderProgress, "lastError"> {
  return request?.error === undefined ? {} : { lastError: request.error };
}

function errorIn({ error }: { readonly error?: OrderError }): { readonly error?: OrderError } {
  return error === undefined ? {} : { error };
}

function progressOf(order: Order): OrderProgress {
  const { version, attemptCount, failedPrepares, cumQuantity, cumQuoteQuantity, fees, stateTimes, updatedAt } = order;
  const { expectedPrice, lastError, cancelRequest, surplusAttempts, firstFillAt, answeredAt } = order;
  return {
    ...{ version, attemptCount, failedPrepares, cumQuantity, cumQuoteQuantity, fees, stateTimes, updatedAt },
    ...(expectedPrice === undefined ? {} : { expectedPrice }),
    ...(lastError === undefined ? {} : { lastError }),
    ...(cancelRequest === undefined ? {} : { cancelRequest }),
    ...(surplusAttempts === undefined ? {} : { surplusAttempts }),
    ...(firstFillAt === undefined ? {} : { firstFillAt }),
    ...(answeredAt === undefined ? {} : { answeredAt }),
  };
}

function declaredDead({ operator, reason }: Extract<OrderEvent, { type: "DECLARED_DEAD" }>): OrderError {
  const text = `declared dead by ${operator}: ${reason}`;
  return orderError("OPERATOR_DECLARED_DEAD", text, { operator, reason });
}

function answered(progress: OrderProgress, at: WallTime): OrderProgress {
  return progress.answeredAt === undefined ? { ...progress, answeredAt: at } : progress;
}

function withFill(progress: OrderProgress, fill: VenueFill, at: WallTime): OrderProgress {
  return {
    ...progress,
    cumQuantity: addQuantity(progress.cumQuantity, fill.lastQuantity),
    cumQuoteQuantity: addAmount(progress.cumQuoteQuantity, notional(fill.lastPrice, fill.lastQuantity)),
    fees: withFee(progress.fees, fill.fee),
    firstFillAt: progress.firstFillAt ?? at,
  };
}

function withFee(fees: OrderProgress["fees"], fee: VenueFill["fee"]): OrderProgress["fees"] {
  if (fee === undefined) return fees;
  // Anyone can name a token "constructor": only own keys are sums.
  const before = Object.hasOwn(fees, fee.asset) ? fees[fee.asset] : undefined;
  return { ...fees, [fee.asset]: addAmount(before ?? zeroAmount, fee.amount) };
}

/** The fields that only the new phase has; undefined where the event can't supply them, which refuses it. */
function phaseAfter(
  order: Order,
  event: OrderEvent,
  to: Exclude<Phase, "AWAITING_CONFIRMATION">,
  progress: OrderProgress,
): OrderPhase | undefined {
  const attempt = attemptAfter(order, event, progress);
  const last = attempt === undefined ? {} : { attempt };
  switch (to) {
    case "PENDING":
      return { state: "PENDING" };
    case "SUBMITTED":
    case "IN_DOUBT":
    case "PARTIALLY_FILLED":
      return attempt && { state: to, attempt };
    case "CONFIRMING": {
      const landedAt = event.type === "LANDED" ? event.landedAt : "landedAt" in order ? order.landedAt : undefined;
      return attempt && { state: to, attempt, ...(landedAt === undefined ? {} : { landedAt }) };
    }
    case "CANCELLING":
      return attempt && { state: to, attempt, cancelAfter: cancelAfter(order, event) };
    case "FAILED_WILL_RETRY":
      if (event.type === "RETRY_SCHEDULED") return { state: "FAILED", retryAt: event.retryAt, ...last };
      return order.state === "FAILED" && order.retryAt !== undefined && attempt !== undefined
        ? { state: "FAILED", retryAt: order.retryAt, ...last }
        : undefined;
    case "FAILED_FINAL":
      return { state: "FAILED", ...last };
    case "FILLED":
    case "CANCELLED":
    case "EXPIRED":
    case "REJECTED":
      return { state: to, ...last };
    case "DENIED":
      return { state: "DENIED" };
  }
}

function cancelAfter(order: Order, event: OrderEvent): WallTime {
  if (event.type === "CANCEL_UNANSWERED" || event.type === "CANCEL_SENT") return event.cancelAfter;
  return order.state === "CANCELLING" ? order.cancelAfter : dueAtOnce.cancel;
}

function attemptAfter(order: Order, event: OrderEvent, progress: OrderProgress): Attempt | undefined {
  const before = attemptOf(order);
  switch (event.type) {
    case "ATTEMPT_PREPARED": {
      const { submitKey, validUntil } = event;
      const attempt: Attempt = { number: progress.attemptCount, submitKey, preparedAt: progress.updatedAt };
      return validUntil === undefined ? attempt : { ...attempt, validUntil };
    }
    case "ACCEPTED":
    case "ADOPTED":
      return named(before, event.venueOrderId);
    case "FILLED_PARTLY":
    case "FILLED_FULLY":
      return event.earlierAttempt ? before : named(before, event.fill.venueOrderId);
    default:
      return before;
  }
}

function named(attempt: Attempt | undefined, venueOrderId: Attempt["venueOrderId"]): Attempt | undefined {
  if (attempt === undefined || venueOrderId === undefined || attempt.venueOrderId !== undefined) return attempt;
  return { ...attempt, venueOrderId };
}
