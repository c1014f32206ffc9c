import type { AuditFinding, Instruction, OrderTerms, RecordedCause, VenueFill } from "@surefill/core";
import {
  accountId,
  amount,
  clientOrderId,
  instrumentId,
  orderId,
  positionId,
  price,
  quantity,
  submitKey,
  venueFillId,
  venueId,
  venueOrderId,
  wallTime,
} from "@surefill/core";
import { errorDecoder, feeDecoder, surplusAttemptDecoder, tagsDecoder, traceDecoder } from "./field-json.ts";
import {
  arrayOf,
  flag,
  fromJson,
  number,
  object,
  oneOf,
  onlyTrue,
  optional,
  plainText,
  text,
  variant,
} from "./json-decoder.ts";

const time = number(wallTime);
const side = oneOf("BUY", "SELL");

const triggered = { timeInForce: oneOf("GTC"), triggerPrice: text(price), limitPrice: optional(text(price)) } as const;
const pricing = variant<Instruction["pricing"], "type">("type", {
  MARKET: { timeInForce: oneOf("IOC", "FOK") },
  LIMIT: { timeInForce: oneOf("GTC", "IOC", "FOK"), limitPrice: text(price), postOnly: optional(onlyTrue) },
  STOP_LOSS: triggered,
  TAKE_PROFIT: triggered,
});

const size = variant<Instruction["size"], "in">("in", {
  BASE: { quantity: text(quantity) },
  QUOTE: { amount: text(amount) },
});

const instruction = object<Instruction>({
  clientOrderId: text(clientOrderId),
  account: text(accountId),
  venue: text(venueId),
  instrument: text(instrumentId),
  side,
  pricing,
  size,
  expectedPrice: optional(text(price)),
  maxSlippageBps: optional(number((value) => value)),
  expireTime: optional(time),
  executionTimeoutMs: optional(number((value) => value)),
  purpose: oneOf("ENTRY", "EXIT", "STOP", "TARGET"),
  positionId: optional(text(positionId)),
  strategyId: optional(plainText),
  tags: tagsDecoder,
});

const terms = object<OrderTerms>({
  orderId: text(orderId),
  instruction,
  base: plainText,
  quote: plainText,
  positionId: text(positionId),
  simulated: flag,
  requestedAt: time,
  trace: optional(traceDecoder),
});

const fill = object<VenueFill>({
  venueFillId: text(venueFillId),
  venueOrderId: text(venueOrderId),
  lastQuantity: text(quantity),
  lastPrice: text(price),
  fee: optional(feeDecoder),
  liquidity: optional(oneOf("MAKER", "TAKER")),
  venueTime: time,
});

const error = errorDecoder;
const earlierAttempt = optional(onlyTrue);

const execution = {
  cumQuantity: text(quantity),
  cumQuoteQuantity: text(amount),
  expectedPrice: optional(text(price)),
};

const finding = object<AuditFinding>({
  invariant: plainText,
  subject: plainText,
  expected: plainText,
  stored: plainText,
});

/** A type of event without a decoder, or a field without one, does not compile. */
const causes = variant<RecordedCause, "type">("type", {
  PLACED: { terms, error: optional(error), confirmBy: optional(time) },
  CONFIRMED: {},
  DECLINED: {},
  CONFIRMATION_LAPSED: {},
  DENIED: { error },
  ATTEMPT_PREPARED: {
    submitKey: text(submitKey),
    validUntil: optional(time),
    quotedPrice: optional(text(price)),
  },
  RETRY_SCHEDULED: { error, retryAt: time },
  FAILED: { error },
  REJECTED: { error },
  ANSWER_LOST: { error },
  VANISHED: { error },
  CONTRADICTED: { error },
  ACCEPTED: { venueOrderId: optional(text(venueOrderId)) },
  ADOPTED: { venueOrderId: text(venueOrderId), operator: plainText, reason: plainText },
  DECLARED_DEAD: { operator: plainText, reason: plainText },
  LANDED: { landedAt: time },
  FILLED_PARTLY: { fill, earlierAttempt },
  FILLED_FULLY: { fill, earlierAttempt },
  COMPLETED: {},
  CANCEL_REQUESTED: { reason: plainText, error: optional(error) },
  EXPIRE_TIME_PASSED: {},
  CANCEL_STARTED: {},
  CANCEL_SENT: { cancelAfter: time },
  CANCEL_UNANSWERED: { error, cancelAfter: time },
  CANCEL_REFUSED: { error },
  CANCELLED: {},
  EXPIRED: {},
  SURPLUS_ATTEMPT: { attempt: surplusAttemptDecoder },
  EXECUTION_STARTED: {},
  EXECUTED: execution,
  EXECUTION_FAILED: { error: optional(error) },
  RECOVERED: {},
  SLIPPAGE_EXCEEDED: { ...execution, limitBps: number((value) => value) },
  AUDIT_VIOLATED: { findings: arrayOf(finding) },
});

/** An event's cause as it is kept: core's values are plain JSON already, times whole microseconds, decimals text. */
export function causeToJson(value: RecordedCause): string {
  return JSON.stringify(value);
}

/** @throws SurefillError INTERNAL for a text that causeToJson did not make. */
export function causeFromJson(json: string): RecordedCause {
  return fromJson(json, causes, "cause");
}
