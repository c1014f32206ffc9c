import { describe, expect, it } from "vitest";
import { quantity } from "../money/quantity.ts";
import type { VenueFill } from "../order/fill.ts";
import type { Order } from "../order/order.ts";
import { venueOrderId } from "../order/order-id.ts";
import { fenceFor, keyOf, orderAfter, pathTo, stored, type TestDeskOptions } from "../testing/desk-for-tests.ts";
import { aboutOrder, observerOf } from "../testing/observer-for-tests.ts";
import { fillOf, lost } from "../testing/order-fixtures.ts";
import type { VenueScript } from "../testing/scripted-venue.ts";
import { pass, settle } from "../testing/settle.ts";

/** Venues without a stream. */
const polled = (rest: TestDeskOptions = {}): TestDeskOptions => ({ capabilities: { streams: false }, ...rest });
const reported = (order: Order, fill: VenueFill) => ({ submitKey: keyOf(order.orderId, 1), fill });

describe("polling for what is open", () => {
  it("given an order that is not open any more, so it is looked up, and its end recorded", async () => {
    const test = observerOf({}, polled());
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.venue.script.lookup = async () => ({
      kind: "FOUND",
      report: aboutOrder(order, { evidence: { kind: "CANCELLED" }, cumQuantity: quantity("0") }),
    });
    test.observer.start();
    await pass(test.clock, 1_100, 50);
    expect((await stored(test, order)).state).toBe("CANCELLED");
  });

  it("given an end that its fills are missing for, so the end is recorded once they are there", async () => {
    const test = observerOf({}, polled());
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.venue.script.lookup = async () => ({
      kind: "FOUND",
      report: aboutOrder(order, { evidence: { kind: "CANCELLED" }, cumQuantity: quantity("0.4") }),
    });
    test.observer.start();
    await pass(test.clock, 5_000, 50);
    expect((await stored(test, order)).state).toBe("CONFIRMING");
    test.book.fills.push(reported(order, fillOf("F1", "0.4")));
    await pass(test.clock, 1_500, 50);
    expect(await stored(test, order)).toMatchObject({ state: "CANCELLED", cumQuantity: "0.4" });
  });

  it.each(["SUBMITTED", "IN_DOUBT"] as const)(
    "given %s and open at the venue, so it is adopted, without a look-up",
    async (phase) => {
      const test = observerOf({}, polled());
      await fenceFor(test);
      const order = await orderAfter(test, pathTo[phase]);
      test.book.open.push(aboutOrder(order, { venueOrderId: venueOrderId("V9") }));
      test.observer.start();
      await pass(test.clock, 100);
      expect(await stored(test, order)).toMatchObject({ state: "CONFIRMING", attempt: { venueOrderId: "V9" } });
    },
  );

  it("given an order that stays away, so look-ups get rarer: half a second, doubling, up to half a minute", async () => {
    const test = observerOf({ lookup: async () => ({ kind: "UNAVAILABLE", error: lost }) }, polled());
    await orderAfter(test, pathTo.CONFIRMING);
    test.observer.start();
    await pass(test.clock, 120_000, 250);
    expect(test.venue.callsOf("lookup").length).toBeGreaterThanOrEqual(8);
    expect(test.venue.callsOf("lookup").length).toBeLessThanOrEqual(10);
  });

  it("given 150 of them, so at most 100 are asked about in one poll, and the rest within a second", async () => {
    const test = observerOf({ lookup: async () => ({ kind: "UNAVAILABLE", error: lost }) }, polled());
    for (let made = 0; made < 150; made += 1) await orderAfter(test, pathTo.IN_DOUBT);
    // A poll of 100 look-ups takes more turns than one settling gives it.
    const settled = async () => {
      for (let turn = 0; turn < 20; turn += 1) await settle();
    };
    test.observer.start();
    await settled();
    expect(new Set(test.venue.keysOf("lookup")).size).toBe(100);
    for (let turn = 0; turn < 10; turn += 1) {
      await pass(test.clock, 100, 100);
      await settled();
    }
    expect(new Set(test.venue.keysOf("lookup")).size).toBe(150);
  });
});

describe("an order in doubt", () => {
  it("given that it is found, so it is adopted at once", async () => {
    const test = observerOf({}, polled());
    const order = await orderAfter(test, pathTo.IN_DOUBT);
    test.venue.script.lookup = async () => ({
      kind: "FOUND",
      report: aboutOrder(order, { evidence: { kind: "FILLED" }, fills: [fillOf("F1", "1")] }),
    });
    test.observer.start();
    await pass(test.clock, 10);
    expect((await stored(test, order)).state).toBe("FILLED");
  });

  it("given that it is not found, so another attempt is due only after the first one's end", async () => {
    const test = observerOf({}, polled());
    // Valid until 9 s after its request.
    const order = await orderAfter(test, pathTo.IN_DOUBT);
    test.venue.script.lookup = async () => ({ kind: "NOT_FOUND", asOf: test.clock.wall() });
    test.observer.start();
    await pass(test.clock, 9_000, 100);
    expect((await stored(test, order)).state).toBe("IN_DOUBT");
    await pass(test.clock, 10_000, 100);
    expect(await stored(test, order)).toMatchObject({ state: "FAILED", lastError: { code: "ATTEMPT_EXPIRED" } });
  });
});

describe("a SUBMITTED order that is not open at the venue", () => {
  const absent: VenueScript = { lookup: async () => ({ kind: "UNAVAILABLE", error: lost }) };

  it("given the server that sends it holds the lease, so it is left to that server", async () => {
    const test = observerOf(absent, polled());
    const order = await orderAfter(test, pathTo.SUBMITTED);
    test.observer.start();
    for (let second = 0; second < 30; second += 1) {
      await fenceFor(test);
      await pass(test.clock, 1_000, 250);
    }
    expect(test.venue.callsOf("lookup")).toEqual([]);
    expect(await stored(test, order)).toEqual(order);
  });

  it("given that the lease has ended, so it is looked up", async () => {
    const test = observerOf(absent, polled());
    const order = await orderAfter(test, pathTo.SUBMITTED);
    await fenceFor(test);
    test.observer.start();
    await pass(test.clock, 9_500, 250);
    expect(test.venue.callsOf("lookup")).toEqual([]);
    await pass(test.clock, 2_000, 250);
    expect(test.venue.keysOf("lookup")).toContain(keyOf(order.orderId, 1));
  });
});

describe("a venue without bulk queries", () => {
  it("is asked about each order that was sent, and about nothing else", async () => {
    const test = observerOf({}, polled({ capabilities: { streams: false, bulkQueries: false } }));
    const [live, doubtful] = [await orderAfter(test, pathTo.CONFIRMING), await orderAfter(test, pathTo.IN_DOUBT)];
    await orderAfter(test);
    test.venue.script.lookup = async ({ submitKey }) => ({
      kind: "FOUND",
      report: { submitKey, evidence: { kind: "CANCELLED" }, fills: [] },
    });
    test.observer.start();
    await pass(test.clock, 1_100, 50);
    expect((await stored(test, live)).state).toBe("CANCELLED");
    expect((await stored(test, doubtful)).state).toBe("CANCELLED");
    expect(new Set(test.venue.calls.map(({ method }) => method))).toEqual(new Set(["lookup"]));
  });
});
