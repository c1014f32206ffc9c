import { describe, expect, it } from "vitest";
import { SeededRandom } from "./seeded-random.ts";

function units(seed: number, count: number): readonly number[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () => random.unit());
}

describe("seeded randomness", () => {
  it("is the same for one seed, and another for another", () => {
    expect(units(42, 100)).toEqual(units(42, 100));
    expect(units(42, 100)).not.toEqual(units(43, 100));
  });

  it("is the published mulberry32", () => {
    // The first numbers of the reference implementation for seed 0.
    expect(units(0, 3)).toEqual([0.26642920868471265, 0.0003297457005828619, 0.2232720274478197]);
  });

  it("stays in [0, 1), spread evenly", () => {
    const all = units(1, 100_000);
    expect(Math.min(...all)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...all)).toBeLessThan(1);
    const tenths = Array.from(
      { length: 10 },
      (_, tenth) => all.filter((unit) => Math.floor(unit * 10) === tenth).length,
    );
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  it("gives as many bytes as asked for, of every value", () => {
    expect(new SeededRandom(1).bytes(0)).toEqual(new Uint8Array());
    const bytes = new SeededRandom(1).bytes(20_000);
    expect(bytes).toHaveLength(20_000);
    expect(new Set(bytes).size).toBe(256);
  });

  it.each([-1, 2 ** 32, 2 ** 32 + 7, 1.5])("takes any number as a seed: %d", (seed) => {
    const all = units(seed, 10);
    expect(new Set(all).size).toBe(10);
  });
});
