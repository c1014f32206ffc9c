import { resolve } from "node:path";
import { conformance as sim } from "@surefill/venue-sim/conformance";
import { runConformance, summaryOf } from "@surefill/venue-testkit";
import { describe, expect, it } from "vitest";
import { loadConformance } from "./load-conformance.ts";
import { conformanceOptions } from "./options.ts";

const root = resolve(import.meta.dirname, "../..");

describe("a run of the cards", () => {
  it("given a stand that can't do something, so the card that needs it is skipped with the stand's reason", async () => {
    const limited = { ...sim, limits: { outage: "it never goes away" } };
    const summary = summaryOf(await runConformance(limited, { only: ["V-617", "V-618"] }));
    expect(summary).toMatchObject({ venue: "sim", passed: 1, failed: 0, skipped: 1 });
    expect(summary.skips).toMatchObject([{ card: "V-618", reason: "the stand has no outage: it never goes away" }]);
  });

  it("given a claim that is not made and can't be tried, so its card is skipped, and says which claim", async () => {
    const { plugin } = sim;
    const capabilities = { ...plugin.manifest.capabilities, cancelAll: false };
    const without = { ...sim, plugin: { ...plugin, manifest: { ...plugin.manifest, capabilities } } };
    const { skips } = summaryOf(await runConformance(without, { only: ["V-904"] }));
    expect(skips).toMatchObject([{ card: "V-904", reason: "cancelAll is not claimed" }]);
  });

  it("given a stand that does not open, so each card fails and says so", async () => {
    const closed = { ...sim, openStand: () => Promise.reject(new Error("the port is taken")) };
    const { failures } = summaryOf(await runConformance(closed, { only: ["V-101"] }));
    expect(failures).toMatchObject([
      { card: "V-101", happened: "thrown: Error: the port is taken", page: "docs/venue-cards.md#v-101" },
    ]);
  });

  it("given cards that run at the same time, so they are told in their own order", async () => {
    const told: number[] = [];
    const onResult = (_result: unknown, done: number) => told.push(done);
    const { results } = await runConformance(sim, { only: ["V-101", "V-102", "V-105"], concurrency: 3, onResult });
    expect(results.map(({ card }) => card.id)).toEqual(["V-101", "V-102", "V-105"]);
    expect(told).toEqual([1, 2, 3]);
  });
});

describe("what is tried", () => {
  it.each(["sim", "./libs/venue-sim", "@surefill/venue-sim"])("given %s, so the paper venue", async (venue) => {
    expect((await loadConformance(venue, root)).plugin.manifest.name).toBe("sim");
  });

  it.each([
    ["nosuch", "nosuch is no library here"],
    ["./libs/core", 'exports no "./conformance"'],
  ])("given %s, so it says that %s", async (venue, text) => {
    await expect(loadConformance(venue, root)).rejects.toThrow(text);
  });
});

describe("the command's options", () => {
  it.each([
    [[], "give one venue"],
    [["sim", "okx"], "give one venue"],
    [["sim", "--only", "V-101,V-1"], "there is no such card"],
    [["sim", "--concurrency", "0"], "give 1 to 32"],
  ])("given %j, so it is refused", (argv, text) => {
    expect(() => conformanceOptions(argv)).toThrow(text);
  });

  it("given a venue and two cards, so these", () => {
    const options = { venue: "sim", json: true, concurrency: 4, only: ["V-101", "V-102"] };
    expect(conformanceOptions(["sim", "--json", "--only", "V-101,V-102"])).toEqual(options);
  });
});
