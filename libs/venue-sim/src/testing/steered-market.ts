import type { MarketRow } from "../exchange/market/market-row.ts";
import type { PriceSource } from "../exchange/market/price-source.ts";

/** How long a market stands where nobody moves it; the exchange looks again then. */
const untilNextMs = 60_000;

/** A market that a test moves: each move is its next row. */
export class SteeredMarket {
  readonly #rows: MarketRow[] = [];

  constructor(first: Omit<MarketRow, "number">) {
    this.move(first);
  }

  get current(): MarketRow {
    return this.row(this.#rows.length - 1);
  }

  move(row: Omit<MarketRow, "number">): void {
    this.#rows.push({ ...row, number: this.#rows.length });
  }

  row(number: number): MarketRow {
    const row = this.#rows[number];
    if (row === undefined) throw new RangeError(`the market has no row ${number}`);
    return row;
  }

  /** As the exchange reads it. */
  readonly source: PriceSource = {
    pace: "REAL_TIME",
    row: (number) => this.row(number),
    at: () => ({ number: this.#rows.length - 1, untilNextMs }),
    rows: Number.MAX_SAFE_INTEGER,
  };
}
