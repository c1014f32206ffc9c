import type { VenueEnvironment } from "@surefill/core";
import type { SimConfig } from "./config.ts";
import { Exchange } from "./exchange/exchange.ts";
import type { ExchangeApi } from "./exchange/exchange-api.ts";
import { noExchangeLog } from "./exchange/exchange-log.ts";
import { openPriceSources } from "./exchange/market/open-price-sources.ts";

/** The way to the exchange: in this process. */
export function connect(config: SimConfig, { clock, log }: VenueEnvironment): Promise<ExchangeApi> {
  return Exchange.open(config, { clock, log, exchangeLog: noExchangeLog, prices: openPriceSources(config) });
}
