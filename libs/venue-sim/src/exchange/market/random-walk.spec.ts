import { compare, decimal, isMultipleOf, price } from "@surefill/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { listedInstrument } from "../../testing/open-exchange.ts";
import { RandomWalk, type WalkSettings } from "./random-walk.ts";

const instrument = listedInstrument();

function rows(settings: Partial<WalkSettings>, count: number) {
  const walk = new RandomWalk(instrument, {
    ...{ seed: 1, startPrice: price("10000"), volatilityBps: 5, spreadBps: 2 },
    ...settings,
  });
  return Array.from({ length: count }, (_, number) => walk.row(number));
}

describe("a random walk", () => {
  test("starts at its start, half the spread to either side", () => {
    expect(rows({ spreadBps: 4 }, 1)).toEqual([{ number: 0, bid: "9998", ask: "10002" }]);
  });

  test("the same seed walks the same way, another another", () => {
    expect(rows({ seed: 7 }, 100)).toEqual(rows({ seed: 7 }, 100));
    expect(rows({ seed: 7 }, 100)).not.toEqual(rows({ seed: 8 }, 100));
  });

  test("a restart walks on to where it was, whatever rows nobody asked for", () => {
    const walk = new RandomWalk(instrument, { seed: 1, startPrice: price("10000"), volatilityBps: 5, spreadBps: 2 });
    expect(walk.row(99)).toEqual(rows({}, 100).at(-1));
    expect(() => walk.row(98)).toThrow(RangeError);
  });

  test("however wild, it turns back at a tenth and at tenfold of its start", () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      for (const { bid, ask } of rows({ seed, volatilityBps: 1_000, spreadBps: 0 }, 3_000)) {
        expect(compare(bid, decimal("1000"))).toBeGreaterThanOrEqual(0);
        expect(compare(ask, decimal("100000"))).toBeLessThanOrEqual(0);
      }
    }
  });

  test("prices stand on ticks, bid at most ask", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.integer({ min: 0, max: 1_000 }),
        (seed, volatilityBps) => {
          for (const { bid, ask } of rows({ seed, volatilityBps, spreadBps: 0 }, 200)) {
            for (const side of [bid, ask]) expect(isMultipleOf(side, instrument.tickSize)).toBe(true);
            expect(compare(bid, ask)).toBeLessThanOrEqual(0);
            expect(compare(bid, decimal("1000"))).toBeGreaterThanOrEqual(0);
          }
        },
      ),
      { seed: 1, numRuns: 50 },
    );
  });
});
