import { describe, expect, it } from "vitest";
import { accountId } from "../account/account-id.ts";
import { commitTransitions } from "../desk/commit-transitions.ts";
import { changeOrder } from "../order/change-order.ts";
import type { Order } from "../order/order.ts";
import type { OrderEvent } from "../order/order-event.ts";
import type { OrderId } from "../order/order-id.ts";
import { liveOrderOf } from "../store/live-order.ts";
import { deskForTests, orderAfter, pathTo, type TestDesk, venueAccount } from "../testing/desk-for-tests.ts";
import { sampleEvents } from "../testing/order-fixtures.ts";
import { venueId } from "../venue/venue-id.ts";
import { LiveOrderFeed } from "./live-order-feed.ts";
import { LiveOrders } from "./live-orders.ts";

/** A feed of a store whose scans take `scanMs`, with the number of each kind of read. */
function feedOf(scanMs: number, live = new LiveOrders()) {
  const reads = { scans: 0, events: 0, orders: [] as OrderId[] };
  const test: TestDesk = deskForTests({
    store: ({ orders, events }, clock) => ({
      orders: {
        ...orders,
        async scanLive(...scan) {
          reads.scans += 1;
          clock.advance(scanMs);
          return orders.scanLive(...scan);
        },
        async findMany(ids) {
          reads.orders.push(...ids);
          return orders.findMany(ids);
        },
      },
      events: {
        ...events,
        async after(...query) {
          reads.events += 1;
          return events.after(...query);
        },
      },
    }),
  });
  return { ...test, reads, live, feed: new LiveOrderFeed(test.desk, venueAccount, live) };
}

async function happen({ desk }: TestDesk, order: Order, event: OrderEvent): Promise<Order> {
  const after = changeOrder(order, [event], desk.clock.wall());
  await commitTransitions(desk, order, after);
  return after.order;
}

const idsOf = (live: LiveOrders) => [...live.all()].map(({ orderId }) => orderId).sort();

describe("the feed of live orders", () => {
  it("given a small book, so it is read at every time", async () => {
    const test = feedOf(0);
    const order = await orderAfter(test, pathTo.CONFIRMING);
    expect([await test.feed.refresh(), await test.feed.refresh()]).toEqual(["SCANNED", "SCANNED"]);
    expect([...test.live.all()]).toEqual([liveOrderOf(order)]);
  });

  it("given a book that takes 100 ms to read, so events are followed for 5 s, and then it is read again", async () => {
    const test = feedOf(100);
    const ending = await orderAfter(test, pathTo.CONFIRMING);
    const moving = await orderAfter(test, pathTo.CONFIRMING);
    expect(await test.feed.refresh()).toBe("SCANNED");
    await happen(test, ending, { type: "CANCELLED" });
    const moved = await happen(test, moving, { type: "CANCEL_REQUESTED", reason: "asked" });
    const added = await orderAfter(test, pathTo.SUBMITTED);
    await orderAfter(test, pathTo.CONFIRMING, { account: accountId("bob") });
    expect(await test.feed.refresh()).toBe("FOLLOWED");
    expect(test.live.find(moving.orderId)).toEqual(liveOrderOf(moved));
    expect(idsOf(test.live)).toEqual([moving.orderId, added.orderId].sort());
    test.clock.advance(4_999);
    expect(await test.feed.refresh()).toBe("FOLLOWED");
    test.clock.advance(1);
    expect(await test.feed.refresh()).toBe("SCANNED");
    expect(test.reads.scans).toBe(2);
    expect(idsOf(test.live)).toEqual([moving.orderId, added.orderId].sort());
  });

  it("given events of another venue or that are known already, so these orders are not read", async () => {
    const test = feedOf(10_000);
    await test.feed.refresh();
    await orderAfter(test, pathTo.CONFIRMING, { venue: venueId("elsewhere") });
    const known = await orderAfter(test, pathTo.CONFIRMING);
    test.live.take(known);
    const unknown = await orderAfter(test, pathTo.CONFIRMING);
    test.reads.orders.length = 0;
    expect(await test.feed.refresh()).toBe("FOLLOWED");
    expect(test.reads.orders).toEqual([unknown.orderId]);
    expect(idsOf(test.live)).toEqual([known.orderId, unknown.orderId].sort());
  });

  it("given a very large book, so it is read again after a minute at the latest", async () => {
    const test = feedOf(30_000);
    await test.feed.refresh();
    test.clock.advance(59_999);
    expect(await test.feed.refresh()).toBe("FOLLOWED");
    test.clock.advance(1);
    expect(await test.feed.refresh()).toBe("SCANNED");
  });

  it("given more events than are worth following, so the book is read", async () => {
    const test = feedOf(10_000);
    await test.feed.refresh();
    for (let n = 0; n < 5_000; n += 1) await orderAfter(test, [sampleEvents.CANCEL_REQUESTED]);
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.reads.events = 0;
    expect(await test.feed.refresh()).toBe("SCANNED");
    expect(test.reads.events).toBe(20);
    expect(idsOf(test.live)).toEqual([order.orderId]);
  });

  it("given an order that ended unseen, so a full reading forgets it", async () => {
    const test = feedOf(0);
    const order = await orderAfter(test, pathTo.CONFIRMING);
    const other = await orderAfter(test, pathTo.CONFIRMING);
    await test.feed.refresh();
    await happen(test, order, { type: "CANCELLED" });
    await test.feed.refresh();
    expect(idsOf(test.live)).toEqual([other.orderId]);
    expect(test.live.ofSubmitKey(liveOrderOf(order).attempt?.submitKey ?? ("" as never))).toBeUndefined();
  });

  it("given more than can be kept, so it says so and keeps the oldest", async () => {
    const test = feedOf(0, new LiveOrders(1));
    const order = await orderAfter(test);
    test.clock.advance(1);
    await orderAfter(test);
    await test.feed.refresh();
    expect(idsOf(test.live)).toEqual([order.orderId]);
    expect(test.complaints).toHaveLength(1);
  });

  it("given more than a page of 1,000, so all of them", async () => {
    const test = feedOf(0);
    for (let n = 0; n < 1_001; n += 1) await orderAfter(test);
    await test.feed.refresh();
    expect(test.live.size).toBe(1_001);
  });
});

describe("the index of live orders", () => {
  const at = (version: number, rest: object = {}) => ({
    ...{ orderId: "a", version, state: "CONFIRMING", requestedAt: 0, cumQuantity: "0" },
    attempt: { submitKey: "k", preparedAt: 5, venueOrderId: "v" },
    ...rest,
  });
  const put = (live: LiveOrders, order: object) => live.put(order as Parameters<LiveOrders["put"]>[0]);
  const key = (text: string) => text as never;

  it("given an older version, so the newer one stays", () => {
    const live = new LiveOrders();
    put(live, at(3, { state: "CANCELLING" }));
    put(live, at(2));
    expect(live.find(key("a"))).toMatchObject({ version: 3, state: "CANCELLING" });
    live.remove(key("a"), 2);
    expect(live.size).toBe(1);
    live.remove(key("a"), 3);
    expect([live.size, live.ofSubmitKey(key("k")), live.ofVenueOrderId(key("v"))]).toEqual([0, undefined, undefined]);
  });

  it("given another attempt, so the order is found by its names alone", () => {
    const live = new LiveOrders();
    put(live, at(1));
    put(live, at(2, { attempt: { submitKey: "k2", preparedAt: 9 } }));
    expect(live.ofSubmitKey(key("k"))).toBeUndefined();
    expect(live.ofVenueOrderId(key("v"))).toBeUndefined();
    expect(live.ofSubmitKey(key("k2"))).toMatchObject({ version: 2 });
  });

  it("tells since when the oldest attempt is in doubt", () => {
    const live = new LiveOrders();
    expect(live.doubtSince()).toBeUndefined();
    put(live, at(1));
    put(live, at(1, { orderId: "b", state: "IN_DOUBT", attempt: { submitKey: "kb", preparedAt: 8 } }));
    put(live, at(1, { orderId: "c", state: "SUBMITTED", attempt: { submitKey: "kc", preparedAt: 7 } }));
    expect(live.doubtSince()).toBe(7);
    put(live, at(2, { orderId: "c", attempt: { submitKey: "kc", preparedAt: 7 } }));
    expect(live.doubtSince()).toBe(8);
  });

  it("given as many as it holds, so no other is taken in, and those in it go on", () => {
    const live = new LiveOrders(2);
    for (const orderId of ["1", "2"]) put(live, { ...at(1), orderId, attempt: undefined });
    expect(put(live, at(1))).toBe(false);
    expect(put(live, { ...at(2), orderId: "2" })).toBe(true);
    expect(live.size).toBe(2);
  });
});
