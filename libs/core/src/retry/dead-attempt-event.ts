import { retryClass } from "../error/error-code.ts";
import { type OrderError, orderError } from "../error/order-error.ts";
import { beforeDeadline, isExpiring } from "../order/deadline.ts";
import { isWhollyFilled, type Order } from "../order/order.ts";
import type { OrderEvent } from "../order/order-event.ts";
import { addMs, type WallTime } from "../time/wall-time.ts";
import { retryDelayMs } from "./retry-delay-ms.ts";
import type { RetryPolicy } from "./retry-policy.ts";

/** What deciding about a dead attempt needs; `unit` is uniform in [0, 1), for the jitter. */
export interface DeadAttemptContext {
  readonly now: WallTime;
  readonly policy: RetryPolicy;
  readonly unit: number;
  /** How long the venue asked to be left alone; the retry is not due before, but an hour is the most that is believed. */
  readonly retryAfterMs?: number;
}

const retryAfterMsMax = 3_600_000;

/** Why an attempt is dead: its prepare failed, it never left, the venue refused it, or it is proven absent. */
export type CauseOfDeath = "NOT_PREPARED" | "NOT_SENT" | "REJECTED" | "ABSENT";

/**
 * What becomes of an order whose last attempt provably did nothing more: cancelled if that was asked for or if there
 * are fills (another attempt could overfill; FILLED if they are the whole order), tried again if that can help and there
 * is time, else ended. A venue's fatal refusal is REJECTED; everything else that ends here is FAILED.
 */
export function deadAttemptEvent(
  order: Order,
  cause: CauseOfDeath,
  error: OrderError,
  context: DeadAttemptContext,
): OrderEvent {
  if (order.cancelRequest !== undefined || order.cumQuantity !== "0") {
    if (isWhollyFilled(order)) return { type: "COMPLETED" };
    return { type: isExpiring(order) ? "EXPIRED" : "CANCELLED" };
  }
  if (retryClass(error.code) !== "retryable") {
    return cause === "REJECTED" ? { type: "REJECTED", error } : { type: "FAILED", error };
  }
  // A failed prepare made no attempt durable, but it used one up: attempts are bounded whatever they fail of.
  const tries = triesOf(order, cause);
  if (tries >= context.policy.attemptsMax) {
    const { code, message } = error;
    const attempts = String(tries);
    const text = `${attempts} attempts failed; the last with ${code}: ${message}`;
    return { type: "FAILED", error: orderError("RETRY_EXHAUSTED", text, { attempts, code, message }) };
  }
  const askedMs = Math.min(context.retryAfterMs ?? 0, retryAfterMsMax);
  const delayMs = Math.max(retryDelayMs(context.policy, tries, context.unit), askedMs);
  return { type: "RETRY_SCHEDULED", error, retryAt: beforeDeadline(order, addMs(context.now, delayMs)) };
}

function triesOf(order: Order, cause: CauseOfDeath): number {
  return cause === "NOT_PREPARED"
    ? order.failedPrepares + order.attemptCount + 1
    : order.failedPrepares + order.attemptCount;
}
