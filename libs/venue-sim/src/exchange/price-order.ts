import {
  compare,
  type Decimal,
  isMultipleOf,
  minus,
  notional,
  type Price,
  type Quantity,
  quantity,
  sign,
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
  /** Whether the row comes to its limit. */
  readonly isMarketable: boolean;
  /** What it pays, or gets, as a taker; its limit where the row does not come to it. */
  readonly price: Price;
}

/** The order's market and luck. */
export interface PricingContext {
  readonly instrument: ListedInstrument;
  readonly row: MarketRow;
  readonly slippage: Slippage;
}

/** Prices a new order at its row: pure. Or says which rule of the instrument it breaks. */
export function priceOrder(request: OrderRequest, context: PricingContext): PricedOrder | Refusal {
  const { side, pricing } = request;
  const { instrument, row, slippage } = context;
  const touch = side === "BUY" ? row.ask : row.bid;
  const limitPrice = pricing.type === "LIMIT" ? pricing.limitPrice : undefined;
  const isMarketable = limitPrice === undefined || !isBeyond(side, touch, limitPrice);
  const price = isMarketable ? takerPrice(side, touch, slippage, instrument.tickSize, limitPrice) : limitPrice;
  const quantity = quantityOf(request, instrument, limitPrice ?? price);
  const broken = brokenRule(request, instrument, quantity, limitPrice ?? touch);
  return broken ?? { kind: "PRICED", quantity, isMarketable, price };
}

/**
 * What the order takes from its row: all it wants, or what is there. The rest of a GTC joins the book, the rest of an
 * IOC expires, and a FOK takes all or nothing. `available` undefined: no end to it.
 */
export function quantityTaken({ pricing }: OrderRequest, order: PricedOrder, available?: Quantity): Quantity {
  if (!order.isMarketable) return zeroQuantity;
  if (available === undefined || compare(order.quantity, available) <= 0) return order.quantity;
  return pricing.timeInForce === "FOK" ? zeroQuantity : available;
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
  if (pricing.type === "LIMIT" && !isMultipleOf(pricing.limitPrice, tickSize)) {
    return refusal("PRICE_RULE", `${pricing.limitPrice} is not a multiple of ${symbol}'s tick size ${tickSize}`);
  }
  const value = size.in === "QUOTE" ? size.amount : notional(price, quantity);
  if (compare(value, notionalMin) < 0) {
    return refusal("VALUE_RULE", `the order's value ${value} is below ${symbol}'s minimum ${notionalMin}`);
  }
  return undefined;
}
