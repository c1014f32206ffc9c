import {
  compare,
  type Decimal,
  isMultipleOf,
  isPostOnly,
  isTriggered,
  isTriggeredPricing,
  limitPriceOf,
  minus,
  notional,
  type Price,
  type Quantity,
  quantity,
  type Side,
  sign,
  triggerPriceOf,
  zeroQuantity,
} from "@surefill/core";
import { isBeyond, type Slippage, takerPrice } from "./execution-price.ts";
import type { MarketRow } from "./market/market-row.ts";
import type { OrderRequest } from "./order-request.ts";
import { type Refusal, refusal } from "./refusal.ts";
import { quotientInSteps, roundToStep } from "./round-to-step.ts";
import type { ListedInstrument } from "./settings.ts";

/** An order as its row of the market prices it. */
export interface PricedOrder {
  readonly kind: "PRICED";
  /** In base, also where the order was sized in quote: filled is filled to this. */
  readonly quantity: Quantity;
  /** Whether the row comes to its limit; never for what waits for a price. */
  readonly isMarketable: boolean;
  /** What it pays, or gets, as a taker; its limit, else its trigger, where it does not take. */
  readonly price: Price;
}

/** The order's market and luck. */
export interface PricingContext {
  readonly instrument: ListedInstrument;
  readonly row: MarketRow;
  readonly slippage: Slippage;
}

/** Prices a new order at its row: pure. Or says which rule of the exchange it breaks. */
export function priceOrder(request: OrderRequest, context: PricingContext): PricedOrder | Refusal {
  const { side, pricing } = request;
  const { instrument, row } = context;
  const touch = touchOf(side, row);
  const limitPrice = limitPriceOf(pricing);
  const triggerPrice = triggerPriceOf(pricing);
  // What waits takes nothing now, whatever its limit.
  const { isMarketable, price } =
    triggerPrice === undefined
      ? priceExecution(side, limitPrice, context)
      : { isMarketable: false, price: limitPrice ?? triggerPrice };
  const quantity = quantityOf(request, instrument, limitPrice ?? price);
  const broken = brokenRule(request, instrument, quantity, limitPrice ?? triggerPrice ?? touch);
  if (broken !== undefined) return broken;
  if (isTriggeredPricing(pricing) && isTriggered(side, pricing, touch)) {
    return refusal("TRIGGER_REACHED", `the market is at ${touch}: ${pricing.triggerPrice} would trigger at once`);
  }
  if (isPostOnly(pricing) && isMarketable) {
    return refusal("POST_ONLY_WOULD_TAKE", `the market is at ${touch}: an order at ${limitPrice} would take`);
  }
  return { kind: "PRICED", quantity, isMarketable, price };
}

/** What an order pays, or gets, on its row as a taker, if the row comes to its limit; else its limit. */
export function priceExecution(
  side: Side,
  limitPrice: Price | undefined,
  { instrument, row, slippage }: PricingContext,
): Pick<PricedOrder, "isMarketable" | "price"> {
  const touch = touchOf(side, row);
  if (limitPrice !== undefined && isBeyond(side, touch, limitPrice)) return { isMarketable: false, price: limitPrice };
  return { isMarketable: true, price: takerPrice(side, touch, slippage, instrument.tickSize, limitPrice) };
}

/**
 * What an order takes from its row: all it wants, or what is there. The rest of a GTC with a limit joins the book, other
 * rests expire, and a FOK takes all or nothing. `available` undefined: no end to it.
 */
export function quantityTaken(
  { timeInForce }: OrderRequest["pricing"],
  { isMarketable, quantity }: Pick<PricedOrder, "isMarketable" | "quantity">,
  available?: Quantity,
): Quantity {
  if (!isMarketable) return zeroQuantity;
  if (available === undefined || compare(quantity, available) <= 0) return quantity;
  return timeInForce === "FOK" ? zeroQuantity : available;
}

function touchOf(side: Side, { bid, ask }: MarketRow): Price {
  return side === "BUY" ? ask : bid;
}

/** `amount − taken` in whole lots, never below zero. */
export function leftOf(amount: Quantity, taken: Quantity, lotSize: Decimal): Quantity {
  const left = minus(amount, taken);
  return sign(left) <= 0 ? zeroQuantity : quantity(roundToStep(left, lotSize, "down"));
}

/** In base: an amount of quote buys or sells as many whole lots as it is worth at `price`. */
function quantityOf({ size }: OrderRequest, { lotSize }: ListedInstrument, price: Price): Quantity {
  return size.in === "BASE" ? size.quantity : quantity(quotientInSteps(size.amount, price, lotSize, "down"));
}

function brokenRule(
  { pricing, size }: OrderRequest,
  instrument: ListedInstrument,
  quantity: Quantity,
  price: Price,
): Refusal | undefined {
  const { lotSize, quantityMin, quantityMax, tickSize, notionalMin, symbol } = instrument;
  if (!isMultipleOf(quantity, lotSize)) {
    return refusal("QUANTITY_RULE", `${quantity} is not a multiple of ${symbol}'s lot size ${lotSize}`);
  }
  if (sign(quantity) <= 0 || compare(quantity, quantityMin) < 0) {
    return refusal("QUANTITY_RULE", `${quantity} is below ${symbol}'s minimum ${quantityMin}`);
  }
  if (compare(quantity, quantityMax) > 0) {
    return refusal("QUANTITY_RULE", `${quantity} is above ${symbol}'s maximum ${quantityMax}`);
  }
  const prices = [triggerPriceOf(pricing), limitPriceOf(pricing)];
  const offTick = prices.find((given) => given !== undefined && !isMultipleOf(given, tickSize));
  if (offTick !== undefined) {
    return refusal("PRICE_RULE", `${offTick} is not a multiple of ${symbol}'s tick size ${tickSize}`);
  }
  const value = size.in === "QUOTE" ? size.amount : notional(price, quantity);
  if (compare(value, notionalMin) < 0) {
    return refusal("VALUE_RULE", `the order's value ${value} is below ${symbol}'s minimum ${notionalMin}`);
  }
  return undefined;
}
