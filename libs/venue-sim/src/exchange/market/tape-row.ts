import type { Price, Quantity, WallTime } from "@surefill/core";

/** One row of a recorded market. */
export interface TapeRow {
  /** When it was recorded; never before the row ahead of it. */
  readonly at: WallTime;
  readonly bid: Price;
  readonly ask: Price;
  readonly bidAmount: Quantity;
  readonly askAmount: Quantity;
}
