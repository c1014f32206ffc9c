import { listOf } from "./answer-field.ts";
import type { ExchangeProfile, PageRule } from "./exchange-profile.ts";
import { testedExchanges } from "./exchanges/index.ts";
import { untested } from "./untested-capabilities.ts";

const onePage: PageRule = { entries: (body) => listOf(body), next: () => undefined };

/** What is known of an exchange: its tested profile, or the little that holds for every one that ccxt speaks to. */
export function profileOf(exchange: string): ExchangeProfile {
  return testedExchanges.find(({ id }) => id === exchange) ?? untestedProfile(exchange);
}

/** Orders go out once and are followed by the exchange's own ids; one in doubt waits for other evidence. */
function untestedProfile(id: string): ExchangeProfile {
  return {
    id,
    evidence: [],
    cautions: [],
    capabilities: untested,
    rateLimits: () => [{ name: "REQUESTS_1S", requestsMax: 5, windowMs: 1_000 }],
    submitKeyForm: "COMPACT",
    clientOrderIdParam: "clientOrderId",
    marketSizes: { BUY: ["BASE"], SELL: ["BASE"] },
    options: () => ({ defaultType: "spot" }),
    lookupById: { by: "ORDER" },
    orderFills: "INSTRUMENT_TRADES",
    prices: "ORDER_BOOKS",
    sandbox: {},
    pages: { openOrders: onePage, myTrades: onePage },
    fills: { by: "TIME" },
    growingStamps: true,
    isBalance: (body) => typeof body === "object" && body !== null && Object.keys(body).length > 0,
    // Where codes stand differs: ccxt's class decides, and else nobody knows.
    codeIn: () => undefined,
    meanings: {},
  };
}
