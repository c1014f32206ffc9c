import {
  type CancelAllOutcome,
  type CancelOutcome,
  type ErrorCode,
  type LookupAnswer,
  type OrderError,
  orderError,
  retryClass,
  type SubmitOutcome,
  SurefillError,
} from "@surefill/core";
import { ConnectionError } from "./exchange/connection-error.ts";
import type { SubmitAnswer } from "./exchange/exchange-api.ts";
import type { Refusal, RefusalReason } from "./exchange/refusal.ts";
import { TurnedAwayError } from "./exchange/turned-away-error.ts";

/** What a refusal means for the order: whether another attempt can help stands with the code. */
const codes: Readonly<Record<RefusalReason, ErrorCode>> = {
  MALFORMED_REQUEST: "ORDER_VALIDATION",
  // Definitive: the exchange judged the request by its own clock and did nothing.
  REQUEST_EXPIRED: "ATTEMPT_EXPIRED",
  // The exchange has an order under this key: a refusal of the request, and no word about the attempt.
  DUPLICATE_CLIENT_ORDER_ID: "ANSWER_LOST",
  UNKNOWN_INSTRUMENT: "INVALID_SYMBOL",
  EXCHANGE_FULL: "VENUE_BUSY",
  NO_PRICE: "VENUE_REJECTED",
  QUANTITY_RULE: "ORDER_VALIDATION",
  PRICE_RULE: "ORDER_VALIDATION",
  VALUE_RULE: "ORDER_VALIDATION",
  TRIGGER_REACHED: "TRIGGER_PRICE_REACHED",
  POST_ONLY_WOULD_TAKE: "WOULD_TAKE_LIQUIDITY",
  INSUFFICIENT_BALANCE: "INSUFFICIENT_FUNDS",
  REFUSED_BY_CHANCE: "RISK_VIOLATION",
};

export function refusalError({ reason, message }: Refusal): OrderError {
  return orderError(codes[reason], message, { venue_reason: reason });
}

export function outcomeOf(answer: SubmitAnswer): SubmitOutcome {
  const rawAnswer = JSON.stringify(answer);
  if (answer.kind === "ACCEPTED") return { kind: "ACCEPTED", venueOrderId: answer.venueOrderId, rawAnswer };
  const error = refusalError(answer);
  return { kind: retryClass(error.code) === "unknown" ? "UNKNOWN" : "REJECTED", error, rawAnswer };
}

/** What a submission without an answer proves: nothing, unless nothing was sent, or it was turned away. */
export function outcomeOfFailure(thrown: unknown): Exclude<SubmitOutcome, { kind: "ACCEPTED" }> {
  if (thrown instanceof TurnedAwayError) return { kind: "REJECTED", ...turnedAway(thrown) };
  return thrown instanceof ConnectionError && thrown.sent === "NO"
    ? { kind: "NOT_SENT", error: orderError("VENUE_UNREACHABLE", thrown.message) }
    : { kind: "UNKNOWN", error: lostAnswer(thrown) };
}

/** What a cancel without an answer proves. */
export function cancelFailure(
  thrown: unknown,
): Extract<CancelOutcome & CancelAllOutcome, { kind: "REFUSED" | "UNKNOWN" }> {
  return thrown instanceof TurnedAwayError
    ? { kind: "REFUSED", ...turnedAway(thrown) }
    : { kind: "UNKNOWN", error: lostAnswer(thrown) };
}

function lostAnswer(thrown: unknown): OrderError {
  return orderError("ANSWER_LOST", messageOf(thrown));
}

const turnedAwayCodes = { TOO_MANY_REQUESTS: "RATE_LIMITED", NO_ACCESS: "UNAUTHORIZED" } as const;

function turnedAway({ reason, message, retryAfterMs }: TurnedAwayError): {
  readonly error: OrderError;
  readonly retryAfterMs?: number;
} {
  return {
    error: orderError(turnedAwayCodes[reason], message),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** A question without an answer; what is no failed connection is a bug and stays one. */
export function readError(thrown: unknown): SurefillError {
  if (thrown instanceof TurnedAwayError) {
    const { error, ...wait } = turnedAway(thrown);
    return new SurefillError(error.code, error.message, { cause: thrown, ...wait });
  }
  return thrown instanceof ConnectionError
    ? new SurefillError("VENUE_UNREACHABLE", thrown.message, { cause: thrown })
    : SurefillError.from(thrown);
}

/** A look-up without an answer. */
export function lookupFailure(thrown: unknown): Extract<LookupAnswer, { kind: "UNAVAILABLE" }> {
  const error = readError(thrown);
  const wait = error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs };
  return { kind: "UNAVAILABLE", error: error.toOrderError(), ...wait };
}

/** As readError, of a question with a cursor, which the exchange may not know. */
export function pageError(thrown: unknown): SurefillError {
  return thrown instanceof RangeError
    ? new SurefillError("CURSOR_INVALID", thrown.message, { cause: thrown })
    : readError(thrown);
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
