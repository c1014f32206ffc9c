import { describe, expect, it } from "vitest";
import { orderAfter, pathTo } from "../testing/desk-for-tests.ts";
import { aboutOrder, observerOf } from "../testing/observer-for-tests.ts";
import { pass } from "../testing/settle.ts";

describe("how soon an observer polls again", () => {
  it.each([
    ["a book of 4,999 orders, so half a second later, however long it took", 4_999, 1_000, 500],
    ["a book of 5,000 orders, so after four times what it took", 5_000, 1_000, 4_000],
    ["a book of 5,000 orders that is compared at once, so half a second later", 5_000, 0, 500],
    ["a book of 5,000 orders that takes very long, so after ten seconds", 5_000, 3_000, 10_000],
  ])("given %s", async (_, count, tookMs, restMs) => {
    const polledAtMs: number[] = [];
    const test = observerOf(
      {
        async openOrders() {
          polledAtMs.push(test.clock.monotonicMs());
          test.clock.advance(tookMs);
          return [...test.book.open];
        },
      },
      { capabilities: { streams: false } },
    );
    test.book.open.push(aboutOrder(await orderAfter(test, pathTo.CONFIRMING)));
    for (let made = 1; made < count; made += 1) await orderAfter(test);
    test.observer.start();
    for (let passedMs = 0; passedMs < 14_000 && polledAtMs.length < 2; passedMs += 500)
      await pass(test.clock, 500, 500);
    const [first = 0, second = 0] = polledAtMs;
    expect(second - first).toBe(tookMs + restMs);
  });
});
