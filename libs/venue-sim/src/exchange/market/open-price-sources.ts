import type { InstrumentId } from "@surefill/core";
import type { ExchangeSettings } from "../settings.ts";
import { ExpectedPrice } from "./expected-price.ts";
import type { PriceSource } from "./price-source.ts";

/** The price source of each instrument. */
export function openPriceSources({ instruments }: ExchangeSettings): ReadonlyMap<InstrumentId, PriceSource> {
  return new Map(instruments.map(({ symbol, referencePrice }) => [symbol, new ExpectedPrice(referencePrice)]));
}
