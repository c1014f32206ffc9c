import { describe, expect, it } from "vitest";
import { medianSeeds } from "./hunt.ts";

const caught = (seeds: number) => ({ plant: "bug", caught: true, seeds });

describe("the median of the runs that catches took", () => {
  it.each([
    ["one", [7], 7],
    ["an odd number", [1, 200, 3], 3],
    ["an even number", [1, 2, 4, 100], 3],
  ])("given %s of them, so it is the middle", (_given, seeds, median) => {
    expect(medianSeeds(seeds.map(caught))).toBe(median);
  });

  it("given those that were not caught, so they don't count", () => {
    expect(medianSeeds([caught(5), { plant: "bug", caught: false, seeds: 400 }])).toBe(5);
    expect(medianSeeds([])).toBeNaN();
  });
});
