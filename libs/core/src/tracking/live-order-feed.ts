import type { VenueAccount } from "../account/venue-account.ts";
import type { Desk } from "../desk/desk.ts";
import type { EventCursor, LoggedEvent } from "../event/event-log.ts";
import type { OrderId } from "../order/order-id.ts";
import type { OrderPosition } from "../store/order-store.ts";
import type { LiveOrders } from "./live-orders.ts";

const scanPageMax = 1_000;
const eventPageMax = 500;
/** Events that are followed in one go; further behind than that, reading all live orders anew is cheaper. */
const eventPagesMax = 20;
/** Reading all live orders takes at most this share of the time: a small book is read at every poll, a large one seldom. */
const scanShareMax = 0.02;
/** However large the book: what the event stream did not tell is found after this long. */
const scanEveryMsMax = 60_000;

/**
 * Keeps LiveOrders true: by reading all of them while that is cheap, else by the order events since, with a full
 * reading now and then to check, for an event stream can be held back.
 */
export class LiveOrderFeed {
  readonly #desk: Desk;
  readonly #venueAccount: VenueAccount;
  readonly #live: LiveOrders;
  #cursor: EventCursor | undefined;
  #nextScanMs = 0;

  constructor(desk: Desk, venueAccount: VenueAccount, live: LiveOrders) {
    this.#desk = desk;
    this.#venueAccount = venueAccount;
    this.#live = live;
  }

  /** Brings the index up to date; tells whether all live orders were read for it. */
  async refresh(): Promise<"SCANNED" | "FOLLOWED"> {
    const cursor = this.#desk.clock.monotonicMs() < this.#nextScanMs ? this.#cursor : undefined;
    if (cursor !== undefined && (await this.#follow(cursor))) return "FOLLOWED";
    await this.#scan();
    return "SCANNED";
  }

  async #scan(): Promise<void> {
    const { store, clock, log } = this.#desk;
    const startedMs = clock.monotonicMs();
    const cursor = await store.events.head();
    this.#live.beginPass();
    let after: OrderPosition | undefined;
    for (;;) {
      const page = await store.orders.scanLive(this.#venueAccount, scanPageMax, after === undefined ? {} : { after });
      const isFull = !page.every((live) => this.#live.put(live));
      after = page.at(-1);
      if (isFull) log.error({ ...this.#venueAccount, orders: this.#live.size }, "more live orders than can be tracked");
      if (isFull || page.length < scanPageMax) break;
    }
    this.#live.endPass();
    this.#cursor = cursor;
    const endedMs = clock.monotonicMs();
    this.#nextScanMs = endedMs + Math.min((endedMs - startedMs) / scanShareMax, scanEveryMsMax);
  }

  /** Takes in what changed since `from`; false where that is too much. */
  async #follow(from: EventCursor): Promise<boolean> {
    const { events } = this.#desk.store;
    let cursor = from;
    // Where nothing concerns this account, the next look begins here and not at the last event that did.
    const head = await events.head();
    for (let pages = 0; pages < eventPagesMax; pages += 1) {
      const page: readonly LoggedEvent[] = await events.after(
        cursor,
        { account: this.#venueAccount.account },
        eventPageMax,
      );
      await this.#takeIn(page);
      cursor = page.at(-1)?.cursor ?? head;
      this.#cursor = cursor;
      if (page.length < eventPageMax) return true;
    }
    return false;
  }

  async #takeIn(events: readonly LoggedEvent[]): Promise<void> {
    const ids = new Set<OrderId>();
    for (const { venue, orderId, version } of events) {
      const known = this.#live.find(orderId);
      if (venue === this.#venueAccount.venue && (known === undefined || known.version < version)) ids.add(orderId);
    }
    for (const order of await this.#desk.store.orders.findMany([...ids])) this.#live.take(order);
  }
}
