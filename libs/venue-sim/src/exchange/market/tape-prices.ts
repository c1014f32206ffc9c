import { elapsedMs } from "@surefill/core";
import type { MarketRow } from "./market-row.ts";
import type { TapeRow } from "./tape-row.ts";

/** A tape that moves on by a row with each new order; at its end it starts again. */
export class TapePrices {
  readonly pace = "PER_ORDER";
  readonly #rows: readonly TapeRow[];

  constructor(rows: readonly TapeRow[]) {
    this.#rows = rows;
  }

  row(number: number): MarketRow {
    return tapeRow(this.#rows, number);
  }
}

/** How long the last row of a tape stands before the tape starts again. */
const pauseMs = 1_000;

/** A tape that plays at the pace it was recorded at; at its end it starts again. */
export class RealTimeTapePrices {
  readonly pace = "REAL_TIME";
  readonly rows: number;
  readonly #rows: readonly TapeRow[];
  /** When each row begins, from the start of a lap. */
  readonly #startsMs: readonly number[];
  readonly #lapMs: number;

  constructor(rows: readonly TapeRow[]) {
    this.#rows = rows;
    this.rows = rows.length;
    const [first] = rows;
    this.#startsMs = first === undefined ? [] : rows.map(({ at }) => elapsedMs(first.at, at));
    this.#lapMs = (this.#startsMs.at(-1) ?? 0) + pauseMs;
  }

  row(number: number): MarketRow {
    return tapeRow(this.#rows, number);
  }

  at(sinceStartMs: number): { readonly number: number; readonly untilNextMs: number } {
    const lap = Math.floor(sinceStartMs / this.#lapMs);
    const inLapMs = sinceStartMs - lap * this.#lapMs;
    const next = this.#firstAfter(inLapMs);
    const untilNextMs = (this.#startsMs[next] ?? this.#lapMs) - inLapMs;
    return { number: lap * this.rows + next - 1, untilNextMs };
  }

  #firstAfter(ms: number): number {
    let low = 0;
    let high = this.#startsMs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#startsMs[middle] ?? 0) <= ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function tapeRow(rows: readonly TapeRow[], number: number): MarketRow {
  const row = rows[number % rows.length];
  if (row === undefined) throw new RangeError("a tape without rows");
  const { bid, ask, bidAmount, askAmount } = row;
  return { number, bid, ask, bidAmount, askAmount };
}
