import { orderTypes } from "../exchange/order-terms.ts";
import type { Limits, SymbolSettings } from "../exchange/settings.ts";
import type { SpotExchange, SymbolStatus } from "../exchange/spot-exchange.ts";
import { wireDecimal } from "../exchange/wire-decimal.ts";

const assetPlaces = 8;

/** GET /api/v3/exchangeInfo of these symbols. */
export function exchangeInfo(exchange: SpotExchange, symbols: readonly SymbolSettings[]) {
  return {
    timezone: "UTC",
    serverTime: exchange.now(),
    rateLimits: rateLimits(exchange.settings.limits),
    exchangeFilters: [],
    symbols: symbols.map((symbol) => symbolInfo(symbol, exchange.statusOf(symbol.symbol))),
  };
}

function rateLimits(limits: Limits) {
  const { weightPerMinute, ordersPerTenSeconds, ordersPerDay, requestsPerFiveMinutes } = limits;
  const limit = (rateLimitType: string, interval: string, intervalNum: number, max: number) => ({
    ...{ rateLimitType, interval, intervalNum },
    limit: max,
  });
  return [
    limit("REQUEST_WEIGHT", "MINUTE", 1, weightPerMinute),
    limit("ORDERS", "SECOND", 10, ordersPerTenSeconds),
    limit("ORDERS", "DAY", 1, ordersPerDay),
    limit("RAW_REQUESTS", "MINUTE", 5, requestsPerFiveMinutes),
  ];
}

function symbolInfo(settings: SymbolSettings, status: SymbolStatus) {
  const { symbol, base, quote } = settings;
  return {
    symbol,
    status,
    baseAsset: base,
    baseAssetPrecision: assetPlaces,
    quoteAsset: quote,
    quotePrecision: assetPlaces,
    quoteAssetPrecision: assetPlaces,
    baseCommissionPrecision: assetPlaces,
    quoteCommissionPrecision: assetPlaces,
    orderTypes,
    icebergAllowed: false,
    ocoAllowed: false,
    otoAllowed: false,
    opoAllowed: false,
    quoteOrderQtyMarketAllowed: true,
    allowTrailingStop: false,
    cancelReplaceAllowed: false,
    amendAllowed: false,
    pegInstructionsAllowed: false,
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    filters: filters(settings),
    permissions: [],
    permissionSets: [["SPOT"]],
    defaultSelfTradePreventionMode: "EXPIRE_MAKER",
    allowedSelfTradePreventionModes: ["EXPIRE_MAKER"],
  };
}

function filters(settings: SymbolSettings) {
  return [
    {
      filterType: "PRICE_FILTER",
      minPrice: wireDecimal(settings.minPrice),
      maxPrice: wireDecimal(settings.maxPrice),
      tickSize: wireDecimal(settings.tickSize),
    },
    {
      filterType: "LOT_SIZE",
      minQty: wireDecimal(settings.minQuantity),
      maxQty: wireDecimal(settings.maxQuantity),
      stepSize: wireDecimal(settings.stepSize),
    },
    {
      filterType: "MARKET_LOT_SIZE",
      minQty: wireDecimal(settings.marketMinQuantity),
      maxQty: wireDecimal(settings.marketMaxQuantity),
      stepSize: wireDecimal(settings.marketStepSize),
    },
    {
      filterType: "NOTIONAL",
      minNotional: wireDecimal(settings.minNotional),
      applyMinToMarket: true,
      maxNotional: wireDecimal(settings.maxNotional),
      applyMaxToMarket: false,
      avgPriceMins: 0,
    },
    { filterType: "MAX_NUM_ORDERS", maxNumOrders: settings.maxOpenOrders },
    { filterType: "MAX_NUM_ALGO_ORDERS", maxNumAlgoOrders: settings.maxOpenAlgoOrders },
  ];
}
