import { type Instrument, instrumentId } from "../instrument/instrument.ts";
import { amount } from "../money/amount.ts";
import { decimal } from "../money/decimal.ts";
import { price } from "../money/price.ts";
import { quantity } from "../money/quantity.ts";
import { type Capabilities, type VenueManifest, venueApiVersion } from "../venue/capabilities.ts";
import type { MarketPrice } from "../venue/venue.ts";
import { requestedAt } from "./order-fixtures.ts";

/** Prices by 0.01, quantities by 0.00001 from 0.0001 to 100, worth 10 or more. */
export const btcUsdt: Instrument = {
  symbol: instrumentId("BTC/USDT"),
  base: "BTC",
  quote: "USDT",
  tickSize: decimal("0.01"),
  lotSize: decimal("0.00001"),
  quantityMin: quantity("0.0001"),
  quantityMax: quantity("100"),
  notionalMin: amount("10"),
};

/** 50,000 to buy, 49,990 to sell. */
export const btcPrice: MarketPrice = { bid: price("49990"), ask: price("50000"), at: requestedAt };

/** What a venue claims that can do everything. */
export const capableOfAll: Capabilities = {
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
  cancelAll: false,
};

export function manifestOf(capabilities: Partial<Capabilities> = {}): VenueManifest {
  return {
    apiVersion: venueApiVersion,
    name: "scripted",
    simulated: true,
    capabilities: { ...capableOfAll, ...capabilities },
    rateLimits: [],
  };
}
