import type { ManualClock } from "@surefill/core/testing";
import { FakeHttp, json } from "./fake-http.ts";

const filters = [
  { filterType: "PRICE_FILTER", minPrice: "0.01000000", maxPrice: "1000000.00000000", tickSize: "0.01000000" },
  { filterType: "LOT_SIZE", minQty: "0.00001000", maxQty: "9000.00000000", stepSize: "0.00001000" },
  { filterType: "MARKET_LOT_SIZE", minQty: "0.00000000", maxQty: "100.00000000", stepSize: "0.00000000" },
  { filterType: "NOTIONAL", minNotional: "5.00000000", applyMinToMarket: true, maxNotional: "9000000.00000000" },
];

const orderTypes = [
  "LIMIT",
  "LIMIT_MAKER",
  "MARKET",
  "STOP_LOSS",
  "STOP_LOSS_LIMIT",
  "TAKE_PROFIT",
  "TAKE_PROFIT_LIMIT",
];

function listed(base: string) {
  return {
    ...{ symbol: `${base}USDT`, status: "TRADING", baseAsset: base, quoteAsset: "USDT", orderTypes, filters },
    ...{ baseAssetPrecision: 8, quoteAssetPrecision: 8, quotePrecision: 8, isSpotTradingAllowed: true },
    ...{ isMarginTradingAllowed: false, permissions: [], permissionSets: [["SPOT"]] },
  };
}

/** The public part of Binance spot, as rest-api.md describes it, whose clock is so far ahead of the library's. */
export function fakeBinance(clock: ManualClock, aheadMs = 0): FakeHttp {
  return new FakeHttp()
    .on("GET /api/v3/exchangeInfo", () => json({ timezone: "UTC", symbols: [listed("BTC"), listed("ETH")] }))
    .on("GET /api/v3/time", () => json({ serverTime: Math.floor(clock.wall() / 1_000) + aheadMs }))
    .on("GET /api/v3/ticker/bookTicker", () =>
      json([{ symbol: "BTCUSDT", bidPrice: "39999.00000000", bidQty: "1", askPrice: "40001.00000000", askQty: "1" }]),
    );
}

/** A FULL answer to a new order. */
export function acceptedOrder(clientOrderId: string | null, fields: Readonly<Record<string, unknown>> = {}) {
  return {
    ...{ symbol: "BTCUSDT", orderId: 28, orderListId: -1, clientOrderId, transactTime: 1_700_000_000_000 },
    ...{ price: "40000.01000000", origQty: "0.01000000", executedQty: "0.00000000", cummulativeQuoteQty: "0.00000000" },
    ...{ status: "NEW", timeInForce: "GTC", type: "LIMIT", side: "BUY", fills: [], ...fields },
  };
}
