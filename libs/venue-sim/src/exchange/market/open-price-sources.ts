import { type InstrumentId, SurefillError } from "@surefill/core";
import type { ExchangeSettings, ListedInstrument, TapeSettings } from "../settings.ts";
import { ExpectedPrice } from "./expected-price.ts";
import type { PriceSource } from "./price-source.ts";
import { RandomWalk } from "./random-walk.ts";
import { readTape } from "./read-tape.ts";
import { RealTimeTapePrices, TapePrices } from "./tape-prices.ts";

/**
 * The price source of each instrument. A tape is one instrument's; the others go by their reference price.
 * @throws SurefillError CONFIG_INVALID for a tape that can't be used.
 */
export function openPriceSources({ instruments, prices }: ExchangeSettings): ReadonlyMap<InstrumentId, PriceSource> {
  const sources = new Map<InstrumentId, PriceSource>(
    instruments.map((instrument) => [instrument.symbol, new ExpectedPrice(instrument.referencePrice)]),
  );
  switch (prices.source) {
    case "expected":
      break;
    case "tape":
      sources.set(prices.instrument, openTape(prices, instruments));
      break;
    case "walk":
      for (const instrument of instruments) {
        const startPrice = prices.startPrices[instrument.symbol] ?? instrument.referencePrice;
        sources.set(instrument.symbol, new RandomWalk(instrument, { ...prices, startPrice }));
      }
      break;
  }
  return sources;
}

function openTape({ file, instrument, advance }: TapeSettings, listed: readonly ListedInstrument[]): PriceSource {
  if (!listed.some(({ symbol }) => symbol === instrument)) {
    const text = `the tape is of ${instrument}, which is not among the instruments`;
    throw new SurefillError("CONFIG_INVALID", text, { context: { field: "prices.instrument", instrument } });
  }
  const rows = readTape(file);
  return advance === "per-order" ? new TapePrices(rows) : new RealTimeTapePrices(rows);
}
