import type { VenueManifest } from "@surefill/core";

/** What the paper venue claims. */
export const manifest: VenueManifest = {
  apiVersion: 1,
  name: "sim",
  simulated: true,
  capabilities: {
    orderTypes: ["MARKET", "LIMIT", "STOP_LOSS", "TAKE_PROFIT"],
    timesInForce: ["GTC", "IOC", "FOK"],
    postOnly: true,
    quoteQuantity: true,
    clientOrderIds: true,
    lookupBySubmitKey: true,
    requestsExpire: true,
    idempotentSubmission: false,
    streams: true,
    partialFills: true,
    bulkQueries: true,
    cancelAll: true,
  },
  rateLimits: [],
};
