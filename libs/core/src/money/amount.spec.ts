import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { product, quotient, type Rational, rational, spelling, sum, zero } from "../testing/rational.ts";
import { addAmount, amount, averagePrice, notional, zeroAmount } from "./amount.ts";
import { price } from "./price.ts";
import { addQuantity, quantity, zeroQuantity } from "./quantity.ts";

describe("amounts", () => {
  it("may be negative, for a rebate flows the other way", () => {
    expect(addAmount(amount("1.5"), amount("-2"))).toBe("-0.5");
  });

  it("are exact as price times quantity", () => {
    expect(notional(price("50000.01"), quantity("0.00001"))).toBe("0.5000001");
    expect(notional(price("0.000000000000000001"), quantity("0.000000000000000001"))).toBe(
      "0.000000000000000000000000000000000001",
    );
  });
});

describe("the average price", () => {
  it.each([
    // value of all fills, quantity of all fills, so
    ["0", "0", undefined],
    ["0", "1", undefined],
    ["50000", "1", "50000"],
    ["20000", "0.4", "50000"],
    ["1", "3", "0.333333333333333333"],
    ["2", "3", "0.666666666666666667"],
    // Ties at the nineteenth decimal go to the even one.
    ["0.0000000000000000025", "1", "0.000000000000000002"],
    ["0.0000000000000000035", "1", "0.000000000000000004"],
  ])("given %s for %s, so %s", (value, cum, so) => {
    expect(averagePrice(amount(value), quantity(cum))).toBe(so);
  });

  it("is Σ price × quantity / Σ quantity, half-even at 18 decimals", () => {
    const positive = (over: bigint): fc.Arbitrary<Rational> =>
      fc.bigInt({ min: 1n, max: 10n ** 12n }).map((units) => ({ units, over }));
    const fills = fc.array(fc.tuple(positive(100n), positive(10n ** 8n)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fills, (all) => {
        const prices = all.map(([paid, size]) => ({
          paid: price(spelling(paid, 2)),
          size: quantity(spelling(size, 8)),
        }));
        const value = prices.map(({ paid, size }) => notional(paid, size)).reduce(addAmount, zeroAmount);
        const cum = prices.map(({ size }) => size).reduce(addQuantity, zeroQuantity);
        const exactValue = all.map(([paid, size]) => product(paid, size)).reduce(sum, zero);
        const exactCum = all.map(([, size]) => size).reduce(sum, zero);
        expect(averagePrice(value, cum)).toBe(spelling(quotient(exactValue, exactCum), 18, "halfEven"));
        expect(rational(value)).toEqual(rational(spelling(exactValue, 10)));
      }),
      { seed: 20_260_101, numRuns: 1_000 },
    );
  });
});
