export { type CcxtConfig, configSchema } from "./config.ts";
export { loadExchange } from "./load-exchange.ts";
