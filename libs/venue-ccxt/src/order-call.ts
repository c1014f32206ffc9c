import {
  checkInstruction,
  compare,
  type Instruction,
  notional,
  type OrderError,
  orderError,
  type Pricing,
  type SubmitKey,
} from "@surefill/core";
import type { ExchangeProfile } from "./exchange-profile.ts";
import type { ListedMarket } from "./instruments.ts";
import type { OrderCall } from "./wire-request.ts";

export type OrderCallAnswer =
  | { readonly ok: true; readonly call: OrderCall }
  | { readonly ok: false; readonly error: OrderError };

/**
 * The ccxt call for an instruction, or why the exchange would not take it: all of its rules that are known here are
 * checked here, exactly, for ccxt truncates quantities, rounds prices and checks no limits.
 */
export function orderCall(
  instruction: Instruction,
  market: ListedMarket,
  profile: ExchangeProfile,
  key: SubmitKey,
): OrderCallAnswer {
  const error =
    checkInstruction(instruction, market.instrument, profile.capabilities) ??
    sizingFault(instruction, profile) ??
    boundFault(instruction, market, profile);
  return error === undefined ? { ok: true, call: callOf(instruction, profile, key) } : { ok: false, error };
}

function sizingFault({ pricing, side, size, venue }: Instruction, profile: ExchangeProfile): OrderError | undefined {
  if (pricing.type === "MARKET" && pricing.timeInForce === "FOK") {
    const text = `${venue} takes market orders as IOC alone`;
    return orderError("UNSUPPORTED_TIME_IN_FORCE", text, { field: "time_in_force", venue });
  }
  if (pricing.type === "MARKET" && !profile.marketSizes[side].includes(size.in)) {
    const [taken = "BASE"] = profile.marketSizes[side];
    const field = size.in === "QUOTE" ? "quote_quantity" : "base_quantity";
    const text = `${venue} takes ${side} market orders sized in ${taken.toLowerCase()} alone`;
    return orderError(size.in === "QUOTE" ? "UNSUPPORTED_QUOTE_QUANTITY" : "ORDER_VALIDATION", text, { field, venue });
  }
  if (pricing.type !== "MARKET" && size.in === "QUOTE") {
    const text = `${venue} takes ${pricing.type} orders sized in base alone`;
    return orderError("UNSUPPORTED_QUOTE_QUANTITY", text, { field: "quote_quantity", venue });
  }
  return undefined;
}

/** What market orders are bound by beside the instrument's own limits, and the greatest value of any order. */
function boundFault(
  { pricing, size }: Instruction,
  market: ListedMarket,
  { notionalMaxOf }: ExchangeProfile,
): OrderError | undefined {
  const { marketQuantity, notionalMax, instrument } = market;
  const context = { instrument: instrument.symbol };
  if (size.in === "BASE" && isMarket(pricing)) {
    const { min, max } = marketQuantity;
    if (max !== undefined && compare(size.quantity, max) > 0) {
      const text = `base_quantity ${size.quantity} is above the maximum of market orders, ${max}`;
      return orderError("QUANTITY_ABOVE_MAXIMUM", text, { ...context, field: "base_quantity", maximum: max });
    }
    if (min !== undefined && compare(size.quantity, min) < 0) {
      const text = `base_quantity ${size.quantity} is below the minimum of market orders, ${min}`;
      return orderError("QUANTITY_BELOW_MINIMUM", text, { ...context, field: "base_quantity", minimum: min });
    }
  }
  if (notionalMax === undefined || notionalMaxOf !== (isMarket(pricing) ? "MARKET" : "LIMIT")) return undefined;
  const limitPrice = "limitPrice" in pricing ? pricing.limitPrice : undefined;
  const value =
    size.in === "QUOTE" ? size.amount : limitPrice === undefined ? undefined : notional(limitPrice, size.quantity);
  if (value === undefined || compare(value, notionalMax) <= 0) return undefined;
  const text = `the order's value ${value} is above ${instrument.symbol}'s maximum ${notionalMax}`;
  return orderError("ORDER_VALIDATION", text, { ...context, value, maximum: notionalMax });
}

function isMarket(pricing: Pricing): boolean {
  return pricing.type === "MARKET" || (pricing.type !== "LIMIT" && pricing.limitPrice === undefined);
}

function callOf({ instrument, side, pricing, size }: Instruction, profile: ExchangeProfile, key: SubmitKey): OrderCall {
  const { clientOrderIdParam, quoteSizeParams } = profile;
  const limitPrice = "limitPrice" in pricing ? pricing.limitPrice : undefined;
  return {
    symbol: instrument,
    type: isMarket(pricing) ? "market" : "limit",
    side: side === "BUY" ? "buy" : "sell",
    amount: size.in === "BASE" ? size.quantity : size.amount,
    ...(limitPrice === undefined ? {} : { price: limitPrice }),
    params: {
      ...(clientOrderIdParam === undefined ? {} : { [clientOrderIdParam]: key }),
      ...pricingParams(pricing),
      ...(size.in === "QUOTE" ? { ...quoteSizeParams, cost: size.amount } : {}),
    },
  };
}

/** A market order is IOC at every exchange, and some refuse to be told so. */
function pricingParams(pricing: Pricing): Readonly<Record<string, string | boolean>> {
  switch (pricing.type) {
    case "MARKET":
      return {};
    case "LIMIT":
      return pricing.postOnly === true ? { postOnly: true } : { timeInForce: pricing.timeInForce };
    case "STOP_LOSS":
      return { stopLossPrice: pricing.triggerPrice };
    case "TAKE_PROFIT":
      return { takeProfitPrice: pricing.triggerPrice };
  }
}
