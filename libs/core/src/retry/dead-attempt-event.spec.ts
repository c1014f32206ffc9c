import { describe, expect, it } from "vitest";
import { errorCodes, isErrorCode } from "../error/error-code.ts";
import { type OrderError, orderError } from "../error/order-error.ts";
import { quantity } from "../money/quantity.ts";
import type { Order } from "../order/order.ts";
import { after, busy, expired, lost, orderIn, refused } from "../testing/order-fixtures.ts";
import { type CauseOfDeath, deadAttemptEvent } from "./dead-attempt-event.ts";
import { defaultRetryPolicy } from "./retry-policy.ts";

const context = { now: after(100), policy: defaultRetryPolicy, unit: 0 };
const causes: readonly CauseOfDeath[] = ["NOT_PREPARED", "NOT_SENT", "REJECTED", "ABSENT"];
const sent = (attemptCount: number, failedPrepares = 0) => orderIn("SUBMITTED", { attemptCount, failedPrepares });
const unsent = (failedPrepares: number, attemptCount = 0) => orderIn("PENDING", { attemptCount, failedPrepares });

describe("what becomes of an order whose attempt is dead", () => {
  it.each([
    ["the first prepare failed", unsent(0), "NOT_PREPARED", busy, after(1_100)],
    ["the second prepare failed", unsent(1), "NOT_PREPARED", busy, after(2_100)],
    ["the first attempt was not sent", sent(1), "NOT_SENT", busy, after(1_100)],
    ["the first attempt was refused for now", sent(1), "REJECTED", busy, after(1_100)],
    ["the first attempt is absent", sent(1), "ABSENT", expired, after(1_100)],
    ["the second attempt was refused for now", sent(2), "REJECTED", busy, after(2_100)],
    ["a failed prepare, then an attempt", sent(1, 1), "REJECTED", busy, after(2_100)],
    ["an attempt, then a failed prepare", unsent(0, 1), "NOT_PREPARED", busy, after(2_100)],
  ] as const)("given %s, so it is tried again", (_given, order, cause, error, retryAt) => {
    expect(deadAttemptEvent(order, cause, error, context)).toEqual({ type: "RETRY_SCHEDULED", error, retryAt });
  });

  it.each([
    ["three failed prepares", unsent(2), "NOT_PREPARED", busy],
    ["three attempts not sent", sent(3), "NOT_SENT", busy],
    ["three attempts refused for now", sent(3), "REJECTED", busy],
    ["three attempts absent", sent(3), "ABSENT", expired],
    ["a failed prepare and two attempts", sent(2, 1), "REJECTED", busy],
    ["two attempts and a failed prepare", unsent(0, 2), "NOT_PREPARED", busy],
  ] as const)("given %s, so it is used up and names the last cause", (_given, order, cause, error) => {
    const { code, message } = error;
    expect(deadAttemptEvent(order, cause, error, context)).toEqual({
      type: "FAILED",
      error: {
        code: "RETRY_EXHAUSTED",
        message: `3 attempts failed; the last with ${code}: ${message}`,
        context: { attempts: "3", code, message },
      },
    });
  });

  it.each([
    ["NOT_PREPARED", "FAILED"],
    ["NOT_SENT", "FAILED"],
    ["ABSENT", "FAILED"],
    ["REJECTED", "REJECTED"],
  ] as const)("given %s for good, so %s", (cause, type) => {
    expect(deadAttemptEvent(sent(1), cause, refused, context)).toEqual({ type, error: refused });
  });

  it.each(
    causes.flatMap((cause) =>
      [busy, refused, lost].flatMap((error): readonly [string, Order, CauseOfDeath, OrderError][] => [
        ["a cancel request", orderIn("SUBMITTED", { cancelRequest: { at: after(1), reason: "asked" } }), cause, error],
        ["a fill", orderIn("SUBMITTED", { cumQuantity: quantity("0.000000000000000001") }), cause, error],
      ]),
    ),
  )("given %s, so it ends CANCELLED, whatever the cause", (_given, order, cause, error) => {
    expect(deadAttemptEvent(order, cause, error, context)).toEqual({ type: "CANCELLED" });
  });

  it("given a policy of one attempt, so none is tried again", () => {
    const once = { ...context, policy: { ...defaultRetryPolicy, attemptsMax: 1 } };
    expect(deadAttemptEvent(sent(1), "REJECTED", busy, once).type).toBe("FAILED");
  });

  it("given jitter, so at most a tenth is waited on top", () => {
    const event = deadAttemptEvent(sent(1), "REJECTED", busy, { ...context, unit: 0.5 });
    expect(event).toMatchObject({ retryAt: after(1_150) });
  });
});

describe("a venue that asks to be left alone", () => {
  it.each([
    ["for longer than the delay, so that long", 7_000, 7_000],
    ["for less, so the delay", 10, 1_000],
    ["for a day, so an hour", 86_400_000, 3_600_000],
  ])("given Retry-After %s", (_, retryAfterMs, ms) => {
    const event = deadAttemptEvent(sent(1), "REJECTED", busy, { ...context, retryAfterMs });
    expect(event).toMatchObject({ type: "RETRY_SCHEDULED", retryAt: after(100 + ms) });
  });
});

describe("an order with a deadline", () => {
  const till = (ms: number, rest: Partial<Order> = {}) => {
    const order = sent(1);
    return { ...order, ...rest, instruction: { ...order.instruction, expireTime: after(ms) } } as Order;
  };

  it("given a retry after it, so the order is due at the deadline, when it ends; before it, as ever", () => {
    expect(deadAttemptEvent(till(400), "REJECTED", busy, context)).toMatchObject({ retryAt: after(400) });
    expect(deadAttemptEvent(till(60_000), "REJECTED", busy, context)).toMatchObject({ retryAt: after(1_100) });
  });

  it("given that it has passed, so EXPIRED, not CANCELLED", () => {
    const error = orderError("EXPIRE_TIME_PASSED", "too late");
    const cancelRequest = { at: after(0), reason: "expire_time passed", error };
    expect(deadAttemptEvent(till(0, { cancelRequest }), "ABSENT", expired, context)).toEqual({ type: "EXPIRED" });
    const wished = { at: after(0), reason: "told to" };
    expect(deadAttemptEvent(till(0, { cancelRequest: wished }), "ABSENT", expired, context)).toEqual({
      type: "CANCELLED",
    });
  });
});

/** What may pass, or provably did nothing. Whatever is not here ends at once. */
const worthARetry = [
  "PRICE_UNAVAILABLE",
  "VENUE_REJECTED",
  "VENUE_BUSY",
  "RATE_LIMITED",
  "RATE_BUDGET_USED_UP",
  "VENUE_UNREACHABLE",
  "PREPARE_FAILED",
  "ATTEMPT_EXPIRED",
  "STORE_UNAVAILABLE",
  "OVERLOADED",
  "SHUTTING_DOWN",
  "ORDER_CONTENDED",
];

describe("whether a retry can help", () => {
  it.each(Object.keys(errorCodes).filter(isErrorCode))("is said for %s", (code) => {
    const event = deadAttemptEvent(sent(1), "REJECTED", orderError(code, "why"), context);
    expect(event.type).toBe(worthARetry.includes(code) ? "RETRY_SCHEDULED" : "REJECTED");
  });
});
