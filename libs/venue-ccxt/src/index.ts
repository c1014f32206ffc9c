import { defineVenue } from "@surefill/core";
import { Connection } from "./client.ts";
import { configSchema } from "./config.ts";
import { manifest, manifestFor } from "./manifest.ts";
import { profileOf } from "./profile-of.ts";
import { CcxtVenue } from "./venue.ts";

export { type CcxtConfig, configSchema } from "./config.ts";
export type { ExchangeProfile } from "./exchange-profile.ts";
export { testedExchanges } from "./exchanges/index.ts";
export { loadExchange } from "./load-exchange.ts";
export { manifestOf } from "./manifest.ts";
export { ccxtSubmitKey, parseCompactSubmitKey } from "./submit-key.ts";
export { untested } from "./untested-capabilities.ts";

/** Any exchange of ccxt, one per configured venue. */
export const plugin = defineVenue({
  manifest,
  configSchema,
  manifestFor,
  create: async (config, environment) =>
    new CcxtVenue(await Connection.open(config, profileOf(config.exchange), environment), config, environment.clock),
});
