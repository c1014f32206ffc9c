import { describe, expect, it } from "vitest";
import { runSeed } from "./run-seed.ts";

describe("one seed", () => {
  it("given it twice, so it is the same run, to the last event", async () => {
    const [first, second] = [await runSeed(7), await runSeed(7)];
    expect(second).toEqual(first);
    expect(first.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it("given another, so it is another run", async () => {
    expect((await runSeed(8)).hash).not.toBe((await runSeed(9)).hash);
  });
});
