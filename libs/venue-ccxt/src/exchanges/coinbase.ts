import { fieldOf, listOf, textOf } from "../answer-field.ts";
import type { ExchangeProfile, PageRule } from "../exchange-profile.ts";

function pagesOf(key: string): PageRule {
  const entries = (body: unknown) => listOf(body, key);
  return {
    entries,
    pageMax: 100,
    next: (body) => {
      const cursor = textOf(body, "cursor") ?? "";
      return cursor === "" || entries(body)?.length === 0 ? undefined : { cursor };
    },
  };
}

/** Advanced Trade, spot. Codes: "error_response.error" of Create Order, and HTTP errors. */
export const coinbase: ExchangeProfile = {
  id: "coinbase",
  evidence: [
    "requests and answers in the form of its documents, through the unmodified ccxt class (`coinbase.spec.ts`); no account was used",
  ],
  cautions: [
    "an order whose answer is lost can't be looked up by its client id, and its request has no bound: it stays IN_DOUBT until its fills or the list of open orders tell, or an operator decides",
    "market orders to buy are sized in quote, those to sell in base",
    "there is no sandbox that trades",
  ],
  capabilities: {
    orderTypes: ["MARKET", "LIMIT"],
    timesInForce: ["GTC", "IOC", "FOK"],
    postOnly: true,
    quoteQuantity: true,
    clientOrderIds: true,
    // Nothing there is found by a client order id.
    lookupBySubmitKey: false,
    // A token is good for two minutes, and nobody says whether an order behind it is refused after that.
    requestsExpire: false,
    idempotentSubmission: false,
    streams: false,
    partialFills: true,
    bulkQueries: true,
    cancelAll: false,
  },
  rateLimits: () => [
    {
      name: "PRIVATE_1S",
      requestsMax: 25,
      windowMs: 1_000,
      costs: { submit: 1, cancel: 1, lookup: 2, openOrders: 2, fillsSince: 2, balances: 2 },
    },
  ],
  submitKeyForm: "UUID",
  // ccxt drops `clientOrderId` and makes one up: only the exchange's own name for it is passed on.
  clientOrderIdParam: "client_order_id",
  // In ccxt a market buy is sized in quote, a market sale in base.
  marketSizes: { BUY: ["QUOTE"], SELL: ["BASE"] },
  options: () => ({ fetchBalance: "v3PrivateGetBrokerageAccounts" }),
  lookupById: { by: "ORDER" },
  orderFills: "NONE",
  prices: "ORDER_BOOKS",
  pages: { openOrders: pagesOf("orders"), myTrades: pagesOf("fills") },
  fills: { by: "TIME" },
  growingStamps: false,
  isBalance: (body) => listOf(body, "accounts") !== undefined,
  isCancel: (body) => fieldOf(body, "results", 0, "success") === true,
  codeIn: (body) => {
    const code =
      textOf(body, "error_response", "error") ?? textOf(body, "error") ?? textOf(body, "results", 0, "failure_reason");
    if (code === undefined || fieldOf(body, "results", 0, "success") === true) return undefined;
    const message = textOf(body, "error_response", "message") ?? textOf(body, "message") ?? "";
    return { code, message };
  },
  meanings: {
    INSUFFICIENT_FUND: "INSUFFICIENT_FUNDS",
    INSUFFICIENT_FUNDS: "INSUFFICIENT_FUNDS",
    INVALID_LIMIT_PRICE: "ORDER_VALIDATION",
    INVALID_LIMIT_PRICE_POST_ONLY: "ORDER_VALIDATION",
    INVALID_PRICE_PRECISION: "ORDER_VALIDATION",
    INVALID_SIZE_PRECISION: "ORDER_VALIDATION",
    INVALID_PRODUCT_ID: "INVALID_SYMBOL",
    UNKNOWN_PRODUCT_ID: "INVALID_SYMBOL",
    INVALID_SIDE: "ORDER_VALIDATION",
    UNSUPPORTED_ORDER_CONFIGURATION: "ORDER_VALIDATION",
    ORDER_ENTRY_DISABLED: "VENUE_REJECTED",
    INELIGIBLE_PAIR: "UNAUTHORIZED",
    COMMANDER_REJECTED_NEW_ORDER: "UNKNOWN",
    UNKNOWN_FAILURE_REASON: "UNKNOWN",
    UNKNOWN_CANCEL_ORDER: "NO_SUCH_ORDER",
    COMMANDER_REJECTED_CANCEL_ORDER: "UNKNOWN",
    DUPLICATE_CANCEL_REQUEST: "UNKNOWN",
    INVALID_CANCEL_REQUEST: "ORDER_VALIDATION",
    NOT_FOUND: "NO_SUCH_ORDER",
    PERMISSION_DENIED: "UNAUTHORIZED",
    INVALID_ARGUMENT: "ORDER_VALIDATION",
    unauthorized: "UNAUTHORIZED",
  },
};
