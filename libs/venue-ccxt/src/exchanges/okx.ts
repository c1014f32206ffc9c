import { fieldOf, listOf, textOf } from "../answer-field.ts";
import type { ExchangeProfile, PageRule } from "../exchange-profile.ts";

const pageMax = 100;

function pagesAfter(key: string): PageRule {
  const entries = (body: unknown) => (textOf(body, "code") === "0" ? listOf(body, "data") : undefined);
  return {
    entries,
    pageMax,
    next: (body) => {
      const list = entries(body) ?? [];
      const oldest = textOf(list.at(-1), key);
      return list.length < pageMax || oldest === undefined ? undefined : { after: oldest };
    },
  };
}

/** Spot, on the account's cash. Codes: OKX v5 API, "Error code". */
export const okx: ExchangeProfile = {
  id: "okx",
  evidence: [
    "requests and answers in the form of its documents, through the unmodified ccxt class (`okx.spec.ts`); no live or demo account was used",
  ],
  cautions: [
    "requests are taken as acceptable for 30 s after their stamp, the bound of its signatures; `expTime` is sent too, and lets it refuse them sooner",
    "market orders to sell are sized in base alone",
    'stop-loss and take-profit are other orders there ("algo orders", with ids of their own) and not taken',
    "its sandbox is at the live address, told apart by the header `x-simulated-trading`, without which nothing leaves",
  ],
  capabilities: {
    orderTypes: ["MARKET", "LIMIT"],
    timesInForce: ["GTC", "IOC", "FOK"],
    postOnly: true,
    quoteQuantity: true,
    clientOrderIds: true,
    lookupBySubmitKey: true,
    requestsExpire: true,
    idempotentSubmission: false,
    streams: false,
    partialFills: true,
    bulkQueries: true,
    cancelAll: false,
  },
  rateLimits: () => [
    { name: "ORDERS_2S", requestsMax: 60, windowMs: 2_000, costs: { submit: 1 } },
    { name: "CANCELS_2S", requestsMax: 60, windowMs: 2_000, costs: { cancel: 1 } },
    { name: "ORDER_QUERIES_2S", requestsMax: 60, windowMs: 2_000, costs: { lookup: 1, openOrders: 2 } },
    { name: "FILLS_2S", requestsMax: 10, windowMs: 2_000, costs: { lookup: 1, fillsSince: 1 } },
    { name: "ACCOUNT_2S", requestsMax: 10, windowMs: 2_000, costs: { balances: 1 } },
  ],
  submitKeyForm: "COMPACT",
  clientOrderIdParam: "clientOrderId",
  marketSizes: { BUY: ["BASE", "QUOTE"], SELL: ["BASE"] },
  quoteSizeParams: { tgtCcy: "quote_ccy" },
  options: () => ({ fetchMarkets: { types: ["spot"] }, createOrder: "privatePostTradeOrder" }),
  /**
   * Signed requests are refused 30 s after their timestamp (50102), whatever the exchange makes of `expTime`: that is the
   * bound. expTime lets the exchange refuse it sooner.
   */
  expiry: (stampMs, requestWindowMs) => ({
    headers: { expTime: String(stampMs + requestWindowMs) },
    validUntilMs: stampMs + 30_000,
  }),
  lookupByKey: { by: "ORDER" },
  lookupById: { by: "ORDER" },
  cancelParam: "clientOrderId",
  orderFills: "ORDER_TRADES",
  prices: "TICKERS",
  sandbox: { mark: { name: "x-simulated-trading", value: "1" } },
  pages: { openOrders: pagesAfter("ordId"), myTrades: pagesAfter("billId") },
  fills: { by: "TIME" },
  // Of market orders, in the quote asset.
  notionalMaxOf: "MARKET",
  growingStamps: false,
  isBalance: (body) => textOf(body, "code") === "0" && listOf(body, "data") !== undefined,
  isCancel: (body) => textOf(body, "data", 0, "sCode") === "0",
  codeIn: (body) => {
    const outer = textOf(body, "code");
    const inner = textOf(body, "data", 0, "sCode");
    if (inner !== undefined && inner !== "0" && inner !== "") {
      return { code: inner, message: textOf(body, "data", 0, "sMsg") ?? "" };
    }
    const isFine = outer === undefined || outer === "0";
    return isFine ? undefined : { code: outer, message: String(fieldOf(body, "msg") ?? "") };
  },
  meanings: {
    "50001": "UNKNOWN",
    "50002": "ORDER_VALIDATION",
    // "API endpoint request timeout (does not mean that the request was successful or failed)".
    "50004": "UNKNOWN",
    "50011": "RATE_LIMITED",
    "50013": "UNKNOWN",
    "50014": "ORDER_VALIDATION",
    "50026": "UNKNOWN",
    "50036": "ATTEMPT_EXPIRED",
    "50040": "RATE_LIMITED",
    "50061": "RATE_LIMITED",
    "50101": "UNAUTHORIZED",
    "50102": "ATTEMPT_EXPIRED",
    "50103": "UNAUTHORIZED",
    "50104": "UNAUTHORIZED",
    "50105": "UNAUTHORIZED",
    "50106": "UNAUTHORIZED",
    "50107": "UNAUTHORIZED",
    "50110": "UNAUTHORIZED",
    "50111": "UNAUTHORIZED",
    "50112": "ATTEMPT_EXPIRED",
    "50113": "UNAUTHORIZED",
    "50114": "UNAUTHORIZED",
    "50119": "UNAUTHORIZED",
    "50120": "UNAUTHORIZED",
    "51000": "ORDER_VALIDATION",
    "51001": "INVALID_SYMBOL",
    "51006": "ORDER_VALIDATION",
    "51008": "INSUFFICIENT_FUNDS",
    "51016": "DUPLICATE",
    "51020": "ORDER_VALIDATION",
    "51119": "INSUFFICIENT_FUNDS",
    "51121": "ORDER_VALIDATION",
    "51127": "INSUFFICIENT_FUNDS",
    "51131": "INSUFFICIENT_FUNDS",
    "51137": "ORDER_VALIDATION",
    "51138": "ORDER_VALIDATION",
    // "Order timed out": nobody says whether it was placed.
    "51149": "UNKNOWN",
    "51400": "NO_SUCH_ORDER",
    "51401": "NO_SUCH_ORDER",
    "51402": "NO_SUCH_ORDER",
    "51410": "NO_SUCH_ORDER",
    "51509": "NO_SUCH_ORDER",
    "51510": "NO_SUCH_ORDER",
    "51603": "NO_SUCH_ORDER",
  },
};
