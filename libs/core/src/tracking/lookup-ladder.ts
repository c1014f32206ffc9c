import type { Order } from "../order/order.ts";
import type { OrderId } from "../order/order-id.ts";

/** Waits between look-ups of one order that stays as it is: half a second, doubling, at most half a minute. */
const stepMs = { first: 500, max: 30_000 } as const;
const doublingsMax = 6;

/** How long after look-up number `lookUps` (from 1) of an order that stays as it is the next one comes. */
export function lookupWaitMs(lookUps: number): number {
  return Math.min(stepMs.first * 2 ** Math.min(Math.max(lookUps, 1) - 1, doublingsMax), stepMs.max);
}

/** What the ladder must know of an order. */
type Climber = Pick<Order, "orderId" | "version" | "state">;

interface Rung {
  readonly version: number;
  readonly nextMs: number;
  readonly lookUps: number;
}

/** Spaces the look-ups of orders that don't move; one that moved starts at the bottom again. */
export class LookupLadder {
  readonly #rungs = new Map<OrderId, Rung>();

  /** Whether `order` may be asked about at `nowMs` (monotonic); one never seen is given its first wait. */
  isDue(order: Climber, nowMs: number): boolean {
    const rung = this.#rungs.get(order.orderId);
    if (rung !== undefined && rung.version === order.version) return nowMs >= rung.nextMs;
    // What is in doubt is asked about at once; anything else gets time for its stream to tell, but no more by moving on.
    const waitMs = order.state === "IN_DOUBT" ? 0 : stepMs.first;
    const nextMs = Math.min(nowMs + waitMs, rung?.nextMs ?? Number.POSITIVE_INFINITY);
    this.#rungs.set(order.orderId, { version: order.version, nextMs, lookUps: 0 });
    return nowMs >= nextMs;
  }

  /** Since when an order has been due, on the clock of isDue; one never seen has been for ever. */
  dueMs({ orderId }: Climber): number {
    return this.#rungs.get(orderId)?.nextMs ?? 0;
  }

  lookedUp(order: Climber, nowMs: number): void {
    const lookUps = (this.#rungs.get(order.orderId)?.lookUps ?? 0) + 1;
    this.#rungs.set(order.orderId, { version: order.version, nextMs: nowMs + lookupWaitMs(lookUps), lookUps });
  }

  /** Forgets orders that are live no more. */
  keepOnly(isLive: (orderId: OrderId) => boolean): void {
    for (const orderId of this.#rungs.keys()) if (!isLive(orderId)) this.#rungs.delete(orderId);
  }
}
