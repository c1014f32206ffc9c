import type { Order } from "../order/order.ts";
import type { OrderId } from "../order/order-id.ts";

/** Waits between look-ups of one order that stays as it is: half a second, doubling, at most half a minute. */
const stepMs = { first: 500, max: 30_000 } as const;

interface Rung {
  readonly version: number;
  readonly nextMs: number;
  readonly waitMs: number;
}

/** Spaces the look-ups of orders that don't move; one that moved starts at the bottom again. */
export class LookupLadder {
  readonly #rungs = new Map<OrderId, Rung>();

  /** Whether `order` may be asked about at `nowMs` (monotonic); one never seen is given its first wait. */
  isDue(order: Order, nowMs: number): boolean {
    const rung = this.#rungs.get(order.orderId);
    if (rung !== undefined && rung.version === order.version) return nowMs >= rung.nextMs;
    // What is in doubt is asked about at once; anything else gets time for its stream to tell.
    const waitMs = order.state === "IN_DOUBT" ? 0 : stepMs.first;
    this.#rungs.set(order.orderId, { version: order.version, nextMs: nowMs + waitMs, waitMs: stepMs.first });
    return waitMs === 0;
  }

  lookedUp(order: Order, nowMs: number): void {
    const waitMs = this.#rungs.get(order.orderId)?.waitMs ?? stepMs.first;
    const next = { version: order.version, nextMs: nowMs + waitMs, waitMs: Math.min(waitMs * 2, stepMs.max) };
    this.#rungs.set(order.orderId, next);
  }

  /** Forgets orders that are not among `live`. */
  keepOnly(live: readonly Order[]): void {
    const ids = new Set(live.map((order) => order.orderId));
    for (const orderId of this.#rungs.keys()) if (!ids.has(orderId)) this.#rungs.delete(orderId);
  }
}
