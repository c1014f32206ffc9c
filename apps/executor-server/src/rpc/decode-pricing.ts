import type { ExecuteOrderRequest } from "@surefill/contracts/surefill/v1/execution_service";
import * as wire from "@surefill/contracts/surefill/v1/order";
import { type Price, type Pricing, parsePrice, type TimeInForce, type TriggeredPricing } from "@surefill/core";
import { type Decoded, notPositive, refused } from "./decoded.ts";

type PricingFields = Pick<ExecuteOrderRequest, "type" | "timeInForce" | "limitPrice" | "triggerPrice" | "postOnly">;

const timesInForce: Readonly<Record<number, TimeInForce>> = {
  [wire.TimeInForce.GTC]: "GTC",
  [wire.TimeInForce.IOC]: "IOC",
  [wire.TimeInForce.FOK]: "FOK",
};

/** How the price is set: which of its fields an order type needs, and which it can't have. */
export function decodePricing(request: PricingFields): Decoded<Pricing> {
  switch (request.type) {
    case wire.OrderType.MARKET:
      return decodeMarket(request);
    case wire.OrderType.LIMIT:
      return decodeLimit(request);
    case wire.OrderType.STOP_LOSS:
      return decodeTriggered("STOP_LOSS", request);
    case wire.OrderType.TAKE_PROFIT:
      return decodeTriggered("TAKE_PROFIT", request);
    default:
      return refused("FIELD_REQUIRED", "type", "must be one of the order types");
  }
}

function decodeMarket({ limitPrice, triggerPrice, timeInForce, postOnly }: PricingFields): Decoded<Pricing> {
  if (limitPrice !== undefined) return refused("FIELD_CONFLICT", "limit_price", "must be absent for market orders");
  if (triggerPrice !== undefined) return notTriggered();
  if (postOnly) return onlyForLimitOrders();
  const given = timesInForce[timeInForce];
  if (given === "GTC") return refused("FIELD_CONFLICT", "time_in_force", "a market order can't rest: give IOC or FOK");
  return { ok: true, value: { type: "MARKET", timeInForce: given ?? "IOC" } };
}

function decodeLimit(request: PricingFields): Decoded<Pricing> {
  if (request.limitPrice === undefined) return refused("FIELD_REQUIRED", "limit_price", "is required for limit orders");
  const limitPrice = parsePrice(request.limitPrice);
  if (limitPrice === undefined) return notPositive("limit_price");
  if (request.triggerPrice !== undefined) return notTriggered();
  const timeInForce = timesInForce[request.timeInForce] ?? "GTC";
  if (!request.postOnly) return { ok: true, value: { type: "LIMIT", limitPrice, timeInForce } };
  if (timeInForce !== "GTC") {
    return refused("FIELD_CONFLICT", "post_only", `an order that only rests can't be ${timeInForce}: give GTC`);
  }
  return { ok: true, value: { type: "LIMIT", limitPrice, timeInForce, postOnly: true } };
}

function decodeTriggered(type: TriggeredPricing["type"], request: PricingFields): Decoded<Pricing> {
  if (request.triggerPrice === undefined) {
    return refused("FIELD_REQUIRED", "trigger_price", "is required for stop-loss and take-profit orders");
  }
  const triggerPrice = parsePrice(request.triggerPrice);
  if (triggerPrice === undefined) return notPositive("trigger_price");
  const limitPrice = decodeOptionalPrice(request.limitPrice);
  if (limitPrice === "NOT_POSITIVE") return notPositive("limit_price");
  if (request.postOnly) return onlyForLimitOrders();
  const given = timesInForce[request.timeInForce];
  if (given === "IOC" || given === "FOK") {
    return refused("FIELD_CONFLICT", "time_in_force", `an order that waits can't be ${given}: give GTC`);
  }
  const waiting = { type, timeInForce: "GTC", triggerPrice } as const;
  return { ok: true, value: limitPrice === undefined ? waiting : { ...waiting, limitPrice } };
}

function decodeOptionalPrice(text: string | undefined): Price | undefined | "NOT_POSITIVE" {
  return text === undefined ? undefined : (parsePrice(text) ?? "NOT_POSITIVE");
}

function notTriggered() {
  return refused("FIELD_CONFLICT", "trigger_price", "is for stop-loss and take-profit orders only");
}

function onlyForLimitOrders() {
  return refused("FIELD_CONFLICT", "post_only", "is for limit orders only");
}
