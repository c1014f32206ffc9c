import { describe, expect, it } from "vitest";
import { orderAfter, pathTo, type TestDeskOptions } from "../testing/desk-for-tests.ts";
import { aboutOrder, observerOf, streamForTests } from "../testing/observer-for-tests.ts";
import type { VenueScript } from "../testing/scripted-venue.ts";
import { pass } from "../testing/settle.ts";

describe("how often an observer polls", () => {
  it.each<readonly [string, VenueScript, TestDeskOptions, number]>([
    ["no stream, so every half second", {}, { capabilities: { streams: false } }, 20],
    ["a stream that stands, so every two seconds", { watch: streamForTests().watch }, {}, 5],
    [
      "a stream that can't be opened, so as without one",
      {
        watch: () => {
          throw new Error("closed");
        },
      },
      {},
      20,
    ],
  ])("given %s", async (_, script, options, polls) => {
    let asked = 0;
    const test = observerOf(
      {
        ...script,
        async openOrders() {
          asked += 1;
          return [...test.book.open];
        },
      },
      options,
    );
    test.book.open.push(aboutOrder(await orderAfter(test, pathTo.CONFIRMING)));
    test.observer.start();
    await pass(test.clock, 20_000, 250);
    const before = asked;
    await pass(test.clock, 10_000, 250);
    expect(asked - before).toBe(polls);
  });

  it("given a venue's limit of 60 requests a minute, so every four seconds, the first minute as the next", async () => {
    const polledAtMs: number[] = [];
    const test = observerOf(
      {
        async openOrders() {
          polledAtMs.push(test.clock.monotonicMs());
          return [...test.book.open];
        },
      },
      { capabilities: { streams: false } },
    );
    const limit = { name: "REQUESTS", requestsMax: 60, windowMs: 60_000 };
    Object.assign(test.entry, { manifest: { ...test.entry.manifest, rateLimits: [limit] } });
    test.book.open.push(aboutOrder(await orderAfter(test, pathTo.CONFIRMING)));
    test.observer.start();
    await pass(test.clock, 60_000, 500);
    const rests = polledAtMs.slice(1).map((atMs, index) => atMs - (polledAtMs[index] ?? 0));
    expect(new Set(rests)).toEqual(new Set([4_000]));
  });

  it("given a poll that fails, so it polls again, and says so", async () => {
    const test = observerOf(
      { openOrders: () => Promise.reject(new Error("away")) },
      { capabilities: { streams: false } },
    );
    await orderAfter(test, pathTo.CONFIRMING);
    test.observer.start();
    await pass(test.clock, 1_250, 250);
    expect(test.complaints).toHaveLength(3);
  });
});
