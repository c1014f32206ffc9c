import { type Decimal, decimal, dividedBy, minus, plus, sign, times } from "@surefill/core";
import type { Offer } from "../exchange/liquidity.ts";
import type { SpotExchange } from "../exchange/spot-exchange.ts";
import { wireDecimal, zero } from "../exchange/wire-decimal.ts";

const dayMs = 86_400_000;
const hundred = decimal("100");
const percentPlaces = 3;
const pricePlaces = 8;

/** GET /api/v3/depth: what stands at each price together. */
export function depthView(exchange: SpotExchange, symbol: string, limit: number) {
  const { bids, asks } = exchange.depth(symbol);
  const { updates } = exchange.market(symbol);
  return { lastUpdateId: updates, bids: rows(bids, limit), asks: rows(asks, limit) };
}

export function priceView(exchange: SpotExchange, symbol: string) {
  return { symbol, price: wireDecimal(exchange.market(symbol).lastPrice) };
}

export function bookTickerView(exchange: SpotExchange, symbol: string) {
  const { bids, asks } = exchange.depth(symbol);
  const [[bidPrice, bidQty], [askPrice, askQty]] = [best(bids), best(asks)];
  return { symbol, bidPrice, bidQty, askPrice, askQty };
}

/** GET /api/v3/ticker/24hr, as if the exchange had opened a day ago. */
export function dayTickerView(exchange: SpotExchange, symbol: string) {
  const market = exchange.market(symbol);
  const { lastPrice, openPrice, volume, quoteVolume } = market;
  const change = minus(lastPrice, openPrice);
  const closeTime = exchange.now();
  const average = sign(volume) === 0 ? lastPrice : dividedBy(quoteVolume, volume, pricePlaces, "halfEven");
  const { bidPrice, bidQty, askPrice, askQty } = bookTickerView(exchange, symbol);
  return {
    symbol,
    priceChange: signed(change, wireDecimal),
    priceChangePercent: signed(dividedBy(times(change, hundred), openPrice, percentPlaces, "halfEven"), String),
    weightedAvgPrice: wireDecimal(average),
    prevClosePrice: wireDecimal(openPrice),
    lastPrice: wireDecimal(lastPrice),
    lastQty: wireDecimal(zero),
    ...{ bidPrice, bidQty, askPrice, askQty },
    openPrice: wireDecimal(openPrice),
    highPrice: wireDecimal(market.highPrice),
    lowPrice: wireDecimal(market.lowPrice),
    volume: wireDecimal(volume),
    quoteVolume: wireDecimal(quoteVolume),
    openTime: closeTime - dayMs,
    closeTime,
    firstId: market.tradeCount === 0 ? -1 : 1,
    lastId: market.tradeCount === 0 ? -1 : market.tradeCount,
    count: market.tradeCount,
  };
}

function rows(offers: readonly Offer[], limit: number): readonly (readonly [string, string])[] {
  const byPrice = new Map<Decimal, Decimal>();
  for (const { price, quantity } of offers) byPrice.set(price, plus(byPrice.get(price) ?? zero, quantity));
  return [...byPrice].slice(0, limit).map(([price, quantity]) => [wireDecimal(price), wireDecimal(quantity)] as const);
}

function best(offers: readonly Offer[]): readonly [string, string] {
  return rows(offers, 1)[0] ?? [wireDecimal(zero), wireDecimal(zero)];
}

function signed(value: Decimal, spell: (value: Decimal) => string): string {
  return sign(value) < 0 ? `-${spell(minus(zero, value))}` : spell(value);
}
