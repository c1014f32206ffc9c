import type { VenueEnvironment } from "@surefill/core";
import type { SimConfig } from "./config.ts";
import type { ExchangeApi } from "./exchange/exchange-api.ts";
import { openExchange } from "./exchange/open-exchange.ts";

/** The way to the exchange: in this process. */
export function connect(config: SimConfig, { clock, log }: VenueEnvironment): Promise<ExchangeApi> {
  return openExchange(config, { clock, log });
}
