import { describe, expect, it } from "vitest";
import { price } from "../money/price.ts";
import { limitBuy, quoteBuy } from "../testing/order-fixtures.ts";
import {
  expectedPriceOf,
  isPostOnly,
  isTriggeredPricing,
  limitPriceOf,
  type Pricing,
  rests,
  triggerPriceOf,
} from "./instruction.ts";

const market: Pricing = { type: "MARKET", timeInForce: "FOK" };
const limit: Pricing = { type: "LIMIT", timeInForce: "GTC", limitPrice: price("9") };
const immediate: Pricing = { type: "LIMIT", timeInForce: "IOC", limitPrice: price("9") };
const postOnly: Pricing = { ...limit, postOnly: true };
const stop: Pricing = { type: "STOP_LOSS", timeInForce: "GTC", triggerPrice: price("8") };
const target: Pricing = { type: "TAKE_PROFIT", timeInForce: "GTC", triggerPrice: price("11"), limitPrice: price("10") };

describe("how a price is set", () => {
  it.each<readonly [string, Pricing, readonly unknown[]]>([
    // pricing, rests, waits for a price, limit, trigger, post-only
    ["a market order", market, [false, false, undefined, undefined, false]],
    ["a limit order", limit, [true, false, "9", undefined, false]],
    ["an immediate limit order", immediate, [false, false, "9", undefined, false]],
    ["a post-only order", postOnly, [true, false, "9", undefined, true]],
    ["a stop-loss", stop, [true, true, undefined, "8", false]],
    ["a take-profit with a limit", target, [true, true, "10", "11", false]],
  ])("given %s, so what it is asked about follows", (_what, pricing, so) => {
    expect([
      rests(pricing),
      isTriggeredPricing(pricing),
      limitPriceOf(pricing),
      triggerPriceOf(pricing),
      isPostOnly(pricing),
    ]).toEqual(so);
  });

  it("given no expected price, so slippage counts from the price that is waited for, and else from the quote", () => {
    expect(expectedPriceOf({ ...limitBuy, pricing: target })).toBe("11");
    expect(expectedPriceOf({ ...limitBuy, pricing: target, expectedPrice: price("12") })).toBe("12");
    expect(expectedPriceOf(limitBuy)).toBeUndefined();
    expect(expectedPriceOf(quoteBuy)).toBeUndefined();
  });
});
