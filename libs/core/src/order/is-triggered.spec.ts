import { describe, expect, it } from "vitest";
import { price } from "../money/price.ts";
import { isTriggered } from "./is-triggered.ts";

describe("an order that waits for 100", () => {
  it.each([
    // side, type, so triggered at 99.99, at 100, at 100.01
    ["SELL", "STOP_LOSS", true, true, false],
    ["BUY", "STOP_LOSS", false, true, true],
    ["SELL", "TAKE_PROFIT", false, true, true],
    ["BUY", "TAKE_PROFIT", true, true, false],
  ] as const)("given a %s %s, so 99.99: %s, 100: %s, 100.01: %s", (side, type, below, at, above) => {
    const pricing = { type, timeInForce: "GTC", triggerPrice: price("100") } as const;
    const so = ["99.99", "100", "100.01"].map((text) => isTriggered(side, pricing, price(text)));
    expect(so).toEqual([below, at, above]);
  });
});
