import { describe, expect, it } from "vitest";
import { deskForTests, orderAfter, pathTo, venueAccount } from "../testing/desk-for-tests.ts";
import { aboutOrder } from "../testing/observer-for-tests.ts";
import { lost } from "../testing/order-fixtures.ts";
import { settle } from "../testing/settle.ts";
import type { Capabilities } from "../venue/capabilities.ts";
import { type PassKind, Reconciler } from "./reconciler.ts";

const never = new AbortController().signal;

/** A venue account at a venue that has nothing, and how often each thing is asked for. */
function setUp(capabilities: Partial<Capabilities> = {}) {
  const asked = { fills: 0, open: 0, pruned: 0 };
  const test = deskForTests({
    capabilities,
    script: {
      async fillsSince() {
        asked.fills += 1;
        return { fills: [], next: "0" };
      },
      async openOrders() {
        asked.open += 1;
        return [];
      },
      lookup: async () => ({ kind: "UNAVAILABLE", error: lost }),
    },
    store: ({ unmatchedFills }) => ({
      unmatchedFills: {
        ...unmatchedFills,
        async prune(...given) {
          asked.pruned += 1;
          return unmatchedFills.prune(...given);
        },
      },
    }),
  });
  const reconciler = new Reconciler(test.desk, test.entry, venueAccount);
  const pass = (kind: PassKind = "POLL", signal = never) => reconciler.pass(kind, signal);
  return { ...test, asked, reconciler, pass };
}

const nothing = {
  ...{ ordersCompared: 0, ordersLookedUp: 0, ordersChanged: 0, fillsRead: 0, fillsApplied: 0, fillsUnmatched: 0 },
  ...{ foreignOrders: [], differences: [] },
};

describe("what a pass asks for", () => {
  it("given no order at the venue, so fills and what is open, at the start and every 30 s", async () => {
    const test = setUp();
    await orderAfter(test);
    expect(await test.pass()).toEqual({ reconciliation: nothing, hasMore: false });
    for (const [ms, count] of [
      [29_999, 1],
      [1, 2],
      [29_999, 2],
      [1, 3],
    ] as const) {
      test.clock.advance(ms);
      await test.pass();
      expect(test.asked).toMatchObject({ fills: count, open: count });
    }
  });

  it("given no order at the venue and a full pass, so both all the same", async () => {
    const test = setUp();
    await test.pass("FULL");
    await test.pass("FULL");
    expect(test.asked).toMatchObject({ fills: 2, open: 2 });
  });

  it("given an order at the venue, so fills and what is open, in each pass", async () => {
    const test = setUp();
    await orderAfter(test, pathTo.CONFIRMING);
    await test.pass();
    await test.pass();
    expect(test.asked).toMatchObject({ fills: 2, open: 2 });
  });

  it("given a venue without bulk queries, so each order that is there, one by one, and none that was never sent", async () => {
    const test = setUp({ bulkQueries: false });
    await orderAfter(test);
    const doubtful = await orderAfter(test, pathTo.IN_DOUBT);
    expect(await test.pass("FULL")).toEqual({
      reconciliation: {
        ...nothing,
        ...{ ordersCompared: 1, ordersLookedUp: 1 },
        differences: [{ orderId: doubtful.orderId, kind: "IN_DOUBT" }],
      },
      hasMore: false,
    });
    expect(test.asked).toMatchObject({ fills: 0, open: 0 });
  });

  it("given that it is to stop, so the question for what is open is dropped", async () => {
    const test = setUp();
    await orderAfter(test, pathTo.CONFIRMING);
    const stop = new AbortController();
    const heard: AbortSignal[] = [];
    test.venue.script.openOrders = (_account, signal) => {
      heard.push(signal);
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("dropped"))));
    };
    const stopped = test.pass("POLL", stop.signal).catch(({ message }) => message);
    await settle();
    stop.abort();
    expect(await stopped).toBe("dropped");
    const late = test.pass().catch(({ code }) => code);
    await settle();
    test.clock.advance(15_000);
    expect([await late, heard.map(({ aborted }) => aborted)]).toEqual(["DEADLINE_EXCEEDED", [true, true]]);
  });
});

describe("what is kept of fills that nobody owns", () => {
  it("is checked against its bounds at the start and every minute, however often it polls", async () => {
    const test = setUp();
    for (const [ms, pruned] of [
      [0, 1],
      [59_999, 1],
      [1, 2],
      [30_000, 2],
      [30_000, 3],
    ] as const) {
      test.clock.advance(ms);
      await test.pass();
      expect(test.asked.pruned).toBe(pruned);
    }
  });
});

describe("the account of a pass", () => {
  it("is of that pass alone", async () => {
    const test = setUp();
    const order = await orderAfter(test, pathTo.IN_DOUBT);
    test.venue.script.openOrders = async () => [aboutOrder(order)];
    expect((await test.pass()).reconciliation).toMatchObject({ ordersCompared: 1, ordersChanged: 1 });
    expect((await test.pass()).reconciliation).toMatchObject({ ordersCompared: 1, ordersChanged: 0 });
    expect(test.reconciler.liveCount).toBe(1);
  });
});
