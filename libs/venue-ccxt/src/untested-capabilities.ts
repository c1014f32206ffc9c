import type { Capabilities } from "@surefill/core";

/** What any ccxt exchange is good for without a test of its own. */
export const untested: Capabilities = {
  orderTypes: ["MARKET", "LIMIT"],
  timesInForce: ["GTC", "IOC"],
  postOnly: false,
  quoteQuantity: false,
  clientOrderIds: false,
  lookupBySubmitKey: false,
  requestsExpire: false,
  idempotentSubmission: false,
  streams: false,
  partialFills: true,
  bulkQueries: false,
  cancelAll: false,
};
