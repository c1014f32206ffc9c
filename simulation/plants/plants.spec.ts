import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runSeed } from "../src/run/run-seed.ts";
import { plants } from "./index.ts";

/** Most are caught within a few, retry-after-evidence at the 108th; the command hunts for longer. */
const seedsMax = 200;
/** On a machine that is busy with much else, too. */
const huntMsMax = 900_000;

describe("planted bugs", () => {
  it("given the folder, so each file is one bug, named like it", () => {
    const files = readdirSync(import.meta.dirname).filter((file) => !/^index\.ts$|\.spec\.ts$/.test(file));
    expect(plants.map(({ name }) => `${name}.ts`).sort()).toEqual(files.sort());
  });

  it.each(plants)("given the page, so $name stands there with what it is", ({ name, doc }) => {
    const page = readFileSync(join(import.meta.dirname, "../../docs/reliability.md"), "utf8");
    expect(page).toContain(`| ${name} | ${doc} |`);
  });

  it.each(plants)(
    "given $name, so the invariant that it breaks is found broken",
    async (plant) => {
      for (let seed = 1; seed <= seedsMax; seed += 1) {
        const { violation } = await runSeed(seed, plant);
        if (violation !== undefined && plant.breaks.includes(violation.invariant)) return;
      }
      expect.unreachable(`${plant.name} was not caught in ${seedsMax} runs`);
    },
    huntMsMax,
  );
});
