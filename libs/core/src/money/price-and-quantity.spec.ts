import { describe, expect, it } from "vitest";
import { decimal } from "./decimal.ts";
import { parsePrice, price } from "./price.ts";
import { addQuantity, parseQuantity, quantity, remainingQuantity } from "./quantity.ts";
import { addSignedQuantity, signedBySide, signedQuantity, subtractFromSignedQuantity } from "./signed-quantity.ts";

describe("what is a price", () => {
  it.each(["0.000000000000000001", "1", "50000.10"])("given %s, so it is one", (text) => {
    expect(parsePrice(text)).toBe(decimal(text));
    expect(price(text)).toBe(decimal(text));
  });

  it.each(["0", "0.00", "-0", "-1", "-0.000000000000000001", "NaN", "Infinity", "1e5", "", "1,000"])(
    "given %s, so it is none",
    (text) => {
      expect(parsePrice(text)).toBeUndefined();
      expect(() => price(text)).toThrow(RangeError);
    },
  );
});

describe("what is a quantity", () => {
  // 0 is one: a filled order has 0 left. That an order can't be for 0 is the decoder's rule.
  it.each(["0", "-0", "0.000000000000000001", "1.50"])("given %s, so it is one", (text) => {
    expect(parseQuantity(text)).toBe(decimal(text));
    expect(quantity(text)).toBe(decimal(text));
  });

  it.each(["-1", "-0.000000000000000001", "NaN", "Infinity", "1e5", "", "+1", " 1"])(
    "given %s, so it is none",
    (text) => {
      expect(parseQuantity(text)).toBeUndefined();
      expect(() => quantity(text)).toThrow(RangeError);
    },
  );
});

describe("what remains", () => {
  it.each([
    ["1", "0", "1"],
    ["1", "0.4", "0.6"],
    ["1", "1", "0"],
    ["1", "1.000000000000000001", "0"],
    ["0", "5", "0"],
    ["10", "9", "1"],
  ])("given %s, when %s is taken, so %s", (whole, part, so) => {
    expect(remainingQuantity(quantity(whole), quantity(part))).toBe(so);
  });

  it("is the inverse of adding", () => {
    const [a, b] = [quantity("0.1"), quantity("0.2")];
    expect(remainingQuantity(addQuantity(a, b), b)).toBe(a);
  });
});

describe("signed quantities", () => {
  it.each([
    ["BUY", "0.4", "0.4"],
    ["SELL", "0.4", "-0.4"],
    ["BUY", "0", "0"],
    ["SELL", "0", "0"],
  ] as const)("given a %s of %s, so %s", (side, size, so) => {
    expect(signedBySide(side, quantity(size))).toBe(so);
  });

  it("add and subtract through zero", () => {
    expect(addSignedQuantity(signedQuantity("-0.4"), decimal("0.5"))).toBe("0.1");
    expect(subtractFromSignedQuantity(signedQuantity("0.4"), decimal("0.4"))).toBe("0");
    expect(subtractFromSignedQuantity(signedQuantity("0.4"), decimal("0.5"))).toBe("-0.1");
  });
});
