import { orderError } from "../error/order-error.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import { attemptOf, type Order } from "../order/order.ts";
import type { OrderId } from "../order/order-id.ts";
import { earlierOf, type WallTime } from "../time/wall-time.ts";
import type { LookupAnswer } from "../venue/venue.ts";

/**
 * How often in turn, and for how long, a venue must not find what it had before that is believed: replicas lag, and
 * look-ups that a venue's load makes fail can look like this.
 */
const believed = { lookupsMin: 5, msMin: 60_000 } as const;

interface Missing {
  /** What is known of the order: news of it begins the count anew. */
  readonly known: string;
  readonly sinceMs: number;
  readonly lookups: number;
}

/** When the answer of a look-up was there. */
export interface LookedUpAt {
  /** Monotonic. */
  readonly nowMs: number;
  readonly now: WallTime;
}

/** Counts how long orders that a venue had have not been found there. */
export class Disappearances {
  readonly #missing = new Map<OrderId, Missing>();

  /**
   * Takes in what a look-up came to; gives a report once the order has been missing for long enough. Only answers that
   * could have seen the order count: of a venue time after the order came to its state by our clock, or, for that may
   * have been ahead, after its attempt's validity, by when the venue had it. Where neither has come by our clock, another
   * one that was ahead wrote it: an order that we know in its state when we ask came to it before.
   */
  lookedUp(order: Order, answer: LookupAnswer, { nowMs, now }: LookedUpAt): ExecutionReport | undefined {
    const { orderId, state } = order;
    const attempt = attemptOf(order);
    if (answer.kind === "UNAVAILABLE") return undefined;
    const isOpen = state === "CONFIRMING" || state === "PARTIALLY_FILLED" || state === "CANCELLING";
    if (answer.kind === "FOUND" || !isOpen || attempt === undefined) {
      this.#missing.delete(orderId);
      return undefined;
    }
    const since = order.stateTimes[state] ?? order.updatedAt;
    const hadItBy = earlierOf(since, attempt.validUntil ?? since);
    if (hadItBy <= now && answer.asOf <= hadItBy) return undefined;
    const known = `${state} ${order.cumQuantity} ${attempt.number}`;
    const before = this.#missing.get(orderId);
    const isNews = before?.known !== known;
    const missing = {
      known,
      sinceMs: isNews ? nowMs : before.sinceMs,
      lookups: isNews ? 1 : before.lookups + 1,
    };
    this.#missing.set(orderId, missing);
    if (missing.lookups < believed.lookupsMin || nowMs - missing.sinceMs < believed.msMin) return undefined;
    const text = "the venue had the order and knows nothing of it any more";
    const error = orderError("ORDER_FORGOTTEN", text, { submit_key: attempt.submitKey });
    return { submitKey: attempt.submitKey, evidence: { kind: "VANISHED", error }, fills: [] };
  }

  /** Forgets orders that are live no more. */
  keepOnly(isLive: (orderId: OrderId) => boolean): void {
    for (const orderId of this.#missing.keys()) if (!isLive(orderId)) this.#missing.delete(orderId);
  }
}
