import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ExecuteOrderRequestSchema } from "@surefill/contracts/surefill/v1/execution_service";
import { OrderType, Side, TimeInForce } from "@surefill/contracts/surefill/v1/order";
import { decimal, dividedBy, SeededRandom, times } from "@surefill/core";

type OrderRequest = MessageInitShape<typeof ExecuteOrderRequestSchema>;

/** An order of the demo, and whether it is cancelled once the venue has it. */
export interface MixedOrder {
  readonly request: OrderRequest;
  readonly cancel: boolean;
}

const one = decimal("1");
const tickDecimals = 2;

/**
 * The orders a busy desk would send, from one seed: mostly market orders in base and in quote, limit orders that cross
 * the market, some that rest near it, and a few far away from it that are cancelled again.
 */
export class OrderMix {
  readonly #random: SeededRandom;
  readonly #run: string;

  constructor(seed: number, run: string) {
    this.#random = new SeededRandom(seed);
    this.#run = run;
  }

  /** Order number `index`; `lastPrice` is what was last traded, undefined before the first fill. */
  next(index: number, lastPrice: string | undefined): MixedOrder {
    const side = this.#random.unit() < 0.5 ? Side.BUY : Side.SELL;
    const kind = this.#random.unit();
    const quantity = `0.0${10 + Math.floor(this.#random.unit() * 80)}`;
    const order = {
      clientOrderId: `${this.#run}-${index}`,
      account: "paper",
      venue: "sim",
      instrument: "BTC/USDT",
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
    const limit = (worse: string, better: string) => limitPrice(lastPrice, side === Side.BUY ? worse : better);
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

function limitPrice(last: string, factor: string): string {
  return dividedBy(times(decimal(last), decimal(factor)), one, tickDecimals, "halfEven");
}
