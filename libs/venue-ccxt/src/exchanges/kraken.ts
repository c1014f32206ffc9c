import { fieldOf, listOf, textOf } from "../answer-field.ts";
import type { ExchangeProfile, Meaning, PageRule, VenueCode } from "../exchange-profile.ts";

const pageMax = 50;

/** Kraken lists by id: an object whose keys are the ids. */
function entriesUnder(key: string): PageRule["entries"] {
  return (body) => {
    if (listOf(body, "error")?.length !== 0) return undefined;
    const listed = fieldOf(body, "result", key);
    return typeof listed === "object" && listed !== null && !Array.isArray(listed) ? Object.values(listed) : undefined;
  };
}

const trades = entriesUnder("trades");

/** Codes: Kraken REST API, "Error details"; they are texts. */
export const kraken: ExchangeProfile = {
  id: "kraken",
  evidence: [
    "requests and answers in the form of its documents, through the unmodified ccxt class (`kraken.spec.ts`); no account was used",
  ],
  cautions: [
    "every request of a key bears a nonce that must grow: set a nonce window on the key, or a poll that overtakes an order has it refused (and tried again)",
    "an order's `deadline` is at least 5 s ahead, whatever `requestWindowMs` says",
    "ccxt's own look-up by client order id finds nothing there, whatever there is; the lists of open and of closed orders are asked by `cl_ord_id` instead",
    "there is no sandbox",
  ],
  capabilities: {
    orderTypes: ["MARKET", "LIMIT", "STOP_LOSS", "TAKE_PROFIT"],
    timesInForce: ["GTC", "IOC"],
    postOnly: true,
    quoteQuantity: true,
    clientOrderIds: true,
    lookupBySubmitKey: true,
    requestsExpire: true,
    idempotentSubmission: false,
    streams: false,
    partialFills: true,
    bulkQueries: true,
    // Its CancelAll takes no instrument.
    cancelAll: false,
  },
  // A counter of 15 that falls by a third a second (starter tier): a call adds 1, one for histories 2.
  rateLimits: () => [
    {
      name: "CALLS_45S",
      requestsMax: 30,
      windowMs: 45_000,
      costs: { lookup: 3, openOrders: 1, fillsSince: 2, balances: 1 },
    },
    { name: "ORDERS_60S", requestsMax: 60, windowMs: 60_000, costs: { submit: 1, cancel: 1 } },
  ],
  submitKeyForm: "UUID",
  clientOrderIdParam: "clientOrderId",
  marketSizes: { BUY: ["BASE", "QUOTE"], SELL: ["BASE"] },
  options: () => ({}),
  /** "deadline": the matching engine refuses it after that; it must be 2 to 60 s ahead. */
  expiry: (stampMs, requestWindowMs) => {
    const validUntilMs = stampMs + Math.max(requestWindowMs, 5_000);
    return { params: { deadline: new Date(validUntilMs).toISOString() }, validUntilMs };
  },
  // fetchOrder by client id asks for a `userref` and finds nothing, whatever there is.
  lookupByKey: {
    by: "LISTS",
    param: "clientOrderId",
    ended: "fetchClosedOrders",
    isList: (body) => entriesUnder("open")(body) !== undefined || entriesUnder("closed")(body) !== undefined,
  },
  lookupById: { by: "ORDER" },
  cancelParam: "clientOrderId",
  orderFills: "NONE",
  prices: "TICKERS",
  pages: {
    openOrders: { entries: entriesUnder("open"), next: () => undefined },
    myTrades: {
      entries: trades,
      next: (body, page) => ((trades(body) ?? []).length < pageMax ? undefined : { ofs: String(page * pageMax) }),
    },
  },
  fills: { by: "TIME" },
  growingStamps: true,
  isBalance: (body) => listOf(body, "error")?.length === 0 && fieldOf(body, "result") !== undefined,
  isCancel: (body) => textOf(body, "result", "count") !== undefined,
  codeIn: (body) => {
    const code = textOf(body, "error", 0);
    return code === undefined ? undefined : { code, message: (listOf(body, "error") ?? []).join("; ") };
  },
  meanings: {
    "EAPI:Invalid key": "UNAUTHORIZED",
    "EAPI:Invalid signature": "UNAUTHORIZED",
    // A request that was stamped later has come before it: turned away at the gate.
    "EAPI:Invalid nonce": "ATTEMPT_EXPIRED",
    "EAPI:Rate limit exceeded": "RATE_LIMITED",
    "EAPI:Feature disabled": "UNAUTHORIZED",
    "EGeneral:Invalid arguments": "ORDER_VALIDATION",
    "EGeneral:Permission denied": "UNAUTHORIZED",
    "EGeneral:Temporary lockout": "RATE_LIMITED",
    "EGeneral:Internal error": "UNKNOWN",
    "EGeneral:Unknown method": "ORDER_VALIDATION",
    "EOrder:Cannot open position": "ORDER_VALIDATION",
    "EOrder:Cost minimum not met": "ORDER_VALIDATION",
    "EOrder:Insufficient funds": "INSUFFICIENT_FUNDS",
    "EOrder:Insufficient margin": "INSUFFICIENT_FUNDS",
    "EOrder:Invalid order": "ORDER_VALIDATION",
    "EOrder:Invalid price": "ORDER_VALIDATION",
    "EOrder:Order minimum not met": "ORDER_VALIDATION",
    "EOrder:Orders limit exceeded": "RISK_VIOLATION",
    "EOrder:Positions limit exceeded": "RISK_VIOLATION",
    "EOrder:Rate limit exceeded": "RATE_LIMITED",
    "EOrder:Tick size check failed": "ORDER_VALIDATION",
    "EOrder:Trading agreement required": "UNAUTHORIZED",
    "EOrder:Unknown order": "NO_SUCH_ORDER",
    "EQuery:Unknown asset pair": "INVALID_SYMBOL",
    "EService:Busy": "UNKNOWN",
    "EService:Deadline elapsed": "ATTEMPT_EXPIRED",
    "EService:Market in cancel_only mode": "VENUE_REJECTED",
    "EService:Market in post_only mode": "VENUE_REJECTED",
    "EService:Market in limit_only mode": "VENUE_REJECTED",
    "EService:Timeout": "UNKNOWN",
    "EService:Unavailable": "UNKNOWN",
  },
  meaningOfText: (_code: VenueCode): Meaning => "UNKNOWN",
};
