import { type InstrumentId, type Price, SurefillError } from "@surefill/core";
import type { ExchangeSettings, ListedInstrument, TapeSettings } from "../settings.ts";
import { ExpectedPrice } from "./expected-price.ts";
import type { LivePrices } from "./live-prices.ts";
import type { PriceSource } from "./price-source.ts";
import { RandomWalk } from "./random-walk.ts";
import { readTape } from "./read-tape.ts";
import { RealTimeTapePrices, TapePrices } from "./tape-prices.ts";

/**
 * The price source of each instrument. A tape is one instrument's; the others go by their reference price. `live`: where
 * another venue's prices come from, for settings that name one.
 * @throws SurefillError CONFIG_INVALID for a tape that can't be used, or an instrument without the price it goes by.
 */
export function openPriceSources(
  { instruments, prices }: Pick<ExchangeSettings, "instruments" | "prices">,
  live?: LivePrices,
): ReadonlyMap<InstrumentId, PriceSource> {
  if (live !== undefined) {
    return new Map(instruments.map(({ symbol }) => [symbol, { pace: "LIVE", row: () => live.row(symbol) }]));
  }
  const sources = new Map<InstrumentId, PriceSource>(
    instruments.map((instrument) => [instrument.symbol, new ExpectedPrice(referencePriceOf(instrument))]),
  );
  switch (prices.source) {
    case "expected":
    case "venue":
      break;
    case "tape":
      sources.set(prices.instrument, openTape(prices, instruments));
      break;
    case "walk":
      for (const instrument of instruments) {
        const startPrice = prices.startPrices[instrument.symbol] ?? referencePriceOf(instrument);
        sources.set(instrument.symbol, new RandomWalk(instrument, { ...prices, startPrice }));
      }
      break;
  }
  return sources;
}

function referencePriceOf({ symbol, referencePrice }: ListedInstrument): Price {
  if (referencePrice !== undefined) return referencePrice;
  const text = `${symbol} needs a referencePrice: only another venue's prices do without`;
  throw new SurefillError("CONFIG_INVALID", text, { context: { field: "instruments", instrument: symbol } });
}

function openTape({ file, instrument, advance }: TapeSettings, listed: readonly ListedInstrument[]): PriceSource {
  if (!listed.some(({ symbol }) => symbol === instrument)) {
    const text = `the tape is of ${instrument}, which is not among the instruments`;
    throw new SurefillError("CONFIG_INVALID", text, { context: { field: "prices.instrument", instrument } });
  }
  const rows = readTape(file);
  return advance === "per-order" ? new TapePrices(rows) : new RealTimeTapePrices(rows);
}
