import type { VenueManifest } from "@surefill/core";

/** What the paper venue claims. */
export const manifest: VenueManifest = {
  apiVersion: 1,
  name: "sim",
  simulated: true,
  capabilities: {
    orderTypes: ["MARKET", "LIMIT"],
    timesInForce: ["GTC", "IOC", "FOK"],
    postOnly: false,
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
