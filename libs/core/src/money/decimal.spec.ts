import { describe, expect, it } from "vitest";
import { compare, decimal, dividedBy, isMultipleOf, minus, parseDecimal, plus, sign, times } from "./decimal.ts";

const hundred = "1".repeat(100);

describe("what is a decimal", () => {
  it.each([
    ["0", "0"],
    ["-0", "0"],
    ["-0.000", "0"],
    ["0.0", "0"],
    ["7", "7"],
    ["-7", "-7"],
    ["1.0", "1"],
    ["1.50", "1.5"],
    ["100", "100"],
    ["0.000000000000000001", "0.000000000000000001"],
    ["-0.10", "-0.1"],
    // Where libraries turn to exponents.
    ["1000000000000000000000", "1000000000000000000000"],
    ["0.0000001", "0.0000001"],
    // What a double can't hold.
    ["9007199254740993", "9007199254740993"],
    ["0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"],
    [hundred, hundred],
    [`-${"9".repeat(40)}.${"9".repeat(40)}`, `-${"9".repeat(40)}.${"9".repeat(40)}`],
  ])("given %s, so %s", (text, so) => {
    expect(parseDecimal(text)).toBe(so);
    expect(decimal(text)).toBe(so);
  });

  it.each([
    ["nothing", ""],
    ["not a number", "NaN"],
    ["infinity", "Infinity"],
    ["minus infinity", "-Infinity"],
    ["an exponent", "1e5"],
    ["a large exponent", "1E5"],
    ["a negative exponent", "1e-5"],
    ["thousands", "1,000"],
    ["a decimal comma", "1,5"],
    ["an underscore", "1_000"],
    ["a space before", " 1"],
    ["a space behind", "1 "],
    ["a line end", "1\n"],
    ["a line end before", "\n1"],
    ["NUL", "1\0"],
    ["a plus", "+1"],
    ["two signs", "--1"],
    ["a minus alone", "-"],
    ["a minus behind", "1-"],
    ["a leading zero", "01"],
    ["leading zeros", "00"],
    ["a negative leading zero", "-01"],
    ["no digit before the point", ".5"],
    ["no digit behind the point", "1."],
    ["a point", "."],
    ["two points", "1.2.3"],
    ["hexadecimal", "0x10"],
    ["binary", "0b1"],
    ["a bigint literal", "1n"],
    ["a fraction", "1/2"],
    ["a percentage", "1%"],
    ["a currency", "$1"],
    ["words", "one"],
    ["null", "null"],
    ["undefined", "undefined"],
    ["Arabic digits", "١٢"],
    ["full-width digits", "１２"],
    ["a minus sign that is not a hyphen", "−1"],
    ["101 digits", `${hundred}1`],
    ["a million digits", "1".repeat(1_000_000)],
  ])("given %s, so it is none", (_what, text) => {
    expect(parseDecimal(text)).toBeUndefined();
    expect(() => decimal(text)).toThrow(RangeError);
  });

  it("says which text it was, and not all of a long one", () => {
    expect(() => decimal("1e5")).toThrow('not a decimal: "1e5"');
    expect(() => decimal("x".repeat(5_000))).toThrow(/^not a decimal: "x{100}"$/);
  });
});

describe("arithmetic", () => {
  it.each([
    ["0.1", "0.2", "0.3", "-0.1", "0.02"],
    ["1", "-1", "0", "2", "-1"],
    ["0", "-5", "-5", "5", "0"],
    ["99999999999999999999.99", "0.01", "100000000000000000000", "99999999999999999999.98", "999999999999999999.9999"],
    [
      "-0.000000000000000001",
      "0.000000000000000001",
      "0",
      "-0.000000000000000002",
      "-0.000000000000000000000000000000000001",
    ],
  ])("given %s and %s, so the sum %s, the difference %s, the product %s", (a, b, total, rest, area) => {
    expect(plus(decimal(a), decimal(b))).toBe(total);
    expect(minus(decimal(a), decimal(b))).toBe(rest);
    expect(times(decimal(a), decimal(b))).toBe(area);
  });

  it.each([
    // a, b, scale, down, halfEven, up
    ["1", "3", 4, "0.3333", "0.3333", "0.3334"],
    ["2", "3", 4, "0.6666", "0.6667", "0.6667"],
    ["-1", "3", 4, "-0.3333", "-0.3333", "-0.3334"],
    ["-2", "3", 4, "-0.6666", "-0.6667", "-0.6667"],
    ["1", "2", 0, "0", "0", "1"],
    ["3", "2", 0, "1", "2", "2"],
    ["5", "2", 0, "2", "2", "3"],
    ["7", "2", 0, "3", "4", "4"],
    ["-1", "2", 0, "0", "0", "-1"],
    ["-3", "2", 0, "-1", "-2", "-2"],
    ["-5", "2", 0, "-2", "-2", "-3"],
    ["5", "-2", 0, "-2", "-2", "-3"],
    ["-5", "-2", 0, "2", "2", "3"],
    ["0.25", "1", 1, "0.2", "0.2", "0.3"],
    ["0.35", "1", 1, "0.3", "0.4", "0.4"],
    ["0.2500000000000000000000000001", "1", 1, "0.2", "0.3", "0.3"],
    ["0.05", "1", 1, "0", "0", "0.1"],
    ["0.15", "1", 1, "0.1", "0.2", "0.2"],
    ["0.0001", "1", 1, "0", "0", "0.1"],
    ["9.99", "1", 1, "9.9", "10", "10"],
    ["0", "7", 4, "0", "0", "0"],
    ["6", "2", 4, "3", "3", "3"],
    ["1", "0.000000000000000003", 2, "333333333333333333.33", "333333333333333333.33", "333333333333333333.34"],
  ] as const)("given %s / %s at scale %i, so down %s, half even %s, up %s", (a, b, scale, down, halfEven, up) => {
    expect(dividedBy(decimal(a), decimal(b), scale, "down")).toBe(down);
    expect(dividedBy(decimal(a), decimal(b), scale, "halfEven")).toBe(halfEven);
    expect(dividedBy(decimal(a), decimal(b), scale, "up")).toBe(up);
  });

  it.each(["0", "1", "-1"])("given %s / 0, so it throws", (a) => {
    expect(() => dividedBy(decimal(a), decimal("0"), 2, "down")).toThrow(new RangeError("division by zero"));
  });
});

describe("order", () => {
  it.each([
    ["1", "2", -1],
    ["2", "10", -1],
    ["-2", "-10", 1],
    ["1", "1", 0],
    ["-1", "1", -1],
    ["0", "-0.0", 0],
    ["0.1", "0.09999999999999999999", 1],
    ["100000000000000000000000000001", "100000000000000000000000000000", 1],
  ])("given %s and %s, so %i", (a, b, so) => {
    expect(compare(decimal(a), decimal(b))).toBe(so);
    expect(compare(decimal(b), decimal(a))).toBe(so === 0 ? 0 : -so);
  });

  it.each([
    ["0", 0],
    ["-0.00", 0],
    ["0.000000000000000001", 1],
    ["-0.000000000000000001", -1],
  ])("given %s, so its sign is %i", (text, so) => {
    expect(sign(decimal(text))).toBe(so);
  });
});

describe("multiples", () => {
  it.each([
    ["0.3", "0.1", true],
    ["0.35", "0.1", false],
    ["1", "0.00001", true],
    ["1.000005", "0.00001", false],
    ["0", "0.1", true],
    ["-0.3", "0.1", true],
    ["-0.35", "0.1", false],
    ["0.05", "0.1", false],
    ["123456789012345678.000000000000000001", "0.000000000000000001", true],
    ["10", "3", false],
    ["12", "3", true],
    // A step of 0 stands for "any".
    ["0.123456789", "0", true],
  ])("given %s and steps of %s, so %s", (value, step, so) => {
    expect(isMultipleOf(decimal(value), decimal(step))).toBe(so);
  });
});
