import { elapsedMs, type InstrumentId, type Price, type WallTime } from "@surefill/core";
import type { Ledger } from "../ledger.ts";
import type { MarketRow } from "./market-row.ts";
import type { PriceSource } from "./price-source.ts";

/** The markets of an exchange: each instrument's price source, at the place where the ledger stands. */
export class Market {
  readonly #sources: ReadonlyMap<InstrumentId, PriceSource>;
  readonly #ledger: Ledger;
  /** The last row of each real-time market that was given out as passed. */
  readonly #passed = new Map<InstrumentId, number>();

  constructor(sources: ReadonlyMap<InstrumentId, PriceSource>, ledger: Ledger) {
    this.#sources = sources;
    this.#ledger = ledger;
  }

  /**
   * The row that a new order takes at `now`, or undefined while there is none. Looking at it moves nothing.
   * @throws RangeError without a source.
   */
  rowForNextOrder(instrument: InstrumentId, now: WallTime, expectedPrice?: Price): MarketRow | undefined {
    const source = this.#sources.get(instrument);
    if (source === undefined) throw new RangeError(`no prices for ${instrument}`);
    switch (source.pace) {
      case "NEVER":
        return source.row(expectedPrice);
      case "PER_ORDER":
        return source.row((this.#ledger.lastRow(instrument) ?? -1) + 1);
      case "LIVE":
        return source.row();
      case "REAL_TIME":
        return source.row(source.at(elapsedMs(this.#ledger.startedAt, now)).number);
    }
  }

  /** The instruments whose prices move by themselves. */
  get realTimeInstruments(): readonly InstrumentId[] {
    return [...this.#sources].filter(([, { pace }]) => pace === "REAL_TIME").map(([instrument]) => instrument);
  }

  /**
   * The rows of a real-time market that have begun since this was last asked, at most one lap of them, and how long
   * until the next one begins. The first time it is the row that stands.
   */
  passedRows(
    instrument: InstrumentId,
    now: WallTime,
  ): { readonly rows: readonly MarketRow[]; readonly nextMs: number } {
    const source = this.#sources.get(instrument);
    if (source?.pace !== "REAL_TIME") throw new RangeError(`${instrument} has no real-time prices`);
    const { number, untilNextMs } = source.at(elapsedMs(this.#ledger.startedAt, now));
    const from = Math.max((this.#passed.get(instrument) ?? number - 1) + 1, number - source.rows + 1);
    this.#passed.set(instrument, number);
    const rows = Array.from({ length: Math.max(number - from + 1, 0) }, (_, index) => source.row(from + index));
    return { rows, nextMs: Math.max(untilNextMs, 1) };
  }
}
