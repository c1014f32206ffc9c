import { type VenueAccount, venueAccountKey } from "../account/venue-account.ts";
import type { Desk } from "../desk/desk.ts";
import { nextActionAt } from "../order/next-action-at.ts";
import type { Order } from "../order/order.ts";
import type { OrderId } from "../order/order-id.ts";
import type { OrderPosition } from "../store/order-store.ts";
import { addMs, elapsedMs } from "../time/wall-time.ts";

/** Between looks, each at the next so many orders of a venue account that wait for their cancel or their next attempt. */
const lookEveryMs = 5_000;
const rowsMax = 500;
/** Machines' clocks differ by so much without anything being wrong. */
const differenceMsMax = 1_000;

interface Wait {
  readonly version: number;
  /** Monotonic. */
  readonly overMs: number;
}

/**
 * Orders whose rows were written by a clock ahead of ours, as of a machine that was set wrong for a while: the times at
 * which they are due lie as far ahead. Such an order waits on our clock for as long as it was to wait on that one, and
 * is due then; without this a cancel or a retry would come an hour late.
 */
export class RowsFromAhead {
  readonly #desk: Desk;
  readonly #waits = new Map<OrderId, Wait>();
  readonly #lookedUpTo = new Map<string, OrderPosition>();
  #nextLookMs = Number.NEGATIVE_INFINITY;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Those of some venue accounts that are due by now; looks for them every 5 s, and gives none in between. */
  async due(venueAccounts: readonly VenueAccount[]): Promise<readonly Order[]> {
    const nowMs = this.#desk.clock.monotonicMs();
    if (nowMs < this.#nextLookMs) return [];
    this.#nextLookMs = nowMs + lookEveryMs;
    const found: Order[] = [];
    for (const venueAccount of venueAccounts) found.push(...(await this.#look(venueAccount)));
    const before = new Map(this.#waits);
    this.#waits.clear();
    for (const order of found) this.#waits.set(order.orderId, waitOf(order, before.get(order.orderId), nowMs));
    return found.filter((order) => this.isDue(order));
  }

  /** Whether an order whose time has not come by our clock is due all the same. */
  isDue({ orderId, version }: Order): boolean {
    const wait = this.#waits.get(orderId);
    return wait?.version === version && wait.overMs <= this.#desk.clock.monotonicMs();
  }

  async #look(venueAccount: VenueAccount): Promise<readonly Order[]> {
    const { orders } = this.#desk.store;
    const key = venueAccountKey(venueAccount);
    const after = this.#lookedUpTo.get(key);
    const states = ["CANCELLING", "FAILED"] as const;
    const page = await orders.scanLive(venueAccount, rowsMax, after === undefined ? { states } : { states, after });
    const last = page.at(-1);
    if (last === undefined || page.length < rowsMax) this.#lookedUpTo.delete(key);
    else this.#lookedUpTo.set(key, last);
    const rows = page.length === 0 ? [] : await orders.findMany(page.map(({ orderId }) => orderId));
    const ahead = addMs(this.#desk.clock.wall(), differenceMsMax);
    return rows.filter((order) => order.updatedAt > ahead && (nextActionAt(order) ?? 0) > ahead);
  }
}

/** From the first look on, for as long as it was to wait by the clock that wrote it. */
function waitOf(order: Order, before: Wait | undefined, nowMs: number): Wait {
  if (before?.version === order.version) return before;
  const waitMs = elapsedMs(order.updatedAt, nextActionAt(order) ?? order.updatedAt);
  return { version: order.version, overMs: nowMs + Math.max(waitMs, 0) };
}
