import { fieldOf, listOf, textOf } from "../answer-field.ts";
import type { CcxtExchange } from "../ccxt-exchange.ts";
import type { ExchangeProfile, Meaning, VenueCode } from "../exchange-profile.ts";

/** Of one instrument; and of all of them together, which is dearer than any few. Weights of rest-api.md. */
const weights = { openOrders: 80, myTrades: 20, myTradesOfOrder: 5, order: 4, ticker: 2, account: 20 } as const;

const pages = { entries: (body: unknown) => listOf(body), next: () => undefined };

/** Spot. Codes: errors.md of binance/binance-spot-api-docs. */
export const binance: ExchangeProfile = {
  id: "binance",
  evidence: [
    "ccxt's class, mended in one thing (amounts of quote keep every digit), against a local exchange (`stands/binance`) over real HTTP: an order's life, every fault before and after acceptance, late arrival, clock skew, waiting stops (`stand.spec.ts`)",
    "every card of the conformance suite but those of streams, which are not claimed (`conformance.spec.ts`, [venue-cards.md](../venue-cards.md))",
    "each of its error codes, broken connections, bodies cut, stalled, empty or of another form (`bad-input.spec.ts`), requests and answers of each kind of order (`venue.spec.ts`)",
  ],
  cautions: [
    "a client order id is unique among open orders alone: it is a key to look an order up by, not one that makes a repetition harmless",
    'its look-ups may lag behind its matching engine: `lookupLagMs` is how long "not found" is not believed',
    "polls are paced by its request weight: with one instrument every 2 s, with more of them more slowly",
    "give the key the permissions to read and to trade spot, and bind it to an address",
  ],
  capabilities: {
    orderTypes: ["MARKET", "LIMIT", "STOP_LOSS", "TAKE_PROFIT"],
    timesInForce: ["GTC", "IOC", "FOK"],
    postOnly: true,
    quoteQuantity: true,
    clientOrderIds: true,
    lookupBySubmitKey: true,
    requestsExpire: true,
    // A client id is unique among open orders alone: the same market order sent twice is two orders.
    idempotentSubmission: false,
    streams: false,
    partialFills: true,
    bulkQueries: true,
    cancelAll: "PER_INSTRUMENT",
  },
  rateLimits: (instruments) => [
    { name: "ORDERS_10S", requestsMax: 50, windowMs: 10_000, costs: { submit: 1 } },
    {
      name: "WEIGHT_1M",
      requestsMax: 6_000,
      windowMs: 60_000,
      costs: {
        prepare: weights.ticker,
        submit: 1,
        cancel: 1,
        lookup: weights.order + weights.myTradesOfOrder,
        openOrders: weights.openOrders,
        fillsSince: weights.myTrades * instruments,
        balances: weights.account,
      },
    },
  ],
  submitKeyForm: "COMPACT",
  clientOrderIdParam: "clientOrderId",
  marketSizes: { BUY: ["BASE", "QUOTE"], SELL: ["BASE", "QUOTE"] },
  adapt: keepQuoteAmounts,
  options: ({ requestWindowMs }) => ({
    recvWindow: requestWindowMs,
    fetchMarkets: { types: ["spot"] },
    fetchOpenOrders: { warnWithoutSymbol: false },
    warnOnFetchOpenOrdersWithoutSymbol: false,
    fetchMargins: false,
  }),
  // Accepted while serverTime − timestamp ≤ recvWindow.
  expiry: (stampMs, requestWindowMs) => ({ validUntilMs: stampMs + requestWindowMs }),
  lookupByKey: { by: "ORDER" },
  lookupById: { by: "ORDER" },
  cancelParam: "clientOrderId",
  orderFills: "ORDER_TRADES",
  prices: "BIDS_ASKS",
  sandbox: {},
  pages: { openOrders: pages, myTrades: pages },
  fills: { by: "ID", windowMs: 24 * 3_600_000 - 1, pageMax: 1_000 },
  notionalMaxOf: "LIMIT",
  growingStamps: false,
  isBalance: (body) => listOf(body, "balances") !== undefined,
  isCancel: (body) => textOf(body, "orderId") !== undefined,
  isCancelAll: (body) => listOf(body) !== undefined,
  codeIn: (body) => {
    const code = textOf(body, "code");
    // An order has no code; an error's is negative.
    return code?.startsWith("-") ? { code, message: textOf(body, "msg") ?? "" } : undefined;
  },
  meanings: {
    "-1000": "UNKNOWN",
    "-1001": "UNKNOWN",
    "-1002": "UNAUTHORIZED",
    "-1003": "RATE_LIMITED",
    "-1004": "VENUE_BUSY",
    // "Execution status unknown."
    "-1006": "UNKNOWN",
    "-1007": "UNKNOWN",
    "-1008": "VENUE_BUSY",
    "-1013": "ORDER_VALIDATION",
    "-1014": "ORDER_VALIDATION",
    "-1015": "RATE_LIMITED",
    "-1016": "VENUE_REJECTED",
    "-1020": "ORDER_VALIDATION",
    // Judged by its clock, and nothing done.
    "-1021": "ATTEMPT_EXPIRED",
    "-1022": "UNAUTHORIZED",
    "-1099": "UNAUTHORIZED",
    "-1100": "ORDER_VALIDATION",
    "-1101": "ORDER_VALIDATION",
    "-1102": "ORDER_VALIDATION",
    "-1103": "ORDER_VALIDATION",
    "-1104": "ORDER_VALIDATION",
    "-1105": "ORDER_VALIDATION",
    "-1106": "ORDER_VALIDATION",
    "-1111": "ORDER_VALIDATION",
    "-1114": "ORDER_VALIDATION",
    "-1115": "ORDER_VALIDATION",
    "-1116": "ORDER_VALIDATION",
    "-1117": "ORDER_VALIDATION",
    "-1118": "ORDER_VALIDATION",
    "-1119": "ORDER_VALIDATION",
    "-1121": "INVALID_SYMBOL",
    "-1128": "ORDER_VALIDATION",
    "-1130": "ORDER_VALIDATION",
    "-1131": "ORDER_VALIDATION",
    "-2010": "BY_TEXT",
    "-2011": "BY_TEXT",
    "-2013": "NO_SUCH_ORDER",
    "-2014": "UNAUTHORIZED",
    // ccxt has it as DDoSProtection once anything has succeeded before.
    "-2015": "UNAUTHORIZED",
    "-2026": "NO_SUCH_ORDER",
  },
  meaningOfText: ({ code, message }: VenueCode): Meaning => {
    if (code === "-2011") return /unknown order/i.test(message) ? "NO_SUCH_ORDER" : "ORDER_VALIDATION";
    if (/duplicate order/i.test(message)) return "DUPLICATE";
    if (/insufficient balance/i.test(message)) return "INSUFFICIENT_FUNDS";
    if (/may not place|not (permitted|authorized)|disabled/i.test(message)) return "UNAUTHORIZED";
    return "ORDER_VALIDATION";
  },
  /** "Way too much request weight used; IP banned until 1712345678901." */
  retryAfterMs: ({ body }, nowMs) => {
    const until = /banned until ([0-9]{13})/.exec(String(fieldOf(body, "msg") ?? ""))?.[1];
    return until === undefined ? undefined : Number(until) - nowMs;
  },
};

/** ccxt cuts an amount of quote to the price's tick; Binance takes it to the quote asset's own precision. */
function keepQuoteAmounts(exchange: CcxtExchange): void {
  const build = exchange.createOrderRequest?.bind(exchange);
  if (build === undefined) return;
  exchange.createOrderRequest = (symbol, type, side, amount, price, params) => {
    const request = build(symbol, type, side, amount, price, params);
    return request.quoteOrderQty === undefined ? request : { ...request, quoteOrderQty: params.cost };
  };
}
