import { compare } from "@surefill/core";
import type { BookedOrder } from "./booked-order.ts";
import { isBeyond } from "./execution-price.ts";
import type { MarketRow } from "./market/market-row.ts";

/**
 * Resting orders of one instrument, best price first, then first come. They never meet each other: the market is the
 * price source, and an order fills when a row of it comes to its limit.
 */
export class LimitBook {
  readonly #bids: BookedOrder[] = [];
  readonly #asks: BookedOrder[] = [];

  add(order: BookedOrder): void {
    const orders = this.#sideOf(order);
    orders.splice(this.#placeAfterEquals(orders, order), 0, order);
  }

  remove(order: BookedOrder): void {
    const orders = this.#sideOf(order);
    const place = orders.indexOf(order);
    if (place >= 0) orders.splice(place, 1);
  }

  /** The orders that `row` comes to, in the order in which they are served. */
  reachedBy(row: MarketRow): readonly BookedOrder[] {
    return [...this.#reached(this.#bids, row), ...this.#reached(this.#asks, row)];
  }

  #reached(orders: readonly BookedOrder[], row: MarketRow): readonly BookedOrder[] {
    const firstBeyond = orders.findIndex(({ accepted: { side, pricing } }) => {
      if (pricing.type !== "LIMIT") return false;
      return isBeyond(side, side === "BUY" ? row.ask : row.bid, pricing.limitPrice);
    });
    return firstBeyond < 0 ? [...orders] : orders.slice(0, firstBeyond);
  }

  #sideOf({ accepted }: BookedOrder): BookedOrder[] {
    return accepted.side === "BUY" ? this.#bids : this.#asks;
  }

  #placeAfterEquals(orders: readonly BookedOrder[], order: BookedOrder): number {
    let low = 0;
    let high = orders.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = orders[middle];
      if (other !== undefined && isBetter(order, other)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Whether `a` is served before `b`, which came earlier. */
function isBetter({ accepted: a }: BookedOrder, { accepted: b }: BookedOrder): boolean {
  if (a.pricing.type !== "LIMIT" || b.pricing.type !== "LIMIT") return false;
  const order = compare(a.pricing.limitPrice, b.pricing.limitPrice);
  return a.side === "BUY" ? order > 0 : order < 0;
}
