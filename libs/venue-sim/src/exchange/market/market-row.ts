import type { Price, Quantity } from "@surefill/core";

/** One moment of a market: its best prices and, where they are known, the amounts to be had at them. */
export interface MarketRow {
  /** Counts from 0 and on through the laps of a tape; absent where prices don't come in rows. */
  readonly number?: number;
  readonly bid: Price;
  readonly ask: Price;
  readonly bidAmount?: Quantity;
  readonly askAmount?: Quantity;
}
