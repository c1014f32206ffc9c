import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compareFractions,
  difference,
  product,
  quotient,
  type Rational,
  rational,
  spelling,
} from "../testing/rational.ts";
import { price } from "./price.ts";
import { exceedsSlippage, slippageCostBps } from "./slippage.ts";

describe("the cost of slippage, in basis points", () => {
  it.each([
    // side, expected, paid, cost, more than 50 bps?
    ["BUY", "50000", "50000", "0", false],
    ["BUY", "50000", "50150", "30", false],
    ["BUY", "50000", "50250", "50", false],
    ["BUY", "50000", "50250.000001", "50", true],
    ["BUY", "50000", "50250.01", "50.002", true],
    ["BUY", "50000", "50500", "100", true],
    ["BUY", "50000", "49500", "-100", false],
    ["SELL", "50000", "50000", "0", false],
    ["SELL", "50000", "49850", "30", false],
    ["SELL", "50000", "49750", "50", false],
    ["SELL", "50000", "49749.999999", "50", true],
    ["SELL", "50000", "49749.99", "50.002", true],
    ["SELL", "50000", "49500", "100", true],
    ["SELL", "50000", "50500", "-100", false],
    // Not exact: half-even at 4 decimals.
    ["BUY", "3", "3.01", "33.3333", false],
    ["BUY", "3", "3.02", "66.6667", true],
    ["SELL", "3", "3.02", "-66.6667", false],
    // A price ten times as high, and next to nothing.
    ["BUY", "1", "10", "90000", true],
    ["SELL", "1", "0.000000000000000001", "10000", true],
  ] as const)("given a %s expected at %s, when paid %s, so %s; alert: %s", (side, expected, paid, cost, alert) => {
    expect(slippageCostBps(side, price(paid), price(expected))).toBe(cost);
    expect(exceedsSlippage(side, price(paid), price(expected), 50)).toBe(alert);
  });

  it.each([
    ["BUY", "100", "100", false],
    ["BUY", "100", "100.000000000000000001", true],
    ["SELL", "100", "99.999999999999999999", true],
    ["SELL", "100", "101", false],
  ] as const)("given a limit of 0 and a %s expected at %s, when paid %s, so beyond: %s", (side, expected, paid, so) => {
    expect(exceedsSlippage(side, price(paid), price(expected), 0)).toBe(so);
  });

  it("is side × (paid − expected) / expected × 10,000, and beyond a limit only where it is more, unrounded", () => {
    const positive: fc.Arbitrary<Rational> = fc
      .bigInt({ min: 1n, max: 10n ** 12n })
      .map((units) => ({ units, over: 10n ** 6n }));
    const cases = fc.record({
      side: fc.constantFrom("BUY" as const, "SELL" as const),
      expected: positive,
      paid: positive,
      limitBps: fc.integer({ min: 0, max: 10_000 }),
    });
    fc.assert(
      fc.property(cases, ({ side, expected, paid, limitBps }) => {
        const sign = rational(side === "BUY" ? "10000" : "-10000");
        const bps = product(quotient(difference(paid, expected), expected), sign);
        const [paidPrice, expectedPrice] = [price(spelling(paid, 6)), price(spelling(expected, 6))];
        expect(slippageCostBps(side, paidPrice, expectedPrice)).toBe(spelling(bps, 4, "halfEven"));
        const beyond = compareFractions(bps, rational(String(limitBps))) > 0;
        expect(exceedsSlippage(side, paidPrice, expectedPrice, limitBps)).toBe(beyond);
      }),
      { seed: 20_260_101, numRuns: 2_000 },
    );
  });
});
