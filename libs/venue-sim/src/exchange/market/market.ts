import { elapsedMs, type InstrumentId, type Price, type WallTime } from "@surefill/core";
import type { Ledger } from "../ledger.ts";
import type { MarketRow } from "./market-row.ts";
import type { PriceSource } from "./price-source.ts";

/** The markets of an exchange: each instrument's price source, at the place where the ledger stands. */
export class Market {
  readonly #sources: ReadonlyMap<InstrumentId, PriceSource>;
  readonly #ledger: Ledger;

  constructor(sources: ReadonlyMap<InstrumentId, PriceSource>, ledger: Ledger) {
    this.#sources = sources;
    this.#ledger = ledger;
  }

  /** The row that a new order takes at `now`. Looking at it moves nothing. @throws RangeError without a source. */
  rowForNextOrder(instrument: InstrumentId, now: WallTime, expectedPrice?: Price): MarketRow {
    const source = this.#sources.get(instrument);
    if (source === undefined) throw new RangeError(`no prices for ${instrument}`);
    switch (source.pace) {
      case "NEVER":
        return source.row(expectedPrice);
      case "PER_ORDER":
        return source.row((this.#ledger.lastRow(instrument) ?? -1) + 1);
      case "REAL_TIME":
        return source.row(source.at(elapsedMs(this.#ledger.startedAt, now)).number);
    }
  }
}
