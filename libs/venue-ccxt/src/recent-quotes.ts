import { type Clock, type Instruction, type InstrumentId, type MarketPrice, SurefillError } from "@surefill/core";

/** A quote so young need not be asked for again: whoever placed the order has just looked at it. */
const ageMsMax = 1_000;

type Prices = ReadonlyMap<InstrumentId, MarketPrice>;

/** The prices that were read last, for what an order is quoted when it is prepared. */
export class RecentQuotes {
  readonly #clock: Clock;
  readonly #quotes = new Map<InstrumentId, { readonly price: MarketPrice; readonly readAtMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  keep(prices: Prices): Prices {
    for (const [instrument, price] of prices)
      this.#quotes.set(instrument, { price, readAtMs: this.#clock.monotonicMs() });
    return prices;
  }

  /**
   * What the venue quotes now. It is asked where nobody has just done so and the order needs it: to bound its slippage, or
   * to tell what it came to. @throws SurefillError PREPARE_FAILED where the order bounds its slippage and there is none.
   */
  async quoteFor(
    { instrument, maxSlippageBps, pricing, expectedPrice }: Instruction,
    ask: () => Promise<Prices>,
  ): Promise<MarketPrice | undefined> {
    const recent = this.#quotes.get(instrument);
    if (recent !== undefined && this.#clock.monotonicMs() - recent.readAtMs <= ageMsMax) return recent.price;
    if (maxSlippageBps !== undefined) {
      const quote = (await ask()).get(instrument);
      if (quote !== undefined) return quote;
      throw new SurefillError("PREPARE_FAILED", `the exchange gives no price of ${instrument}`);
    }
    if (pricing.type !== "MARKET" || expectedPrice !== undefined) return undefined;
    try {
      return (await ask()).get(instrument);
    } catch {
      // What the order cost can't be told then; that is no reason not to place it.
      return undefined;
    }
  }
}
