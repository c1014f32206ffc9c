import {
  addQuantity,
  compare,
  type Fill,
  fillKey,
  type Order,
  type OrderChange,
  type OrderId,
  phaseOf,
  type VenueId,
  zeroQuantity,
} from "@surefill/core";
import { HoldingSums } from "./holding-sums.ts";
import type { Break } from "./invariant.ts";
import type { OracleView } from "./oracle-view.ts";
import type { VenueBook } from "./venue-book.ts";

/** Invariants 4 and 5: each fill of the venues' logs is recorded, once, and nothing else; and all sums are theirs. */
export class FillCheck {
  readonly #view: OracleView;
  readonly #book: VenueBook;
  readonly #break: Break;
  readonly #fills = new Map<OrderId, Set<string>>();
  readonly #sums = new HoldingSums();

  constructor(view: OracleView, book: VenueBook, breaks: Break) {
    this.#view = view;
    this.#book = book;
    this.#break = breaks;
  }

  /** How many fills of an order are recorded. */
  countOf(orderId: OrderId): number {
    return this.#fills.get(orderId)?.size ?? 0;
  }

  committed({ order, fills }: OrderChange): void {
    if (fills.length === 0) return;
    const recorded = this.#fills.get(order.orderId) ?? new Set<string>();
    this.#fills.set(order.orderId, recorded);
    for (const fill of fills) {
      const key = fillKey(fill);
      if (recorded.has(key)) this.#break("fills-are-the-venue's", `${order.orderId}: ${key} is recorded twice`);
      recorded.add(key);
      this.#sums.add(order, fill);
      if (!this.#isTheVenues(fill)) {
        const text = `${order.orderId}: the venue has no fill ${fill.venueFillId} of ${fill.lastQuantity}`;
        this.#break("fills-are-the-venue's", text);
      }
    }
    const sum = (this.#view.tables.fillsByOrder.get(order.orderId) ?? []).reduce(
      (total, { lastQuantity }) => addQuantity(total, lastQuantity),
      zeroQuantity,
    );
    if (sum !== order.cumQuantity && order === this.#view.tables.orders.get(order.orderId)) {
      this.#break("cum-is-sum-of-fills", `${order.orderId}: cum is ${order.cumQuantity}, its fills are ${sum}`);
    }
  }

  /** Positions and holdings as they are stored. */
  checkSums(): void {
    const difference = this.#sums.differenceFrom(this.#view.tables);
    if (difference !== undefined) this.#break("holdings-are-sums", difference);
  }

  /** How many of the venue's fills of an order are not recorded. */
  missingOf({ orderId }: Order): number {
    const known = this.#book.attemptsOf(orderId).reduce((sum, { fills }) => sum + fills.size, 0);
    return known - this.countOf(orderId);
  }

  /** An order of which nothing more can come. */
  checkComplete(order: Order): void {
    const missing = this.missingOf(order);
    if (missing !== 0) {
      this.#break("no-fill-is-missing", `${order.orderId} (${phaseOf(order)}): ${missing} fills are missing`);
    }
    const { size } = order.instruction;
    const isShort = order.state === "FILLED" && size.in === "BASE" && compare(order.cumQuantity, size.quantity) < 0;
    if (isShort) this.#break("cum-is-sum-of-fills", `${order.orderId} is FILLED with ${order.cumQuantity}`);
  }

  #isTheVenues(fill: Fill): boolean {
    return this.#book
      .attemptsOf(fill.orderId)
      .some((attempt) =>
        [...attempt.fills.values()].some(
          (event) =>
            event.venueOrderId === fill.venueOrderId &&
            this.#fillIdOf(fill.venue, event.venueFillId) === fill.venueFillId &&
            event.quantity === fill.lastQuantity &&
            event.price === fill.lastPrice,
        ),
      );
  }

  #fillIdOf(venue: VenueId, id: string): string {
    const isShort = this.#view.characters.get(venue)?.numbersFillsPerOrder === true;
    return isShort ? id.slice(id.lastIndexOf("_") + 1) : id;
  }
}
