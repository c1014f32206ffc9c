import { fieldOf, listOf, textOf } from "../answer-field.ts";
import type { ExchangeProfile, LookupRoute, PageRule } from "../exchange-profile.ts";

const entries = (body: unknown) => (textOf(body, "retCode") === "0" ? listOf(body, "result", "list") : undefined);

const pages: PageRule = {
  entries,
  pageMax: 50,
  next: (body) => {
    const cursor = textOf(body, "result", "nextPageCursor") ?? "";
    return cursor === "" || entries(body)?.length === 0 ? undefined : { cursor };
  },
};

function inLists(param: string): LookupRoute {
  return { by: "LISTS", param, ended: "fetchCanceledAndClosedOrders", isList: (body) => entries(body) !== undefined };
}

/** Spot of a unified trading account. Codes: Bybit v5 API, "Error codes". */
export const bybit: ExchangeProfile = {
  id: "bybit",
  evidence: [
    "requests and answers in the form of its documents, through the unmodified ccxt class (`bybit.spec.ts`); no live or testnet account was used",
  ],
  cautions: [
    "the account must be a unified trading account",
    "an order is looked for among the open ones, then among those that ended: both must say no",
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
    cancelAll: "PER_INSTRUMENT",
  },
  rateLimits: () => [
    { name: "ORDERS_1S", requestsMax: 20, windowMs: 1_000, costs: { submit: 1 } },
    { name: "CANCELS_1S", requestsMax: 20, windowMs: 1_000, costs: { cancel: 1 } },
    {
      name: "QUERIES_1S",
      requestsMax: 50,
      windowMs: 1_000,
      costs: { lookup: 3, openOrders: 2, fillsSince: 2, balances: 1 },
    },
  ],
  submitKeyForm: "COMPACT",
  clientOrderIdParam: "clientOrderId",
  marketSizes: { BUY: ["BASE", "QUOTE"], SELL: ["BASE", "QUOTE"] },
  options: ({ requestWindowMs }) => ({
    recvWindow: requestWindowMs,
    fetchMarkets: { types: ["spot"] },
    defaultType: "spot",
    // ccxt asks the exchange for these before each order unless they are known: the account must be a unified one.
    enableUnifiedMargin: false,
    enableUnifiedAccount: true,
    unifiedMarginStatus: 6,
  }),
  // serverTime − recvWindow ≤ timestamp.
  expiry: (stampMs, requestWindowMs) => ({ validUntilMs: stampMs + requestWindowMs }),
  // /v5/order/realtime has the open ones and the last 500 that ended, /v5/order/history those of two years.
  lookupByKey: inLists("orderLinkId"),
  lookupById: inLists("orderId"),
  cancelParam: "orderLinkId",
  orderFills: "ORDER_TRADES",
  prices: "TICKERS",
  sandbox: {},
  pages: { openOrders: pages, myTrades: pages },
  fills: { by: "TIME", windowMs: 7 * 24 * 3_600_000 },
  growingStamps: false,
  isBalance: (body) => entries(body) !== undefined,
  isCancel: (body) => textOf(body, "result", "orderId") !== undefined,
  isCancelAll: (body) => (textOf(body, "result", "success") ?? (entries(body) && "1")) === "1",
  codeIn: (body) => {
    const code = textOf(body, "retCode");
    return code === undefined || code === "0" ? undefined : { code, message: String(fieldOf(body, "retMsg") ?? "") };
  },
  meanings: {
    // "Server timeout."
    "10000": "UNKNOWN",
    "10001": "ORDER_VALIDATION",
    "10002": "ATTEMPT_EXPIRED",
    "10003": "UNAUTHORIZED",
    "10004": "UNAUTHORIZED",
    "10005": "UNAUTHORIZED",
    "10006": "RATE_LIMITED",
    "10007": "UNAUTHORIZED",
    "10009": "UNAUTHORIZED",
    "10010": "UNAUTHORIZED",
    "10016": "UNKNOWN",
    "10018": "RATE_LIMITED",
    "10024": "UNAUTHORIZED",
    "10027": "UNAUTHORIZED",
    "10028": "UNAUTHORIZED",
    "110001": "NO_SUCH_ORDER",
    "110007": "INSUFFICIENT_FUNDS",
    "110072": "DUPLICATE",
    "170001": "UNKNOWN",
    "170005": "RATE_LIMITED",
    // "Timeout waiting for response from backend server."
    "170007": "UNKNOWN",
    "170032": "UNKNOWN",
    "170033": "INSUFFICIENT_FUNDS",
    "170121": "INVALID_SYMBOL",
    "170124": "ORDER_VALIDATION",
    "170130": "ORDER_VALIDATION",
    "170131": "INSUFFICIENT_FUNDS",
    "170132": "ORDER_VALIDATION",
    "170133": "ORDER_VALIDATION",
    "170134": "ORDER_VALIDATION",
    "170135": "ORDER_VALIDATION",
    "170136": "ORDER_VALIDATION",
    "170137": "ORDER_VALIDATION",
    "170139": "NO_SUCH_ORDER",
    "170140": "ORDER_VALIDATION",
    "170141": "DUPLICATE",
    "170142": "NO_SUCH_ORDER",
    "170143": "NO_SUCH_ORDER",
    "170146": "UNKNOWN",
    "170147": "UNKNOWN",
    "170213": "NO_SUCH_ORDER",
    "170222": "RATE_LIMITED",
  },
};
