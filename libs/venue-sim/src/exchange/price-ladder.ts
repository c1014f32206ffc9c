import { compare, type Price } from "@surefill/core";
import type { BookedOrder } from "./booked-order.ts";

interface Rung {
  readonly order: BookedOrder;
  readonly price: Price;
}

/** Orders by a price of theirs, the lowest or the highest first, then first come. */
export class PriceLadder {
  readonly #first: "LOWEST" | "HIGHEST";
  readonly #rungs: Rung[] = [];

  constructor(first: "LOWEST" | "HIGHEST") {
    this.#first = first;
  }

  add(order: BookedOrder, price: Price): void {
    this.#rungs.splice(this.#placeAfterEquals(price), 0, { order, price });
  }

  remove(order: BookedOrder): void {
    const place = this.#rungs.findIndex((rung) => rung.order === order);
    if (place >= 0) this.#rungs.splice(place, 1);
  }

  /** The orders up to the first whose price `isReached` says no of. */
  while(isReached: (price: Price) => boolean): readonly BookedOrder[] {
    const end = this.#rungs.findIndex(({ price }) => !isReached(price));
    return (end < 0 ? this.#rungs : this.#rungs.slice(0, end)).map(({ order }) => order);
  }

  #placeAfterEquals(price: Price): number {
    let low = 0;
    let high = this.#rungs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#rungs[middle];
      if (other !== undefined && this.#isBefore(price, other.price)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #isBefore(a: Price, b: Price): boolean {
    const order = compare(a, b);
    return this.#first === "LOWEST" ? order < 0 : order > 0;
  }
}
