import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compareFractions,
  difference,
  isWhole,
  product,
  quotient,
  type Rational,
  spelling,
  sum,
  zero,
} from "../testing/rational.ts";
import { compare, decimal, dividedBy, isMultipleOf, minus, parseDecimal, plus, sign, times } from "./decimal.ts";

const runs = { seed: 20_260_101, numRuns: 2_000 };
const scaleMax = 18;

/** Any number with up to 30 digits, up to 18 of them behind the point; many are small or round. */
const numbers: fc.Arbitrary<Rational> = fc
  .record({
    units: fc.oneof(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.bigInt({ min: -20n, max: 20n })),
    scale: fc.integer({ min: 0, max: scaleMax }),
  })
  .map(({ units, scale }) => ({ units, over: 10n ** BigInt(scale) }));

const decimalOf = (value: Rational) => decimal(spelling(value, scaleMax));

describe("decimals, held against exact fractions", () => {
  it("have one spelling each: parsing it gives it back, and so does any longer spelling", () => {
    fc.assert(
      fc.property(numbers, fc.nat({ max: 5 }), (value, zeros) => {
        const text = spelling(value, scaleMax);
        expect(parseDecimal(text)).toBe(text);
        const longer = `${text}${text.includes(".") ? "" : "."}0${"0".repeat(zeros)}`;
        expect(parseDecimal(longer)).toBe(text);
      }),
      runs,
    );
  });

  it("add, subtract and multiply exactly", () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        expect(plus(decimalOf(a), decimalOf(b))).toBe(spelling(sum(a, b), scaleMax));
        expect(minus(decimalOf(a), decimalOf(b))).toBe(spelling(difference(a, b), scaleMax));
        expect(times(decimalOf(a), decimalOf(b))).toBe(spelling(product(a, b), 2 * scaleMax));
      }),
      runs,
    );
  });

  it("are in the same order, and equal only where their spellings are", () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const so = compareFractions(a, b);
        expect(compare(decimalOf(a), decimalOf(b))).toBe(so);
        expect(decimalOf(a) === decimalOf(b)).toBe(so === 0);
        expect(sign(decimalOf(a))).toBe(compareFractions(a, zero));
      }),
      runs,
    );
  });

  it("divide to the nearest spelling that the rounding names", () => {
    const divisions = fc.record({
      a: numbers,
      b: numbers.filter(({ units }) => units !== 0n),
      scale: fc.integer({ min: 0, max: 24 }),
      rounding: fc.constantFrom("down" as const, "halfEven" as const, "up" as const),
    });
    fc.assert(
      fc.property(divisions, ({ a, b, scale, rounding }) => {
        const so = spelling(quotient(a, b), scale, rounding);
        expect(dividedBy(decimalOf(a), decimalOf(b), scale, rounding)).toBe(so);
      }),
      runs,
    );
  });

  it("round ties to even, down towards zero and up away from it, on both sides of zero", () => {
    const ties = fc.record({
      whole: fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
      scale: fc.integer({ min: 0, max: 6 }),
    });
    fc.assert(
      fc.property(ties, ({ whole, scale }) => {
        const over = 10n ** BigInt(scale);
        const size = whole < 0n ? -whole : whole;
        const away = size + 1n;
        const side = whole < 0n ? -1n : 1n;
        const tie = decimalOf({ units: side * (size * 10n + 5n), over: over * 10n });
        const spelt = (units: bigint) => spelling({ units: side * units, over }, scale);
        expect(dividedBy(tie, decimal("1"), scale, "down")).toBe(spelt(size));
        expect(dividedBy(tie, decimal("1"), scale, "up")).toBe(spelt(away));
        expect(dividedBy(tie, decimal("1"), scale, "halfEven")).toBe(spelt(size % 2n === 0n ? size : away));
      }),
      runs,
    );
  });

  it("are multiples of a step where the fraction is whole", () => {
    const cases = fc.record({
      step: numbers.filter(({ units }) => units > 0n),
      times: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
      other: numbers,
    });
    fc.assert(
      fc.property(cases, ({ step, times: count, other }) => {
        const whole = product(step, { units: count, over: 1n });
        expect(isMultipleOf(decimalOf(whole), decimalOf(step))).toBe(true);
        expect(isMultipleOf(decimalOf(other), decimalOf(step))).toBe(isWhole(quotient(other, step)));
      }),
      runs,
    );
  });
});

describe("text that is no plain decimal", () => {
  it("is refused, whatever it is", () => {
    const plain = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
    const texts = fc.oneof(fc.string(), fc.stringMatching(/^[-+0-9.eE,_ ]{1,12}$/), fc.double().map(String));
    fc.assert(
      fc.property(texts, (text) => {
        expect(parseDecimal(text) !== undefined).toBe(plain.test(text));
      }),
      runs,
    );
  });
});
