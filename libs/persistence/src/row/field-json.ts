import {
  type Amount,
  amount,
  type ErrorCode,
  type Fee,
  isErrorCode,
  type OrderError,
  type OrderState,
  type OrderTrace,
  type SurplusAttempt,
  submitKey,
  venueOrderId,
  type WallTime,
  wallTime,
} from "@surefill/core";
import {
  arrayOf,
  flag,
  type JsonDecoder,
  number,
  object,
  optional,
  plainText,
  recordOf,
  text,
  unreadable,
} from "./json-decoder.ts";

const errorCode: JsonDecoder<ErrorCode> = (json, path) => {
  if (typeof json !== "string" || !isErrorCode(json)) throw unreadable(path, "an error code");
  return json;
};

export const tagsDecoder: JsonDecoder<Readonly<Record<string, string>>> = recordOf(plainText);

export const errorDecoder = object<OrderError>({ code: errorCode, message: plainText, context: recordOf(plainText) });

export const feeDecoder = object<Fee>({ asset: plainText, amount: text(amount) });

/** Fees, summed per asset. */
export const feesDecoder: JsonDecoder<Readonly<Record<string, Amount>>> = recordOf(text(amount));

export const traceDecoder = object<OrderTrace>({
  traceId: plainText,
  spanId: plainText,
  parentSpanId: optional(plainText),
  sampled: flag,
});

const time = number(wallTime);
const optionalTime = optional(time);

export const surplusAttemptDecoder = object<SurplusAttempt>({
  submitKey: text(submitKey),
  venueOrderId: optional(text(venueOrderId)),
  foundAt: time,
  cancelAfter: optionalTime,
});

export const surplusAttemptsDecoder = arrayOf(surplusAttemptDecoder);

/** When each state was entered; a state without a field does not compile. */
export const stateTimesDecoder = object<Partial<Record<OrderState, WallTime>>>({
  PENDING: optionalTime,
  AWAITING_CONFIRMATION: optionalTime,
  SUBMITTED: optionalTime,
  IN_DOUBT: optionalTime,
  CONFIRMING: optionalTime,
  PARTIALLY_FILLED: optionalTime,
  CANCELLING: optionalTime,
  FAILED: optionalTime,
  FILLED: optionalTime,
  CANCELLED: optionalTime,
  EXPIRED: optionalTime,
  REJECTED: optionalTime,
  DENIED: optionalTime,
});
