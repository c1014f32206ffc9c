import type { Order } from "../order/order.ts";
import type { OrderId } from "../order/order-id.ts";

/** Before what failed for an order is tried again: the first time, doubling, at most. */
const waitMs = { first: 250, max: 30_000 } as const;
/** Orders that are remembered; beyond this the oldest are taken up again sooner than they could be. */
const ordersMax = 10_000;

/** What a setback must know of an order: one that has moved since starts anew. */
type Subject = Pick<Order, "orderId" | "version">;

interface Setback {
  readonly version: number;
  readonly waitMs: number;
  readonly untilMs: number;
}

/**
 * Orders that could not be acted on or recorded, as one whose row the store refuses: each is left alone for a while, so
 * that one that always fails takes neither the lane nor the venue's request budget from the others.
 */
export class Setbacks {
  readonly #setbacks = new Map<OrderId, Setback>();

  /** Whether `order` is to be left alone at `nowMs` (monotonic). */
  holds({ orderId, version }: Subject, nowMs: number): boolean {
    const setback = this.#setbacks.get(orderId);
    if (setback === undefined) return false;
    if (setback.version === version) return nowMs < setback.untilMs;
    this.#setbacks.delete(orderId);
    return false;
  }

  /** Acting on `order` failed at `nowMs` (monotonic). */
  add({ orderId, version }: Subject, nowMs: number): void {
    const before = this.#setbacks.get(orderId);
    const wait = before?.version === version ? Math.min(before.waitMs * 2, waitMs.max) : waitMs.first;
    this.#setbacks.delete(orderId);
    this.#setbacks.set(orderId, { version, waitMs: wait, untilMs: nowMs + wait });
    const [oldest] = this.#setbacks.keys();
    if (oldest !== undefined && this.#setbacks.size > ordersMax) this.#setbacks.delete(oldest);
  }
}
