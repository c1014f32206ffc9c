import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ExecuteOrderRequestSchema } from "@surefill/contracts/surefill/v1/execution_service";
import { OrderType, Side, TimeInForce } from "@surefill/contracts/surefill/v1/order";
import { decimal, dividedBy, SeededRandom, times } from "@surefill/core";
import { type DemoMarket, quantityDecimals } from "./demo-market.ts";

type OrderRequest = MessageInitShape<typeof ExecuteOrderRequestSchema>;

/** An order of the demo, and whether it is cancelled once the venue has it. */
export interface MixedOrder {
  readonly request: OrderRequest;
  readonly cancel: boolean;
}

const one = decimal("1");

/**
 * The orders a busy desk would send, from one seed: mostly market orders in base and in quote, limit orders that cross
 * the market, some that rest near it, and a few far away from it that are cancelled again.
 */
export class OrderMix {
  readonly #random: SeededRandom;
  readonly #market: DemoMarket;

  constructor(seed: number, market: DemoMarket) {
    this.#random = new SeededRandom(seed);
    this.#market = market;
  }

  /** Order number `index`; `lastPrice` is what was last traded, undefined before the first fill. */
  next(index: number, lastPrice: string | undefined): MixedOrder {
    const side = this.#random.unit() < 0.5 ? Side.BUY : Side.SELL;
    const kind = this.#random.unit();
    const value = decimal(`${100 + Math.floor(this.#random.unit() * 800)}`);
    const traded = decimal(lastPrice ?? this.#market.firstPrice);
    const quantity = dividedBy(value, traded, quantityDecimals(this.#market), "down");
    const order = {
      clientOrderId: `demo-${index}`,
      account: "paper",
      venue: "sim",
      instrument: this.#market.symbol,
      side,
      strategyId: "demo",
    };
    const base = { case: "baseQuantity", value: quantity } as const;
    if (lastPrice === undefined || kind < 0.7) {
      return { request: { ...order, type: OrderType.MARKET, size: base }, cancel: false };
    }
    if (kind < 0.8) {
      const size = { case: "quoteQuantity", value: `${100 + Math.floor(this.#random.unit() * 400)}` } as const;
      return { request: { ...order, type: OrderType.MARKET, size }, cancel: false };
    }
    const limit = (forBuy: string, forSell: string) => {
      const factor = decimal(side === Side.BUY ? forBuy : forSell);
      return dividedBy(times(traded, factor), one, this.#market.priceDecimals, "halfEven");
    };
    if (kind < 0.94) {
      const timeInForce = kind < 0.87 ? TimeInForce.IOC : TimeInForce.FOK;
      const crossing = { type: OrderType.LIMIT, limitPrice: limit("1.002", "0.998"), timeInForce } as const;
      return { request: { ...order, ...crossing, size: base }, cancel: false };
    }
    const rests = kind < 0.98;
    const price = rests ? limit("0.99995", "1.00005") : limit("0.9", "1.1");
    const resting = { type: OrderType.LIMIT, limitPrice: price, timeInForce: TimeInForce.GTC } as const;
    return { request: { ...order, ...resting, size: base }, cancel: !rests };
  }
}
