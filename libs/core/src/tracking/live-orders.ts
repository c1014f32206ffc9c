import { isTerminal, type Order } from "../order/order.ts";
import type { OrderId, SubmitKey, VenueOrderId } from "../order/order-id.ts";
import { type LiveOrder, liveOrderOf } from "../store/live-order.ts";
import type { WallTime } from "../time/wall-time.ts";

/** Orders of one venue account that are kept in memory, at about half a kilobyte each. */
const liveOrdersMax = 500_000;

interface Entry {
  readonly live: LiveOrder;
  /** The pass in which it was last seen. */
  readonly pass: number;
}

/**
 * The live orders of a venue account, by each of their names. Only an index: what is decided is decided on the order's
 * row. An older version never replaces a newer one.
 */
export class LiveOrders {
  readonly #entries = new Map<OrderId, Entry>();
  readonly #bySubmitKey = new Map<SubmitKey, OrderId>();
  readonly #byVenueOrderId = new Map<VenueOrderId, OrderId>();
  /** When the attempts of those that are SUBMITTED or IN_DOUBT were prepared. */
  readonly #doubtful = new Map<OrderId, WallTime>();
  readonly #countMax: number;
  #pass = 0;

  constructor(countMax: number = liveOrdersMax) {
    this.#countMax = countMax;
  }

  get size(): number {
    return this.#entries.size;
  }

  *all(): Iterable<LiveOrder> {
    for (const { live } of this.#entries.values()) yield live;
  }

  find(orderId: OrderId): LiveOrder | undefined {
    return this.#entries.get(orderId)?.live;
  }

  /** By the last attempt's key; by an earlier one's only the store finds it. */
  ofSubmitKey(submitKey: SubmitKey): LiveOrder | undefined {
    const orderId = this.#bySubmitKey.get(submitKey);
    return orderId === undefined ? undefined : this.find(orderId);
  }

  /** Venue order ids may be unique per instrument only: the order's own row tells whether it is meant. */
  ofVenueOrderId(venueOrderId: VenueOrderId): LiveOrder | undefined {
    const orderId = this.#byVenueOrderId.get(venueOrderId);
    return orderId === undefined ? undefined : this.find(orderId);
  }

  /** When the oldest attempt was prepared of which nobody knows whether the venue has it. */
  doubtSince(): WallTime | undefined {
    return oldest([...this.#doubtful.values()]);
  }

  /** Takes in an order as it was read or has just been committed. */
  take(order: Order): void {
    if (isTerminal(order)) this.remove(order.orderId, order.version);
    else this.put(liveOrderOf(order));
  }

  /** False where there is no room for one more. */
  put(live: LiveOrder): boolean {
    const before = this.find(live.orderId);
    if (before === undefined && this.size >= this.#countMax) return false;
    const current = before !== undefined && before.version > live.version ? before : live;
    if (before !== undefined) this.#unlink(before);
    this.#entries.set(current.orderId, { live: current, pass: this.#pass });
    this.#link(current);
    return true;
  }

  /** Forgets an order that was final at `version`. */
  remove(orderId: OrderId, version: number): void {
    const before = this.find(orderId);
    if (before === undefined || before.version > version) return;
    this.#unlink(before);
    this.#entries.delete(orderId);
  }

  beginPass(): void {
    this.#pass += 1;
  }

  /** Forgets what was not seen since the pass began: it is live no more. */
  endPass(): void {
    for (const { live, pass } of this.#entries.values())
      if (pass < this.#pass) this.remove(live.orderId, Number.POSITIVE_INFINITY);
  }

  #link({ orderId, state, attempt }: LiveOrder): void {
    if (attempt === undefined) return;
    if (state === "SUBMITTED" || state === "IN_DOUBT") this.#doubtful.set(orderId, attempt.preparedAt);
    this.#bySubmitKey.set(attempt.submitKey, orderId);
    if (attempt.venueOrderId !== undefined) this.#byVenueOrderId.set(attempt.venueOrderId, orderId);
  }

  #unlink({ orderId, attempt }: LiveOrder): void {
    this.#doubtful.delete(orderId);
    if (attempt === undefined) return;
    this.#bySubmitKey.delete(attempt.submitKey);
    const { venueOrderId } = attempt;
    if (venueOrderId !== undefined && this.#byVenueOrderId.get(venueOrderId) === orderId)
      this.#byVenueOrderId.delete(venueOrderId);
  }
}

function oldest(times: readonly WallTime[]): WallTime | undefined {
  return times.reduce<WallTime | undefined>((min, time) => (min === undefined || time < min ? time : min), undefined);
}
