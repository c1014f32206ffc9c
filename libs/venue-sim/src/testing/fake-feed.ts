import { type InstrumentId, type MarketPrice, type PriceFeed, price, wallTime } from "@surefill/core";
import { listedInstrument } from "./open-exchange.ts";

/** Another venue's prices, as a test sets them; `asked` holds each question. */
export class FakeFeed implements PriceFeed {
  readonly instruments: PriceFeed["instruments"];
  readonly asked: (readonly InstrumentId[])[] = [];
  readonly #prices = new Map<InstrumentId, MarketPrice>();
  /** What comes instead of an answer, where a test says so. */
  fault: (() => Promise<never>) | undefined;

  /** BTC/USDT, with lots and ticks of its own, unless other instruments are given. */
  constructor(instruments?: PriceFeed["instruments"]) {
    const { referencePrice: _, ...listed } = listedInstrument();
    this.instruments = instruments ?? [listed];
  }

  set(instrument: InstrumentId, bid: string, ask: string): void {
    this.#prices.set(instrument, { bid: price(bid), ask: price(ask), at: wallTime(0) });
  }

  async prices(instruments: readonly InstrumentId[]): Promise<ReadonlyMap<InstrumentId, MarketPrice>> {
    this.asked.push(instruments);
    if (this.fault !== undefined) return this.fault();
    return new Map([...this.#prices].filter(([instrument]) => instruments.includes(instrument)));
  }
}
