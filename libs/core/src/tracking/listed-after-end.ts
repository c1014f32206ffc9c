import type { Desk } from "../desk/desk.ts";
import type { Order } from "../order/order.ts";
import type { OrderId } from "../order/order-id.ts";
import { elapsedMs, type WallTime } from "../time/wall-time.ts";

/** An order that ended so shortly before the venue was asked may still have been listed. */
const graceMs = 5_000;

interface Sighting {
  readonly version: number;
  /** Monotonic. */
  readonly sinceMs: number;
}

/**
 * Tells whether a venue's list of open orders may be older than the end of an order that it names. Where the end was
 * written by a clock ahead of ours, its age counts from when the order was first listed here after it.
 */
export class ListedAfterEnd {
  readonly #desk: Desk;
  #before: ReadonlyMap<OrderId, Sighting> = new Map();
  #now = new Map<OrderId, Sighting>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Another list is held against the orders; what the last one did not name begins anew. */
  begin(): void {
    this.#before = this.#now;
    this.#now = new Map();
  }

  /** `askedAt`: by our clock, before the venue was asked. */
  isFresh({ orderId, version, updatedAt }: Order, askedAt: WallTime): boolean {
    const ageMs = elapsedMs(updatedAt, askedAt);
    if (ageMs >= 0) return ageMs < graceMs;
    const nowMs = this.#desk.clock.monotonicMs();
    const known = this.#before.get(orderId);
    const sighting = known?.version === version ? known : { version, sinceMs: nowMs };
    this.#now.set(orderId, sighting);
    return nowMs - sighting.sinceMs < graceMs;
  }
}
