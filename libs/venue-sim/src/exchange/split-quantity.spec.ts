import {
  addQuantity,
  compare,
  decimal,
  isMultipleOf,
  quantity,
  SeededRandom,
  times,
  zeroQuantity,
} from "@surefill/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { listedInstrument } from "../testing/open-exchange.ts";
import { splitQuantity } from "./split-quantity.ts";

const instrument = listedInstrument();

test("the parts of an execution are lots, at most as many as configured, and make up the whole", () => {
  const cases = fc.record({
    lots: fc.integer({ min: 1, max: 1_000_000 }),
    probability: fc.double({ min: 0, max: 1, noNaN: true }),
    partsMax: fc.integer({ min: 2, max: 100 }),
    seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  });
  fc.assert(
    fc.property(cases, ({ lots, probability, partsMax, seed }) => {
      const whole = quantity(times(instrument.lotSize, decimal(String(lots))));
      const parts = splitQuantity(whole, instrument, { probability, partsMax }, new SeededRandom(seed));
      expect(parts.reduce(addQuantity, zeroQuantity)).toBe(whole);
      expect(parts.length).toBeLessThanOrEqual(partsMax);
      for (const part of parts) {
        expect(isMultipleOf(part, instrument.lotSize)).toBe(true);
        expect(compare(part, zeroQuantity)).toBe(1);
      }
    }),
    { seed: 1, numRuns: 500 },
  );
});

test.each([
  // given, when (whole, probability), so
  ["nothing comes in no parts", "0", 1, []],
  ["without chance it comes whole", "0.5", 0, ["0.5"]],
  ["one lot comes whole", "0.00001", 1, ["0.00001"]],
  ["the last part takes what is left", "0.00003", 1, ["0.00001", "0.00002"]],
])("%s", (_given, whole, probability, so) => {
  const parts = splitQuantity(quantity(whole), instrument, { probability, partsMax: 2 }, new SeededRandom(1));
  expect(parts).toEqual(so);
});
