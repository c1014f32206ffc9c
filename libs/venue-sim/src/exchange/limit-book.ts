import { limitPriceOf } from "@surefill/core";
import type { BookedOrder } from "./booked-order.ts";
import { isBeyond } from "./execution-price.ts";
import type { MarketRow } from "./market/market-row.ts";
import { PriceLadder } from "./price-ladder.ts";

/**
 * Resting orders of one instrument, best price first, then first come. They never meet each other: the market is the
 * price source, and an order fills when a row of it comes to its limit.
 */
export class LimitBook {
  readonly #bids = new PriceLadder("HIGHEST");
  readonly #asks = new PriceLadder("LOWEST");

  /** Does nothing for an order without a limit: it can't rest. */
  add(order: BookedOrder): void {
    const limitPrice = limitPriceOf(order.accepted.pricing);
    if (limitPrice !== undefined) this.#sideOf(order).add(order, limitPrice);
  }

  remove(order: BookedOrder): void {
    this.#sideOf(order).remove(order);
  }

  /** The orders that `row` comes to, in the order in which they are served. */
  reachedBy({ bid, ask }: MarketRow): readonly BookedOrder[] {
    const bids = this.#bids.while((limitPrice) => !isBeyond("BUY", ask, limitPrice));
    return [...bids, ...this.#asks.while((limitPrice) => !isBeyond("SELL", bid, limitPrice))];
  }

  #sideOf({ accepted }: BookedOrder): PriceLadder {
    return accepted.side === "BUY" ? this.#bids : this.#asks;
  }
}
