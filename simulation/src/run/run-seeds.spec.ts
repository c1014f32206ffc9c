import { availableParallelism } from "node:os";
import { beforeAll, describe, expect, it } from "vitest";
import { Crew } from "./crew.ts";
import type { SeedResult } from "./run-seed.ts";
import { runSeeds } from "./run-seeds.ts";
import { type Tally, tally } from "./tally.ts";

const seeds = 300;
/** On a machine that is busy with much else, too. */
const runMsMax = 1_200_000;
/** Rows that need several rare things at once: 2,000 seeds reach them, 300 may not. */
const rareRowsMax = 6;

describe(`${seeds} seeds`, () => {
  let results: readonly SeedResult[] = [];
  let figures: Tally = tally([]);

  beforeAll(async () => {
    const crew = new Crew(Math.min(availableParallelism(), 4));
    try {
      results = await runSeeds(crew, { from: 1, seeds });
    } finally {
      await crew.dismiss();
    }
    figures = tally(results);
  }, runMsMax);

  it("break no invariant", () => {
    const broken = results.filter(({ violation }) => violation !== undefined);
    expect(broken.map(({ seed, violation, history }) => ({ seed, violation, history }))).toEqual([]);
    expect(figures.seeds).toBe(seeds);
  });

  it("each bring at least 200 orders and 50 faults", () => {
    const faultsOf = ({ faults }: SeedResult) => Object.values(faults).reduce((sum, count) => sum + count, 0);
    expect(Math.min(...results.map(({ orders }) => orders))).toBeGreaterThanOrEqual(200);
    expect(Math.min(...results.map(faultsOf))).toBeGreaterThanOrEqual(50);
  });

  it("bring every kind of fault, and nearly every row of the transition table", () => {
    expect(Object.entries(figures.faults).filter(([, count]) => count === 0)).toEqual([]);
    expect(figures.not_reached.length, figures.not_reached.join(", ")).toBeLessThanOrEqual(rareRowsMax);
    expect(figures.wrongly_listed).toEqual([]);
  });

  it("adopt, prove absence, and record late fills", () => {
    const { adopted, proven_absent, late_fills } = figures;
    expect(Math.min(adopted, proven_absent, late_fills)).toBeGreaterThan(100);
  });
});
