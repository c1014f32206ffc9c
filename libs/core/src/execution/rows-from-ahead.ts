import { type VenueAccount, venueAccountKey } from "../account/venue-account.ts";
import type { Desk } from "../desk/desk.ts";
import { nextActionAt } from "../order/next-action-at.ts";
import type { Order } from "../order/order.ts";
import type { OrderId } from "../order/order-id.ts";
import { surplusDueAt } from "../order/surplus-attempt.ts";
import type { OrderPosition } from "../store/order-store.ts";
import { addMs, elapsedMs, type WallTime } from "../time/wall-time.ts";

/**
 * Between looks, each at the next so many orders of a venue account that wait for their cancel or their next attempt,
 * and at as many with a surplus attempt.
 */
const lookEveryMs = 5_000;
const rowsMax = 500;
/** Machines' clocks differ by so much without anything being wrong. */
const differenceMsMax = 1_000;
/**
 * The longest wait where it is not known how long it was to be: that for a surplus attempt grows with an age that the
 * other clock got wrong, too.
 */
const waitMsMax = 30_000;
/** However far ahead the other clock was. */
const aheadMsMax = 10 * 366 * 24 * 60 * 60 * 1_000;

interface Wait {
  readonly version: number;
  /** Monotonic. */
  readonly overMs: number;
}

/** What an order waits for: its next action (its cancel, its next attempt), or the cancel of a surplus attempt. */
type Awaited = "ACTION" | "SURPLUS";

interface Found {
  readonly order: Order;
  readonly awaited: Awaited;
  readonly dueAt: WallTime;
}

/**
 * Orders whose rows were written by a clock ahead of ours, as of a machine that was set wrong for a while: the times at
 * which they are due lie as far ahead. Such an order waits on our clock for as long as it was to wait on that one, and
 * is due then; without this a cancel or a retry would come an hour late. So it is with surplus attempts, of ended orders too.
 */
export class RowsFromAhead {
  readonly #desk: Desk;
  readonly #waits: Readonly<Record<Awaited, Map<OrderId, Wait>>> = { ACTION: new Map(), SURPLUS: new Map() };
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
    const found: Found[] = [];
    for (const venueAccount of venueAccounts) found.push(...(await this.#actions(venueAccount)));
    for (const venueAccount of venueAccounts) found.push(...(await this.#surplus(venueAccount)));
    const before = { ACTION: new Map(this.#waits.ACTION), SURPLUS: new Map(this.#waits.SURPLUS) };
    for (const waits of Object.values(this.#waits)) waits.clear();
    for (const { order, awaited, dueAt } of found) {
      const known = before[awaited].get(order.orderId);
      const wait =
        known?.version === order.version
          ? known
          : { version: order.version, overMs: nowMs + this.#waitMs(order, awaited, dueAt) };
      this.#waits[awaited].set(order.orderId, wait);
    }
    return found.filter(({ order, awaited }) => this.#isOver(order, awaited)).map(({ order }) => order);
  }

  /** Whether an order whose time has not come by our clock is due all the same. */
  isDue(order: Order): boolean {
    return this.#isOver(order, "ACTION");
  }

  /** As isDue, for the cancel of its surplus attempt that is due first. */
  isSurplusDue(order: Order): boolean {
    return this.#isOver(order, "SURPLUS");
  }

  #isOver({ orderId, version }: Order, awaited: Awaited): boolean {
    const wait = this.#waits[awaited].get(orderId);
    return wait?.version === version && wait.overMs <= this.#desk.clock.monotonicMs();
  }

  async #actions(venueAccount: VenueAccount): Promise<readonly Found[]> {
    const { orders } = this.#desk.store;
    const key = venueAccountKey(venueAccount);
    const after = this.#lookedUpTo.get(key);
    const states = ["CANCELLING", "FAILED"] as const;
    const page = await orders.scanLive(venueAccount, rowsMax, after === undefined ? { states } : { states, after });
    const last = page.at(-1);
    if (last === undefined || page.length < rowsMax) this.#lookedUpTo.delete(key);
    else this.#lookedUpTo.set(key, last);
    const rows = page.length === 0 ? [] : await orders.findMany(page.map(({ orderId }) => orderId));
    return rows.flatMap((order) => this.#found(order, "ACTION", nextActionAt(order)));
  }

  async #surplus(venueAccount: VenueAccount): Promise<readonly Found[]> {
    const rows = await this.#desk.store.orders.surplusDue(
      [venueAccount],
      addMs(this.#desk.clock.wall(), aheadMsMax),
      rowsMax,
    );
    return rows.flatMap((order) => this.#found(order, "SURPLUS", surplusDueAt(order)));
  }

  #found(order: Order, awaited: Awaited, dueAt: WallTime | undefined): readonly Found[] {
    const ahead = addMs(this.#desk.clock.wall(), differenceMsMax);
    const isAhead = dueAt !== undefined && order.updatedAt > ahead && dueAt > ahead;
    return isAhead ? [{ order, awaited, dueAt }] : [];
  }

  /**
   * From the first look on, for as long as it was to wait by the clock that wrote it. A due time before the row's own was
   * written by a clock like ours, on a row from ahead; or by that one, which has passed it since.
   */
  #waitMs({ updatedAt }: Order, awaited: Awaited, dueAt: WallTime): number {
    if (dueAt < updatedAt) return Math.min(elapsedMs(this.#desk.clock.wall(), dueAt), waitMsMax);
    const waitMs = elapsedMs(updatedAt, dueAt);
    return awaited === "SURPLUS" ? Math.min(waitMs, waitMsMax) : waitMs;
  }
}
