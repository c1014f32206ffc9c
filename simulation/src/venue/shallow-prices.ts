import { type InstrumentId, quantity } from "@surefill/core";
import type { MarketRow, PriceSource } from "@surefill/venue-sim/exchange";

/** Every row has 0.2 to 4.9 to be had, by its number, so that some orders are filled in part and no run differs. */
function shallow(row: MarketRow): MarketRow {
  const amountOf = (salt: number) => quantity(((2 + (((row.number ?? 0) * 7_919 + salt) % 48)) / 10).toFixed(1));
  return { ...row, bidAmount: amountOf(0), askAmount: amountOf(17) };
}

/** Markets in which the next order finds no more than there is. */
export function shallowPrices(sources: ReadonlyMap<InstrumentId, PriceSource>): ReadonlyMap<InstrumentId, PriceSource> {
  return new Map(
    [...sources].map(([symbol, source]) => [
      symbol,
      source.pace === "PER_ORDER" ? { pace: "PER_ORDER", row: (number) => shallow(source.row(number)) } : source,
    ]),
  );
}
