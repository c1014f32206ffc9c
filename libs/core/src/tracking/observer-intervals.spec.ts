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
