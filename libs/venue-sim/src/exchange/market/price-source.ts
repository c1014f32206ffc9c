import type { Price } from "@surefill/core";
import type { MarketRow } from "./market-row.ts";

/** Prices of one instrument, by how they move on. */
export type PriceSource =
  /** The caller's own expectation, else a fixed price. */
  | { readonly pace: "NEVER"; row(expectedPrice?: Price): MarketRow }
  /** Each new order takes the next row. Rows are asked for in growing order. */
  | { readonly pace: "PER_ORDER"; row(number: number): MarketRow }
  /** What another venue told last; undefined while it tells none. */
  | { readonly pace: "LIVE"; row(): MarketRow | undefined }
  /** Rows follow each other as they were recorded. */
  | {
      readonly pace: "REAL_TIME";
      row(number: number): MarketRow;
      /** The row that stands `elapsedMs` after the start, and how long it still does. */
      at(elapsedMs: number): { readonly number: number; readonly untilNextMs: number };
      /** Rows in one lap. */
      readonly rows: number;
    };
