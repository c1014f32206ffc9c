import { describe, expect, it } from "vitest";
import { amount } from "../money/amount.ts";
import { price } from "../money/price.ts";
import { quantity } from "../money/quantity.ts";
import type { Instruction, Pricing } from "../order/instruction.ts";
import { limitBuy, quoteBuy } from "../testing/order-fixtures.ts";
import { btcPrice, btcUsdt } from "../testing/venue-fixtures.ts";
import { checkMarket, defaultCollarBps } from "./check-market.ts";

const market: Pricing = { type: "MARKET", timeInForce: "IOC" };
const limitAt = (side: "BUY" | "SELL", text: string): Instruction => ({
  ...limitBuy,
  side,
  pricing: { type: "LIMIT", timeInForce: "GTC", limitPrice: price(text) },
});
const marketOf = (side: "BUY" | "SELL", text: string): Instruction => ({
  ...limitBuy,
  side,
  pricing: market,
  size: { in: "BASE", quantity: quantity(text) },
});

describe("a limit price against the market, 49,990 to 50,000", () => {
  it.each([
    // side, limit, collar in bps, so
    ["BUY", "50000", 5_000, undefined],
    ["BUY", "75000", 5_000, undefined],
    ["BUY", "75000.01", 5_000, "PRICE_OUTSIDE_COLLAR"],
    ["BUY", "25000", 5_000, undefined],
    ["BUY", "24999.99", 5_000, "PRICE_OUTSIDE_COLLAR"],
    ["BUY", "500000", 5_000, "PRICE_OUTSIDE_COLLAR"],
    ["BUY", "5000", 5_000, "PRICE_OUTSIDE_COLLAR"],
    ["SELL", "49990", 5_000, undefined],
    ["SELL", "74985", 5_000, undefined],
    ["SELL", "74985.01", 5_000, "PRICE_OUTSIDE_COLLAR"],
    ["SELL", "24995", 5_000, undefined],
    ["SELL", "24994.99", 5_000, "PRICE_OUTSIDE_COLLAR"],
    ["SELL", "499900", 5_000, "PRICE_OUTSIDE_COLLAR"],
    ["SELL", "4999", 5_000, "PRICE_OUTSIDE_COLLAR"],
    ["BUY", "50000", 0, undefined],
    ["BUY", "50000.01", 0, "PRICE_OUTSIDE_COLLAR"],
    ["SELL", "50000", 0, "PRICE_OUTSIDE_COLLAR"],
  ] as const)("given a %s at %s and a collar of %i bps, so %s", (side, limit, collarBps, code) => {
    expect(checkMarket(limitAt(side, limit), btcUsdt, btcPrice, collarBps)?.code).toBe(code);
  });

  it("is half of the market by default", () => {
    expect(defaultCollarBps).toBe(5_000);
  });

  it("given one beyond it, so the denial tells both prices and the collar", () => {
    expect(checkMarket(limitAt("BUY", "500000"), btcUsdt, btcPrice, 5_000)).toEqual({
      code: "PRICE_OUTSIDE_COLLAR",
      message: "limit_price 500000 is more than 5000 bps from the market, 50000",
      context: { field: "limit_price", price: "500000", market: "50000", collar_bps: "5000" },
    });
  });
});

describe("a trigger price against the market, 49,990 to 50,000", () => {
  const waiting = (
    side: "BUY" | "SELL",
    type: "STOP_LOSS" | "TAKE_PROFIT",
    triggerPrice: string,
    limitPrice?: string,
  ): Instruction => ({
    ...limitBuy,
    side,
    pricing: {
      ...{ type, timeInForce: "GTC", triggerPrice: price(triggerPrice) },
      ...(limitPrice === undefined ? {} : { limitPrice: price(limitPrice) }),
    },
  });

  it.each([
    ["SELL", "STOP_LOSS", "49989.99", undefined],
    ["SELL", "STOP_LOSS", "49990", "TRIGGER_PRICE_REACHED"],
    ["SELL", "STOP_LOSS", "60000", "TRIGGER_PRICE_REACHED"],
    ["SELL", "STOP_LOSS", "24995", undefined],
    ["SELL", "STOP_LOSS", "24994.99", "PRICE_OUTSIDE_COLLAR"],
    ["BUY", "STOP_LOSS", "50000.01", undefined],
    ["BUY", "STOP_LOSS", "50000", "TRIGGER_PRICE_REACHED"],
    ["BUY", "STOP_LOSS", "75000", undefined],
    ["BUY", "STOP_LOSS", "75000.01", "PRICE_OUTSIDE_COLLAR"],
    ["SELL", "TAKE_PROFIT", "49990.01", undefined],
    ["SELL", "TAKE_PROFIT", "49990", "TRIGGER_PRICE_REACHED"],
    ["SELL", "TAKE_PROFIT", "74985.01", "PRICE_OUTSIDE_COLLAR"],
    ["BUY", "TAKE_PROFIT", "49999.99", undefined],
    ["BUY", "TAKE_PROFIT", "50000", "TRIGGER_PRICE_REACHED"],
    ["BUY", "TAKE_PROFIT", "24999.99", "PRICE_OUTSIDE_COLLAR"],
  ] as const)("given a %s %s at %s, so %s", (side, type, trigger, code) => {
    expect(checkMarket(waiting(side, type, trigger), btcUsdt, btcPrice, 5_000)?.code).toBe(code);
  });

  it.each([
    ["48000", undefined],
    ["22500", undefined],
    ["22499.99", "PRICE_OUTSIDE_COLLAR"],
    // Half above the trigger, though less than half above the market.
    ["67500.01", "PRICE_OUTSIDE_COLLAR"],
  ])("given a stop at 45,000 with the limit %s, so the collar of its trigger counts: %s", (limit, code) => {
    const fault = checkMarket(waiting("SELL", "STOP_LOSS", "45000", limit), btcUsdt, btcPrice, 5_000);
    expect(fault?.code).toBe(code);
    expect(fault?.context).toEqual(code && { field: "limit_price", price: limit, market: "45000", collar_bps: "5000" });
  });

  it("given one that is reached, so the denial tells what to do", () => {
    expect(checkMarket(waiting("SELL", "STOP_LOSS", "50000"), btcUsdt, btcPrice, 5_000)).toEqual({
      code: "TRIGGER_PRICE_REACHED",
      message: "the market, 49990, has reached trigger_price 50000 of the STOP_LOSS already; give a market order",
      context: { field: "trigger_price", price: "50000", market: "49990" },
    });
  });

  it("given no price, so only what can't add exposure passes", () => {
    const stop = waiting("SELL", "STOP_LOSS", "60000");
    expect(checkMarket(stop, btcUsdt, undefined, 5_000)?.code).toBe("PRICE_UNAVAILABLE");
    expect(checkMarket({ ...stop, purpose: "STOP" }, btcUsdt, undefined, 5_000)).toBeUndefined();
  });
});

describe("a market order's value, 10 at least", () => {
  it.each([
    ["BUY", "0.0002", undefined],
    ["BUY", "0.00019", "NOTIONAL_BELOW_MINIMUM"],
    ["SELL", "0.00021", undefined],
    // Worth 9.998 at what a seller gets.
    ["SELL", "0.0002", "NOTIONAL_BELOW_MINIMUM"],
  ] as const)("given a %s of %s, so %s", (side, size, code) => {
    expect(checkMarket(marketOf(side, size), btcUsdt, btcPrice, 5_000)?.code).toBe(code);
  });

  it("given a size in quote, so the market says nothing about it", () => {
    const tiny: Instruction = { ...quoteBuy, size: { in: "QUOTE", amount: amount("0.01") } };
    expect(checkMarket(tiny, btcUsdt, btcPrice, 5_000)).toBeUndefined();
  });
});

describe("without a price", () => {
  it.each([
    ["ENTRY", "PRICE_UNAVAILABLE"],
    ["EXIT", undefined],
    ["STOP", undefined],
    ["TARGET", undefined],
  ] as const)("given an %s, so %s", (purpose, code) => {
    for (const instruction of [limitAt("SELL", "500000"), marketOf("SELL", "0.0001"), quoteBuy]) {
      expect(checkMarket({ ...instruction, purpose }, btcUsdt, undefined, 5_000)?.code).toBe(code);
    }
  });
});
