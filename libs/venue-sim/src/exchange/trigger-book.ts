import { compare, isTriggeredPricing } from "@surefill/core";
import type { BookedOrder } from "./booked-order.ts";
import type { MarketRow } from "./market/market-row.ts";
import { PriceLadder } from "./price-ladder.ts";

/**
 * Orders of one instrument that wait for a price, by the side of the market that they watch, which is the one they would
 * be executed on, and by where they wait: for a fall to their trigger, or for a rise to it.
 */
export class TriggerBook {
  readonly #ladders = {
    BUY: { FALL: new PriceLadder("HIGHEST"), RISE: new PriceLadder("LOWEST") },
    SELL: { FALL: new PriceLadder("HIGHEST"), RISE: new PriceLadder("LOWEST") },
  };

  /** Does nothing for an order without a trigger. */
  add(order: BookedOrder): void {
    const { pricing } = order.accepted;
    if (isTriggeredPricing(pricing)) this.#ladderOf(order).add(order, pricing.triggerPrice);
  }

  remove(order: BookedOrder): void {
    this.#ladderOf(order).remove(order);
  }

  /** The orders that `row` triggers, in the order in which they are executed. */
  reachedBy({ bid, ask }: MarketRow): readonly BookedOrder[] {
    const { BUY, SELL } = this.#ladders;
    return [
      ...SELL.FALL.while((trigger) => compare(bid, trigger) <= 0),
      ...SELL.RISE.while((trigger) => compare(bid, trigger) >= 0),
      ...BUY.FALL.while((trigger) => compare(ask, trigger) <= 0),
      ...BUY.RISE.while((trigger) => compare(ask, trigger) >= 0),
    ];
  }

  #ladderOf({ accepted: { side, pricing } }: BookedOrder): PriceLadder {
    const isStopLoss = pricing.type === "STOP_LOSS";
    return this.#ladders[side][isStopLoss === (side === "SELL") ? "FALL" : "RISE"];
  }
}
