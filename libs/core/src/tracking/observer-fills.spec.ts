import { describe, expect, it } from "vitest";
import { SurefillError } from "../error/surefill-error.ts";
import { quantity } from "../money/quantity.ts";
import type { VenueFill } from "../order/fill.ts";
import type { Order } from "../order/order.ts";
import { clientOrderId, submitKey, venueOrderId } from "../order/order-id.ts";
import { keyOf, orderAfter, pathTo, stored, type TestDeskOptions, venueAccount } from "../testing/desk-for-tests.ts";
import { aboutOrder, observerOf, successorOf } from "../testing/observer-for-tests.ts";
import { fillOf, sampleEvents } from "../testing/order-fixtures.ts";
import { pass, settle } from "../testing/settle.ts";
import { addMs, type WallTime } from "../time/wall-time.ts";

const polled: TestDeskOptions = { capabilities: { streams: false } };
const reported = (order: Order, fill: VenueFill) => ({ submitKey: keyOf(order.orderId, 1), fill });
const at = (fill: VenueFill, venueTime: WallTime, id?: string): VenueFill => ({
  ...fill,
  venueTime,
  ...(id === undefined ? {} : { venueOrderId: venueOrderId(id) }),
});

type Test = ReturnType<typeof observerOf>;

async function stop(test: Test, observer = test.observer): Promise<void> {
  const stopping = observer.stop();
  await pass(test.clock, 1_000, 100);
  await stopping;
}

const unmatchedOf = (test: Test) => test.store.unmatchedFills.list(venueAccount, 100);

describe("where reading fills goes on after a restart", () => {
  it("given a fill of an order that ended, with none live any more, so the next process finds it", async () => {
    const test = observerOf({}, polled);
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.book.fills.push(reported(order, at(fillOf("F1", "0.4"), test.clock.wall())));
    test.book.open.push(aboutOrder(order));
    test.observer.start();
    await pass(test.clock, 100);
    test.book.open.length = 0;
    test.venue.script.lookup = async () => ({
      kind: "FOUND",
      report: aboutOrder(order, { evidence: { kind: "CANCELLED" } }),
    });
    await pass(test.clock, 1_500, 100);
    expect((await stored(test, order)).state).toBe("CANCELLED");
    await stop(test);
    test.book.fills.push(reported(order, at(fillOf("F2", "0.3"), test.clock.wall())));
    test.venue.calls.length = 0;
    successorOf(test).start();
    await pass(test.clock, 100);
    expect(await stored(test, order)).toMatchObject({ state: "CANCELLED", cumQuantity: "0.7" });
    expect(test.venue.callsOf("fillsSince")).toEqual([[venueAccount.account, "1", 500]]);
    await pass(test.clock, 60_000, 500);
    expect(test.venue.callsOf("fillsSince").length).toBeLessThan(5);
  });

  it("given a process that was killed before it saved anything, so the next one begins where that one did", async () => {
    const test = observerOf({}, polled);
    const order = await orderAfter(test, pathTo.CONFIRMING);
    const preparedAt = test.clock.wall();
    test.book.open.push(aboutOrder(order));
    test.observer.start();
    await pass(test.clock, 2_000, 100);
    expect(await test.store.fillCursors.find(venueAccount)).toEqual({ since: addMs(preparedAt, -60_000) });
  });

  it("given an order that was wrongly ended before anybody read, and none live, so its fill is found", async () => {
    const test = observerOf({}, polled);
    const requestedAt = test.clock.wall();
    const order = await orderAfter(test, pathTo.REJECTED);
    test.book.fills.push(reported(order, at(fillOf("F1", "0.4"), test.clock.wall())));
    test.clock.advance(86_400_000);
    test.observer.start();
    await pass(test.clock, 100);
    expect(await stored(test, order)).toMatchObject({ state: "REJECTED", cumQuantity: "0.4" });
    expect(test.venue.callsOf("fillsSince")).toEqual([[venueAccount.account, addMs(requestedAt, -60_000), 500]]);
  });

  it.each([
    ["longer than the account is old", 7_200_000, -60_000],
    ["for less", 1_800_000, 1_800_000],
  ])("given a venue that keeps fills %s, so reading begins where both reach", async (_what, fillHistoryMs, beginMs) => {
    const test = observerOf({}, { capabilities: { streams: false, fillHistoryMs } });
    const requestedAt = test.clock.wall();
    await orderAfter(test, pathTo.FILLED);
    test.clock.advance(3_600_000);
    test.observer.start();
    await pass(test.clock, 100);
    expect(await test.store.fillCursors.find(venueAccount)).toEqual({ since: addMs(requestedAt, beginMs) });
  });

  it("given an account without an order, so reading begins a minute ago", async () => {
    const test = observerOf({}, polled);
    const now = test.clock.wall();
    test.observer.start();
    await pass(test.clock, 100);
    expect(await test.store.fillCursors.find(venueAccount)).toEqual({ since: addMs(now, -60_000) });
  });

  it("given a store that can't save the cursor at the end, so stopping ends all the same", async () => {
    let isAway = false;
    const test = observerOf(
      {},
      {
        ...polled,
        store: ({ fillCursors }) => ({
          fillCursors: {
            ...fillCursors,
            async save(...cursor) {
              if (isAway) throw new SurefillError("STORE_UNAVAILABLE", "away");
              return fillCursors.save(...cursor);
            },
          },
        }),
      },
    );
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(order));
    test.book.fills.push(reported(order, at(fillOf("F1", "0.1"), test.clock.wall())));
    test.observer.start();
    await pass(test.clock, 100);
    test.book.fills.push(reported(order, at(fillOf("F2", "0.1"), test.clock.wall())));
    await pass(test.clock, 500, 100);
    isAway = true;
    await stop(test);
    expect(test.complaints.at(-1)).toMatchObject({ error: { code: "STORE_UNAVAILABLE" } });
    expect(await test.store.fillCursors.find(venueAccount)).toMatchObject({ next: "1" });
  });

  it("given many pages while an attempt is in doubt, so the cursor saved afterwards is a recent one", async () => {
    const test = observerOf({ lookup: async () => ({ kind: "NOT_FOUND", asOf: test.clock.wall() }) }, polled);
    const live = await orderAfter(test, pathTo.CONFIRMING, { size: { in: "BASE", quantity: quantity("100") } });
    const validUntil = addMs(test.clock.wall(), 24 * 3_600_000);
    const doubtful = await orderAfter(test, [
      { ...sampleEvents.ATTEMPT_PREPARED, validUntil },
      sampleEvents.ANSWER_LOST,
    ]);
    test.book.open.push(aboutOrder(live));
    test.observer.start();
    for (let n = 0; n < 150; n += 1) {
      test.book.fills.push(reported(live, at(fillOf(`F${n}`, "0.1"), test.clock.wall())));
      await pass(test.clock, 500, 500);
    }
    expect(await test.store.fillCursors.find(venueAccount)).not.toHaveProperty("next");
    test.book.open.push(aboutOrder(doubtful));
    await pass(test.clock, 60_000, 500);
    test.book.fills.push(reported(live, at(fillOf("F-last", "0.1"), test.clock.wall())));
    await pass(test.clock, 6_000, 500);
    expect((await stored(test, live)).cumQuantity).toBe("15.1");
    expect(await test.store.fillCursors.find(venueAccount)).toMatchObject({ next: "151" });
  });

  it("given an attempt in doubt, so the saved cursor stays before its prepare while reading goes on", async () => {
    const test = observerOf({ lookup: async () => ({ kind: "NOT_FOUND", asOf: test.clock.wall() }) }, polled);
    const before = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(before));
    test.book.fills.push(reported(before, at(fillOf("F1", "0.1"), test.clock.wall())));
    test.observer.start();
    await pass(test.clock, 100_000, 500);
    expect((await test.store.fillCursors.find(venueAccount))?.next).toBe("1");
    const doubtful = await orderAfter(test, [
      { ...sampleEvents.ATTEMPT_PREPARED, validUntil: addMs(test.clock.wall(), 3_600_000) },
      sampleEvents.ANSWER_LOST,
    ]);
    for (let n = 2; n < 5; n += 1) {
      test.book.fills.push(reported(before, at(fillOf(`F${n}`, "0.1"), test.clock.wall())));
      await pass(test.clock, 20_000, 500);
    }
    expect((await stored(test, before)).cumQuantity).toBe("0.4");
    expect((await test.store.fillCursors.find(venueAccount))?.next).toBe("1");
    test.venue.script.lookup = async () => ({ kind: "FOUND", report: aboutOrder(doubtful) });
    test.book.open.push(aboutOrder(doubtful));
    await pass(test.clock, 40_000, 500);
    test.book.fills.push(reported(before, at(fillOf("F5", "0.1"), test.clock.wall())));
    await pass(test.clock, 10_000, 500);
    expect((await test.store.fillCursors.find(venueAccount))?.next).toBe("5");
  });

  it("given a venue that has forgotten the cursor, so it is read by time from a minute before the last fill", async () => {
    const test = observerOf({}, polled);
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(order));
    const filledAt = addMs(test.clock.wall(), 90_000);
    test.book.fills.push(reported(order, at(fillOf("F1", "0.4"), filledAt)));
    test.observer.start();
    await pass(test.clock, 100);
    const { fillsSince } = test.venue.script;
    test.venue.script.fillsSince = async (account, after, ...rest) => {
      if (typeof after === "string" && after === "1") throw new SurefillError("CURSOR_INVALID", "gone");
      if (fillsSince === undefined) throw new Error("no script");
      return fillsSince(account, after, ...rest);
    };
    test.book.fills.push(reported(order, at(fillOf("F2", "0.3"), filledAt)));
    await pass(test.clock, 500, 100);
    expect((await stored(test, order)).cumQuantity).toBe("0.7");
    const from = test.venue.callsOf("fillsSince").map(([, after]) => after);
    expect(from).toContain(addMs(filledAt, -60_000));
  });
});

describe("a venue that fails while fills are read", () => {
  it("given any other fault than a forgotten cursor, so they are read from that cursor again, not by time", async () => {
    const test = observerOf({}, polled);
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(order));
    test.book.fills.push(reported(order, at(fillOf("F1", "0.4"), test.clock.wall())));
    test.observer.start();
    await pass(test.clock, 100);
    const { fillsSince } = test.venue.script;
    test.venue.script.fillsSince = () => Promise.reject(new SurefillError("VENUE_UNREACHABLE", "refused"));
    test.venue.calls.length = 0;
    await pass(test.clock, 500, 100);
    Object.assign(test.venue.script, { fillsSince });
    test.book.fills.push(reported(order, at(fillOf("F2", "0.3"), test.clock.wall())));
    await pass(test.clock, 5_000, 100);
    expect((await stored(test, order)).cumQuantity).toBe("0.7");
    const from = test.venue.callsOf("fillsSince").map(([, after]) => after);
    expect(from.slice(0, 2)).toEqual(["1", "1"]);
    expect(from.every((after) => typeof after === "string")).toBe(true);
  });

  it("given more fills than are read in one go, so it reads on without a rest", async () => {
    const test = observerOf({}, polled);
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(order));
    const again = reported(order, fillOf("F1", "0.4"));
    test.book.fills.push(...Array.from({ length: 10_000 }, () => again), reported(order, fillOf("F2", "0.3")));
    const startedMs = test.clock.monotonicMs();
    test.observer.start();
    for (let turns = 0; turns < 20; turns += 1) await settle();
    expect((await stored(test, order)).cumQuantity).toBe("0.7");
    expect(test.clock.monotonicMs()).toBe(startedMs);
  });
});

describe("a fill of an order that can't be named yet", () => {
  it("given a submit key of no order, so it is kept, once, and applied when there is an order of it", async () => {
    let hidden: string | undefined;
    const test = observerOf(
      {},
      {
        ...polled,
        store: ({ orders }) => ({
          orders: {
            ...orders,
            findBySubmitKey: async (venue, key) => (key === hidden ? undefined : orders.findBySubmitKey(venue, key)),
            scanLive: async (...scan) =>
              (await orders.scanLive(...scan)).filter((o) => o.attempt?.submitKey !== hidden),
          },
        }),
      },
    );
    const live = await orderAfter(test, pathTo.CONFIRMING);
    const later = await orderAfter(test, pathTo.CONFIRMING);
    hidden = keyOf(later.orderId, 1);
    test.book.open.push(aboutOrder(live), aboutOrder(later));
    test.book.fills.push(reported(later, fillOf("F9", "0.4")));
    test.observer.start();
    await pass(test.clock, 3_000, 100);
    expect(await unmatchedOf(test)).toMatchObject([{ submitKey: hidden, fill: { venueFillId: "F9" } }]);
    hidden = undefined;
    await pass(test.clock, 500, 100);
    expect((await stored(test, later)).cumQuantity).toBe("0.4");
    expect(await unmatchedOf(test)).toEqual([]);
  });

  it("given the venue's id alone, of an order in doubt, so it is applied when the order is adopted, and once", async () => {
    const test = observerOf({ lookup: async () => ({ kind: "NOT_FOUND", asOf: test.clock.wall() }) }, polled);
    const order = await orderAfter(test, [
      { ...sampleEvents.ATTEMPT_PREPARED, validUntil: addMs(test.clock.wall(), 3_600_000) },
      sampleEvents.ANSWER_LOST,
    ]);
    const { instrument } = order.instruction;
    const fill = at(fillOf("F1", "0.4"), test.clock.wall(), "V77");
    test.book.fills.push({ instrument, fill });
    test.observer.start();
    await pass(test.clock, 3_000, 100);
    expect(await stored(test, order)).toMatchObject({ state: "IN_DOUBT", cumQuantity: "0" });
    expect(await unmatchedOf(test)).toHaveLength(1);
    test.venue.script.lookup = async () => ({
      kind: "FOUND",
      report: aboutOrder(order, { venueOrderId: venueOrderId("V77") }),
    });
    await pass(test.clock, 40_000, 200);
    expect(await stored(test, order)).toMatchObject({ state: "PARTIALLY_FILLED", cumQuantity: "0.4" });
    expect(await unmatchedOf(test)).toEqual([]);
    await stop(test);
    await test.store.unmatchedFills.keep([{ ...venueAccount, instrument, fill, keptAt: test.clock.wall() }]);
    successorOf(test).start();
    await pass(test.clock, 1_000, 100);
    expect((await stored(test, order)).cumQuantity).toBe("0.4");
    expect(await unmatchedOf(test)).toEqual([]);
  });

  it("given the venue's id alone, of an order that has ended, so it is found among the account's orders", async () => {
    const test = observerOf({}, polled);
    const { ACCEPTED } = sampleEvents;
    const named = { ...ACCEPTED, venueOrderId: venueOrderId("V5") };
    const ended = await orderAfter(test, [sampleEvents.ATTEMPT_PREPARED, named, { type: "CANCELLED" }]);
    const live = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(live));
    const { instrument } = ended.instruction;
    test.book.fills.push({ instrument, fill: at(fillOf("F1", "0.4"), test.clock.wall(), "V5") });
    test.observer.start();
    await pass(test.clock, 100);
    expect(await stored(test, ended)).toMatchObject({ state: "CANCELLED", cumQuantity: "0.4" });
    expect(await unmatchedOf(test)).toEqual([]);
  });

  it("given the venue's id alone and no instrument, of an order that has ended, so it is kept: ids may mean several", async () => {
    const asked: unknown[] = [];
    const test = observerOf(
      {},
      {
        ...polled,
        store: ({ orders }) => ({
          orders: {
            ...orders,
            async findByVenueOrderId(...query) {
              asked.push(query);
              return orders.findByVenueOrderId(...query);
            },
          },
        }),
      },
    );
    const named = { ...sampleEvents.ACCEPTED, venueOrderId: venueOrderId("V5") };
    const ended = await orderAfter(test, [sampleEvents.ATTEMPT_PREPARED, named, { type: "CANCELLED" }]);
    const live = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(live));
    test.book.fills.push({ fill: at(fillOf("F1", "0.4"), test.clock.wall(), "V5") });
    test.observer.start();
    await pass(test.clock, 100);
    expect(await stored(test, ended)).toEqual(ended);
    expect(await unmatchedOf(test)).toHaveLength(1);
    expect(asked).toEqual([]);
  });

  it("given more than a page of them that earlier processes kept, so all are applied", async () => {
    const test = observerOf({}, polled);
    const order = await orderAfter(test, pathTo.CONFIRMING, { size: { in: "BASE", quantity: quantity("100") } });
    test.book.open.push(aboutOrder(order));
    const keptAt = test.clock.wall();
    const kept = Array.from({ length: 1_001 }, (_, n) => reported(order, fillOf(`F${n}`, "0.01")));
    for (const fill of kept) await test.store.unmatchedFills.keep([{ ...venueAccount, ...fill, keptAt }]);
    test.observer.start();
    await pass(test.clock, 5_000, 50);
    expect((await stored(test, order)).cumQuantity).toBe("10.01");
    expect(await unmatchedOf(test)).toEqual([]);
  });

  it("given the venue's id alone, of an earlier attempt that has fills, so it counts as that one's", async () => {
    const test = observerOf({}, polled);
    const { ATTEMPT_PREPARED, RETRY_SCHEDULED, ACCEPTED } = sampleEvents;
    const first = { ...fillOf("F1", "0.1"), venueOrderId: venueOrderId("V-first") };
    const order = await orderAfter(test, [
      ATTEMPT_PREPARED,
      RETRY_SCHEDULED,
      ATTEMPT_PREPARED,
      { ...ACCEPTED, venueOrderId: venueOrderId("V-second") },
      { type: "FILLED_PARTLY", fill: first, earlierAttempt: true },
    ]);
    test.book.open.push(aboutOrder(order, { submitKey: keyOf(order.orderId, 2) }));
    const { instrument } = order.instruction;
    test.book.fills.push({ instrument, fill: at(fillOf("F2", "0.2"), test.clock.wall(), "V-first") });
    test.observer.start();
    await pass(test.clock, 100);
    const recorded = await stored(test, order);
    expect(recorded).toMatchObject({ cumQuantity: "0.3", attempt: { number: 2, venueOrderId: "V-second" } });
    expect(await unmatchedOf(test)).toEqual([]);
  });

  it("given a store that can't record it when its order is known, so it stays kept until it can", async () => {
    let isAway = false;
    let hidden: string | undefined;
    const test = observerOf(
      {},
      {
        ...polled,
        store: ({ orders }) => ({
          orders: {
            ...orders,
            findBySubmitKey: async (venue, key) => (key === hidden ? undefined : orders.findBySubmitKey(venue, key)),
            scanLive: async (...scan) =>
              (await orders.scanLive(...scan)).filter((o) => o.attempt?.submitKey !== hidden),
            async commit(change) {
              if (isAway) throw new SurefillError("STORE_UNAVAILABLE", "away");
              return orders.commit(change);
            },
          },
        }),
      },
    );
    const live = await orderAfter(test, pathTo.CONFIRMING);
    const later = await orderAfter(test, pathTo.CONFIRMING);
    hidden = keyOf(later.orderId, 1);
    test.book.open.push(aboutOrder(live), aboutOrder(later));
    test.book.fills.push(reported(later, fillOf("F9", "0.4")));
    test.observer.start();
    await pass(test.clock, 1_000, 100);
    [hidden, isAway] = [undefined, true];
    await pass(test.clock, 1_000, 100);
    expect(await unmatchedOf(test)).toHaveLength(1);
    isAway = false;
    await pass(test.clock, 500, 100);
    expect((await stored(test, later)).cumQuantity).toBe("0.4");
    expect(await unmatchedOf(test)).toEqual([]);
  });

  /** An order of which nothing can be recorded, as its row is refused, until `heal`. */
  function poisoned() {
    let isPoisonous = true;
    const key = clientOrderId("poisonous");
    const test = observerOf(
      {},
      {
        ...polled,
        store: ({ orders }) => ({
          orders: {
            ...orders,
            async commit(change) {
              const isRefused =
                isPoisonous && change.order.instruction.clientOrderId === key && change.fills.length > 0;
              if (isRefused) throw new SurefillError("STORE_REFUSED", "its row can't be written");
              return orders.commit(change);
            },
          },
        }),
      },
    );
    const heal = () => {
      isPoisonous = false;
    };
    return { ...test, key, heal };
  }

  it("given a page full of fills that can't be recorded, so they are kept, what comes behind is read, and applied once they can", async () => {
    const test = poisoned();
    const size = { in: "BASE", quantity: quantity("100") } as const;
    const bad = await orderAfter(test, pathTo.CONFIRMING, { clientOrderId: test.key, size });
    const good = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(bad), aboutOrder(good));
    for (let n = 0; n < 500; n += 1) test.book.fills.push(reported(bad, fillOf(`B${n}`, "0.01")));
    test.book.fills.push(reported(good, fillOf("G1", "0.4")));
    test.observer.start();
    await pass(test.clock, 3_000, 100);
    expect((await stored(test, good)).cumQuantity).toBe("0.4");
    expect((await stored(test, bad)).cumQuantity).toBe("0");
    expect(await test.store.unmatchedFills.list(venueAccount, 1_000)).toHaveLength(500);
    test.heal();
    await pass(test.clock, 31_000, 250);
    expect((await stored(test, bad)).cumQuantity).toBe("5");
    expect(await unmatchedOf(test)).toEqual([]);
  });

  it("given kept fills of one order that can't be recorded, so those of others are applied, and it is tried less and less", async () => {
    const test = poisoned();
    const bad = await orderAfter(test, pathTo.CONFIRMING, { clientOrderId: test.key });
    const good = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(bad), aboutOrder(good));
    const keptAt = test.clock.wall();
    for (const kept of [reported(bad, fillOf("B1", "0.1")), reported(good, fillOf("G1", "0.4"))])
      await test.store.unmatchedFills.keep([{ ...venueAccount, ...kept, keptAt }]);
    test.observer.start();
    await pass(test.clock, 60_000, 250);
    expect((await stored(test, good)).cumQuantity).toBe("0.4");
    expect(await unmatchedOf(test)).toMatchObject([{ fill: { venueFillId: "B1" } }]);
    const tries = test.complaints.filter(({ submit_key }) => submit_key === keyOf(bad.orderId, 1));
    expect(tries.length).toBeGreaterThan(3);
    expect(tries.length).toBeLessThan(15);
  });

  it("given a store that is away, so nothing is kept and the page is read again", async () => {
    let isAway = true;
    const test = observerOf(
      {},
      {
        ...polled,
        store: ({ orders }) => ({
          orders: {
            ...orders,
            async commit(change) {
              if (isAway && change.fills.length > 0) throw new SurefillError("STORE_UNAVAILABLE", "away");
              return orders.commit(change);
            },
          },
        }),
      },
    );
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(order));
    test.book.fills.push(reported(order, fillOf("F1", "0.4")));
    test.observer.start();
    await pass(test.clock, 2_000, 100);
    expect(await unmatchedOf(test)).toEqual([]);
    isAway = false;
    await pass(test.clock, 1_000, 100);
    expect((await stored(test, order)).cumQuantity).toBe("0.4");
  });

  it("given fills that never find an order, so they are given up after 30 days", async () => {
    const test = observerOf({}, polled);
    const live = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(live));
    test.book.fills.push({ submitKey: submitKey("foreign"), fill: fillOf("F9", "0.4") });
    test.observer.start();
    await pass(test.clock, 1_000, 100);
    test.clock.setWall(addMs(test.clock.wall(), 31 * 24 * 3_600_000));
    expect(await unmatchedOf(test)).toHaveLength(1);
    await pass(test.clock, 61_000, 500);
    expect(await unmatchedOf(test)).toEqual([]);
  });
});
