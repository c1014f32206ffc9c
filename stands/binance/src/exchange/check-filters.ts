import { compare, type Decimal, isMultipleOf, sign, times } from "@surefill/core";
import { isAlgo, isLimited, type OrderTerms } from "./order-terms.ts";
import type { SymbolSettings } from "./settings.ts";
import { refuse } from "./spot-refusal.ts";

/** What an account has open of the symbol. */
interface OpenCounts {
  readonly orders: number;
  readonly algoOrders: number;
}

/** The symbol's filters (filters.md of binance-spot-api-docs). @throws SpotRefusal −1013 naming the first that fails. */
export function checkFilters(terms: OrderTerms, symbol: SymbolSettings, lastPrice: Decimal, open: OpenCounts): void {
  const { orderType, quantity, quoteOrderQuantity, price, stopPrice } = terms;
  const isSizedInQuote = sign(quoteOrderQuantity) > 0;
  if (isLimited(orderType)) checkPrice(price, symbol);
  if (isAlgo(orderType)) checkPrice(stopPrice, symbol);
  if (!isSizedInQuote) {
    const { minQuantity: min, maxQuantity: max, stepSize: step } = symbol;
    checkLot("LOT_SIZE", quantity, { min, max, step });
    if (orderType === "MARKET") checkMarketLot(quantity, symbol);
  }
  const paid = isLimited(orderType) ? price : isAlgo(orderType) ? stopPrice : lastPrice;
  checkNotional(isSizedInQuote ? quoteOrderQuantity : times(paid, quantity), orderType === "MARKET", symbol);
  if (open.orders >= symbol.maxOpenOrders) throw refuse.filter("MAX_NUM_ORDERS");
  if (isAlgo(orderType) && open.algoOrders >= symbol.maxOpenAlgoOrders) throw refuse.filter("MAX_NUM_ALGO_ORDERS");
}

function checkPrice(price: Decimal, { minPrice, maxPrice, tickSize }: SymbolSettings): void {
  const isWithin = compare(price, minPrice) >= 0 && compare(price, maxPrice) <= 0;
  if (!isWithin || !isMultipleOf(price, tickSize)) throw refuse.filter("PRICE_FILTER");
}

export function checkMarketLot(
  quantity: Decimal,
  { marketMinQuantity: min, marketMaxQuantity: max, marketStepSize: step }: SymbolSettings,
): void {
  checkLot("MARKET_LOT_SIZE", quantity, { min, max, step });
}

function checkLot(
  name: string,
  quantity: Decimal,
  { min, max, step }: { readonly min: Decimal; readonly max: Decimal; readonly step: Decimal },
): void {
  const isWithin = sign(quantity) > 0 && compare(quantity, min) >= 0 && compare(quantity, max) <= 0;
  if (!isWithin || !isMultipleOf(quantity, step)) throw refuse.filter(name);
}

/** applyMinToMarket is true, applyMaxToMarket false, as for most symbols of Binance. */
function checkNotional(notional: Decimal, isMarket: boolean, { minNotional, maxNotional }: SymbolSettings): void {
  const isTooMuch = !isMarket && compare(notional, maxNotional) > 0;
  if (isTooMuch || compare(notional, minNotional) < 0) throw refuse.filter("NOTIONAL");
}
