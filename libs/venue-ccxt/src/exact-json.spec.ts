import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exactDecimal } from "./exact-decimal.ts";
import { parseExactJson } from "./exact-json.ts";

describe("numbers in JSON", () => {
  test.each([
    // given, so
    ["0.12345678901234567", "0.12345678901234567"],
    ["9007199254740993", "9007199254740993"],
    ["0.1", 0.1],
    ["1e-7", 1e-7],
    ["42", 42],
    ["100.50", 100.5],
  ])("given %s, so it comes with all its digits", (source, so) => {
    expect(parseExactJson(`{"price":${source}}`)).toEqual({ price: so });
  });

  test.each(["", "<html>", '{"a":1', "null", '"text"', "12"])("given %j, so it is nothing", (text) => {
    expect(parseExactJson(text)).toBeUndefined();
  });
});

describe("decimals with exponents", () => {
  test.each([
    ["1e-7", "0.0000001"],
    ["1.5e3", "1500"],
    ["-2.50E+1", "-25"],
    ["12.345e1", "123.45"],
    ["12.345e-4", "0.0012345"],
    ["0e5", "0"],
    ["5", "5"],
  ])("given %s, so %s", (text, so) => {
    expect(exactDecimal(text)).toBe(so);
  });

  test.each(["", "e5", "1e", "NaN", "Infinity", "1e9999", "0x10", "1 "])("given %j, so none", (text) => {
    expect(exactDecimal(text)).toBeUndefined();
  });

  test("given any double, so its spelling is read to the same number", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: 1e-20, max: 1e20 }), (value) => {
        expect(Number(exactDecimal(String(value)))).toBe(value);
      }),
    );
  });
});
