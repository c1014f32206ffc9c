import {
  type Clock,
  type InstrumentId,
  type Log,
  type MarketPrice,
  type PriceFeed,
  withDeadline,
} from "@surefill/core";
import type { VenuePriceSettings } from "../settings.ts";
import type { MarketRow } from "./market-row.ts";

/** What the feed may take for an answer: less than members of an exchange behind a port wait for theirs. */
const askMsMax = 3_000;

/** Hears of each price that was told, also where it is the one from before. */
export type PriceListener = (instrument: InstrumentId, row: MarketRow) => void;

/**
 * Another venue's prices, as it told them last. It is asked for those that are needed, for it may have thousands. A price
 * that has not been told anew for `maxAgeMs` is none: nothing executes at a price that nobody knows any more.
 */
export class LivePrices {
  readonly #feed: PriceFeed;
  readonly #settings: VenuePriceSettings;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #told = new Map<InstrumentId, { readonly row: MarketRow; readonly askedAtMs: number }>();
  readonly #asked = new Map<InstrumentId, Promise<void>>();
  #listener: PriceListener = () => {};
  #isAway = false;

  constructor(
    feed: PriceFeed,
    settings: VenuePriceSettings,
    { clock, log }: { readonly clock: Clock; readonly log: Log },
  ) {
    this.#feed = feed;
    this.#settings = settings;
    this.#clock = clock;
    this.#log = log;
  }

  /** How often prices are asked for that orders wait for. */
  get pollMs(): number {
    return this.#settings.pollMs;
  }

  /** One listener; it hears of a price before whoever asked for it goes on. */
  listen(listener: PriceListener): void {
    this.#listener = listener;
  }

  /** The last price, or undefined where it is too old, or there never was one. */
  row(instrument: InstrumentId): MarketRow | undefined {
    const told = this.#told.get(instrument);
    return told !== undefined && this.#ageMs(told) <= this.#settings.maxAgeMs ? told.row : undefined;
  }

  /** Asks for what was told longer than `pollMs` ago, each instrument once at a time. Prices that don't come stay as they are. */
  async refresh(instruments: readonly InstrumentId[]): Promise<void> {
    const old = instruments.filter((instrument) => {
      const told = this.#told.get(instrument);
      return told === undefined || this.#ageMs(told) >= this.#settings.pollMs;
    });
    const unasked = old.filter((instrument) => !this.#asked.has(instrument));
    if (unasked.length > 0) {
      const asking = this.#ask(unasked).finally(() => {
        for (const instrument of unasked) this.#asked.delete(instrument);
      });
      for (const instrument of unasked) this.#asked.set(instrument, asking);
    }
    await Promise.all(new Set(old.map((instrument) => this.#asked.get(instrument))));
  }

  async #ask(instruments: readonly InstrumentId[]): Promise<void> {
    const askedAtMs = this.#clock.monotonicMs();
    const prices = await this.#answer(instruments);
    for (const instrument of instruments) {
      const price = prices.get(instrument);
      if (price === undefined) continue;
      const row = { bid: price.bid, ask: price.ask };
      this.#told.set(instrument, { row, askedAtMs });
      this.#listener(instrument, row);
    }
  }

  async #answer(instruments: readonly InstrumentId[]): Promise<ReadonlyMap<InstrumentId, MarketPrice>> {
    try {
      const ask = (late: AbortSignal) => this.#feed.prices(instruments, late);
      const prices = await withDeadline(this.#clock, askMsMax, ask);
      this.#isAway = false;
      return prices;
    } catch (error) {
      const fields = { error, venue: this.#settings.venue };
      if (!this.#isAway) this.#log.warn(fields, "no prices from the venue that prices the paper venue");
      this.#isAway = true;
      return new Map();
    }
  }

  #ageMs({ askedAtMs }: { readonly askedAtMs: number }): number {
    return this.#clock.monotonicMs() - askedAtMs;
  }
}
