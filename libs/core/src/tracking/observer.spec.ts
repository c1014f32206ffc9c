import { describe, expect, it } from "vitest";
import { SurefillError } from "../error/surefill-error.ts";
import { quantity } from "../money/quantity.ts";
import type { VenueFill } from "../order/fill.ts";
import type { Order } from "../order/order.ts";
import { venueOrderId } from "../order/order-id.ts";
import { keyOf, orderAfter, pathTo, stored, type TestDeskOptions } from "../testing/desk-for-tests.ts";
import { aboutOrder, observerOf } from "../testing/observer-for-tests.ts";
import { fillOf } from "../testing/order-fixtures.ts";
import { pass, settle } from "../testing/settle.ts";
import { addMs } from "../time/wall-time.ts";

/** Venues without a stream. */
const polled = (rest: TestDeskOptions = {}): TestDeskOptions => ({ capabilities: { streams: false }, ...rest });
const reported = (order: Order, fill: VenueFill) => ({ submitKey: keyOf(order.orderId, 1), fill });
const ofOrder = (order: Order, fill: VenueFill): VenueFill => ({ ...fill, venueOrderId: venueOrderId(order.orderId) });

describe("polling for fills", () => {
  it("given a fill, so it is recorded within half a second", async () => {
    const test = observerOf({}, polled());
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(order));
    test.observer.start();
    await pass(test.clock, 1_000, 50);
    test.book.fills.push(reported(order, fillOf("F1", "0.4")));
    await pass(test.clock, 500, 50);
    expect(await stored(test, order)).toMatchObject({ state: "PARTIALLY_FILLED", cumQuantity: "0.4" });
    expect(test.venue.callsOf("lookup")).toEqual([]);
  });

  it("given several orders' fills, so each order gets its own", async () => {
    const test = observerOf({}, polled());
    const orders = [await orderAfter(test, pathTo.CONFIRMING), await orderAfter(test, pathTo.CONFIRMING)];
    for (const [index, order] of orders.entries()) {
      test.book.fills.push(reported(order, ofOrder(order, fillOf("F1", index === 0 ? "1" : "0.4"))));
      test.book.open.push(aboutOrder(order));
    }
    test.observer.start();
    await pass(test.clock, 100);
    const states = await Promise.all(orders.map(async (order) => (await stored(test, order)).state));
    expect(states).toEqual(["FILLED", "PARTIALLY_FILLED"]);
  });

  it("begins a minute before the oldest live attempt, for the venue's clock may be behind, and goes on from its cursor", async () => {
    const test = observerOf({}, polled());
    const older = await orderAfter(test, pathTo.CONFIRMING);
    const preparedAt = test.clock.wall();
    test.clock.advance(5_000);
    const younger = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(older), aboutOrder(younger));
    test.book.fills.push(reported(younger, fillOf("F1", "0.4")));
    test.observer.start();
    await pass(test.clock, 1_000, 50);
    const from = test.venue.callsOf("fillsSince").map(([, after]) => after);
    expect(from[0]).toBe(addMs(preparedAt, -60_000));
    expect(new Set(from.slice(1))).toEqual(new Set(["1"]));
  });

  it("given more than a page of 500, so all of them in one poll", async () => {
    const test = observerOf({}, polled());
    const order = await orderAfter(test, pathTo.CONFIRMING, {
      size: { in: "BASE", quantity: quantity("100") },
    });
    test.book.open.push(aboutOrder(order));
    for (let n = 0; n < 1_200; n += 1) test.book.fills.push(reported(order, fillOf(`F${n}`, "0.01")));
    test.observer.start();
    for (let turn = 0; turn < 30; turn += 1) await settle();
    expect((await stored(test, order)).cumQuantity).toBe("12");
    expect(
      test.venue
        .callsOf("fillsSince")
        .map(([, after]) => after)
        .slice(1),
    ).toEqual(["500", "1000"]);
  });

  it("given a fill that can't be stored, so it is asked for again until it is, and then no more", async () => {
    let failures = 3;
    const test = observerOf(
      {},
      polled({
        store: ({ orders }) => ({
          orders: {
            ...orders,
            async commit(change) {
              if (change.fills.length > 0 && failures > 0) {
                failures -= 1;
                throw new SurefillError("STORE_UNAVAILABLE", "away");
              }
              return orders.commit(change);
            },
          },
        }),
      }),
    );
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(order));
    test.book.fills.push(reported(order, fillOf("F1", "0.4")));
    test.observer.start();
    await pass(test.clock, 1_400, 50);
    expect((await stored(test, order)).cumQuantity).toBe("0");
    await pass(test.clock, 200, 50);
    expect((await stored(test, order)).cumQuantity).toBe("0.4");
    await pass(test.clock, 1_000, 50);
    const from = test.venue.callsOf("fillsSince").map(([, after]) => typeof after);
    expect(from.slice(0, 6)).toEqual(["number", "number", "number", "number", "string", "string"]);
  });

  it("given the fill of an order that is none of ours, so it is passed over", async () => {
    const test = observerOf({}, polled());
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(order));
    test.book.fills.push({ submitKey: keyOf("somebody else's", 1), fill: fillOf("F0", "7") });
    test.book.fills.push(reported(order, fillOf("F1", "0.4")));
    test.observer.start();
    await pass(test.clock, 100);
    expect((await stored(test, order)).cumQuantity).toBe("0.4");
    expect(test.venue.callsOf("fillsSince")).toHaveLength(1);
  });

  it("given a fill after the order's end, so it is recorded with its alert while another order is live", async () => {
    const test = observerOf({}, polled());
    const ended = await orderAfter(test, [...pathTo.CONFIRMING, { type: "CANCELLED" }]);
    const live = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(live));
    test.book.fills.push(reported(ended, fillOf("F1", "0.4")));
    test.observer.start();
    await pass(test.clock, 100);
    expect(await stored(test, ended)).toMatchObject({ state: "CANCELLED", cumQuantity: "0.4" });
    const types = (await test.store.events.ofOrder(ended.orderId, 10)).map(({ type }) => type);
    expect(types).toContain("order.late_fill");
  });

  it("given no live order, so the venue is asked for late fills and what is open, and seldom", async () => {
    const test = observerOf({}, polled());
    await orderAfter(test, pathTo.FILLED);
    test.observer.start();
    await pass(test.clock, 10_000, 250);
    expect(test.venue.calls.map(({ method }) => method)).toEqual(["fillsSince", "openOrders"]);
  });

  it("given no live order, and one that was refused and turns up open, so it is found to be cancelled", async () => {
    const test = observerOf({}, polled());
    test.observer.start();
    const order = await orderAfter(test, pathTo.REJECTED);
    await pass(test.clock, 1_000, 250);
    test.book.open.push(aboutOrder(order));
    await pass(test.clock, 31_000, 1_000);
    expect(await stored(test, order)).toMatchObject({ state: "REJECTED", surplusAttempts: [{}] });
  });

  it("given orders that were never sent, so the venue is not asked about them", async () => {
    const test = observerOf({}, polled());
    await orderAfter(test);
    test.observer.start();
    await pass(test.clock, 10_000, 250);
    expect(test.venue.callsOf("lookup")).toEqual([]);
  });

  it("given an order that was refused before it was seen alive, and filled all the same, so the fill is found", async () => {
    const test = observerOf({}, polled());
    test.observer.start();
    await pass(test.clock, 1_000, 250);
    const order = await orderAfter(test, pathTo.REJECTED);
    test.book.fills.push(reported(order, fillOf("F1", "0.4")));
    await pass(test.clock, 60_000, 1_000);
    expect(await stored(test, order)).toMatchObject({ state: "REJECTED", cumQuantity: "0.4" });
  });
});

describe("a venue that fails", () => {
  it("given a query that throws, so the next poll goes on", async () => {
    let failures = 3;
    const test = observerOf({}, polled());
    const { fillsSince } = test.venue.script;
    test.venue.script.fillsSince = async (...query) => {
      failures -= 1;
      if (failures >= 0 || fillsSince === undefined) throw new SurefillError("VENUE_UNREACHABLE", "refused");
      return fillsSince(...query);
    };
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(order));
    test.book.fills.push(reported(order, fillOf("F1", "0.4")));
    test.observer.start();
    await pass(test.clock, 1_400, 50);
    expect((await stored(test, order)).cumQuantity).toBe("0");
    await pass(test.clock, 200, 50);
    expect((await stored(test, order)).cumQuantity).toBe("0.4");
  });

  it("given a query that hangs and ignores its signal, so the poll is given up after 15 s and the next one goes on", async () => {
    const hanging = new Promise<never>(() => undefined);
    let hangs = true;
    const test = observerOf({}, polled());
    const { fillsSince } = test.venue.script;
    test.venue.script.fillsSince = (...query) => {
      if (hangs || fillsSince === undefined) return hanging;
      return fillsSince(...query);
    };
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(order));
    test.book.fills.push(reported(order, fillOf("F1", "0.4")));
    test.observer.start();
    await pass(test.clock, 1_000, 50);
    hangs = false;
    await pass(test.clock, 13_900, 100);
    expect((await stored(test, order)).cumQuantity).toBe("0");
    await pass(test.clock, 700, 100);
    expect((await stored(test, order)).cumQuantity).toBe("0.4");
  });
});
