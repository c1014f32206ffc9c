import type { VenueAccount } from "../account/venue-account.ts";
import type { Desk } from "../desk/desk.ts";
import { attemptOf, type Order } from "../order/order.ts";
import type { SubmitKey } from "../order/order-id.ts";
import { addMs } from "../time/wall-time.ts";
import type { ReportedFill } from "../venue/venue.ts";
import type { LiveOrders } from "./live-orders.ts";

/** How long before its fill an order may have been placed that only the venue's own id names and that has ended. */
const placedBeforeMsMax = 30 * 24 * 60 * 60 * 1_000;

/** An order, and the key of its attempt that a report speaks of. */
export interface Owner {
  readonly order: Order;
  readonly submitKey: SubmitKey;
}

/** Finds the orders that fills belong to. */
export class OwnerFinder {
  readonly #desk: Desk;
  readonly #venueAccount: VenueAccount;
  readonly #live: LiveOrders;

  constructor(desk: Desk, venueAccount: VenueAccount, live: LiveOrders) {
    this.#desk = desk;
    this.#venueAccount = venueAccount;
    this.#live = live;
  }

  /**
   * The owners of fills, by their places; those that nobody can name yet are absent. Orders in the index are read
   * together; with `everywhere`, the others are looked for in the store, one by one.
   */
  async find(fills: readonly ReportedFill[], everywhere: boolean): Promise<ReadonlyMap<ReportedFill, Owner>> {
    const ids = new Map(
      fills.flatMap((reported) => {
        const live = this.#inIndex(reported);
        return live === undefined ? [] : [[reported, live.orderId] as const];
      }),
    );
    const orders = await this.#desk.store.orders.findMany([...new Set(ids.values())]);
    const byId = new Map(orders.map((order) => [order.orderId, order]));
    const owners = new Map<ReportedFill, Owner>();
    for (const reported of fills) {
      const orderId = ids.get(reported);
      const indexed = orderId === undefined ? undefined : byId.get(orderId);
      const order =
        indexed !== undefined && isOf(indexed, reported)
          ? indexed
          : everywhere
            ? await this.#inStore(reported)
            : undefined;
      const submitKey = order && (reported.submitKey ?? (await this.#keyOf(order, reported)));
      if (order !== undefined && submitKey !== undefined) owners.set(reported, { order, submitKey });
    }
    return owners;
  }

  #inIndex({ submitKey, fill }: ReportedFill) {
    return submitKey === undefined ? this.#live.ofVenueOrderId(fill.venueOrderId) : this.#live.ofSubmitKey(submitKey);
  }

  async #inStore({ submitKey, instrument, fill }: ReportedFill): Promise<Order | undefined> {
    const { orders } = this.#desk.store;
    const venueAccount = this.#venueAccount;
    if (submitKey !== undefined) {
      const order = await orders.findBySubmitKey(venueAccount.venue, submitKey);
      return order?.instruction.account === venueAccount.account ? order : undefined;
    }
    if (instrument === undefined) return undefined;
    const placedSince = addMs(fill.venueTime, -placedBeforeMsMax);
    return orders.findByVenueOrderId({ venueAccount, instrument, venueOrderId: fill.venueOrderId }, placedSince);
  }

  /** The key of the attempt that the venue's id names: the last one, or an earlier one where that has another id. */
  async #keyOf(order: Order, { fill }: ReportedFill): Promise<SubmitKey | undefined> {
    const last = attemptOf(order);
    if (last?.venueOrderId === fill.venueOrderId) return last.submitKey;
    const attempts = await this.#desk.store.orders.attempts(order.orderId);
    return attempts.findLast(({ submitKey }) => submitKey !== last?.submitKey)?.submitKey;
  }
}

/** Venue order ids may be unique per instrument only. */
function isOf(order: Order, { submitKey, instrument }: ReportedFill): boolean {
  return submitKey !== undefined || instrument === undefined || instrument === order.instruction.instrument;
}
