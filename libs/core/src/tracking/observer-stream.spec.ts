import { describe, expect, it } from "vitest";
import { SurefillError } from "../error/surefill-error.ts";
import { dueAtOnce } from "../order/order.ts";
import { keyOf, orderAfter, pathTo, stored, venueAccount } from "../testing/desk-for-tests.ts";
import { aboutOrder, observerOf, streamForTests } from "../testing/observer-for-tests.ts";
import { fillOf, sampleEvents } from "../testing/order-fixtures.ts";
import { pass, settle } from "../testing/settle.ts";

const f1 = fillOf("F1", "0.4");
const trade = { evidence: { kind: "TRADE" }, fills: [f1] } as const;

describe("a stream", () => {
  it("given a report, so it is recorded at once, without time passing", async () => {
    const stream = streamForTests();
    const test = observerOf({ watch: stream.watch });
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(order));
    test.observer.start();
    await settle();
    stream.tell(aboutOrder(order, trade));
    await settle();
    expect(await stored(test, order)).toMatchObject({ state: "PARTIALLY_FILLED", cumQuantity: "0.4" });
  });

  it("given an earlier attempt that it shows as open, so it is to be cancelled, and told as an alert", async () => {
    const stream = streamForTests();
    const test = observerOf({ watch: stream.watch });
    const { ATTEMPT_PREPARED, RETRY_SCHEDULED, ACCEPTED } = sampleEvents;
    const order = await orderAfter(test, [ATTEMPT_PREPARED, RETRY_SCHEDULED, ATTEMPT_PREPARED, ACCEPTED]);
    test.observer.start();
    stream.tell(aboutOrder(order));
    await settle();
    const surplus = { submitKey: keyOf(order.orderId, 1), cancelAfter: dueAtOnce.cancel };
    expect(await stored(test, order)).toMatchObject({ state: "CONFIRMING", surplusAttempts: [surplus] });
    expect(test.complaints).toContainEqual(expect.objectContaining({ event: "order.surplus_attempt" }));
  });

  it("given an order's reports in turn, so they are recorded in turn, each in a commit of its own", async () => {
    const stream = streamForTests();
    const test = observerOf({ watch: stream.watch });
    const order = await orderAfter(test, pathTo.SUBMITTED);
    test.observer.start();
    test.committed.length = 0;
    stream.tell(aboutOrder(order));
    stream.tell(aboutOrder(order, trade));
    stream.tell(aboutOrder(order, { evidence: { kind: "CANCELLED" } }));
    await settle();
    expect(test.committed.map(({ records }) => records.map(({ cause }) => cause.type))).toEqual([
      ["ACCEPTED"],
      ["FILLED_PARTLY"],
      ["CANCELLED", "EXECUTED"],
    ]);
  });

  it("given a report that it drops, so the poll finds the fill within two seconds", async () => {
    const stream = streamForTests();
    const test = observerOf({ watch: stream.watch });
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(order));
    test.observer.start();
    await pass(test.clock, 10_000, 250);
    test.book.fills.push({ submitKey: keyOf(order.orderId, 1), fill: f1 });
    await pass(test.clock, 2_000, 250);
    expect((await stored(test, order)).cumQuantity).toBe("0.4");
  });

  it("given a report that can't be recorded, so the poll finds the fill", async () => {
    let failures = 1;
    const stream = streamForTests();
    const test = observerOf(
      { watch: stream.watch },
      {
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
      },
    );
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(order));
    test.observer.start();
    await settle();
    test.book.fills.push({ submitKey: keyOf(order.orderId, 1), fill: f1 });
    stream.tell(aboutOrder(order, trade));
    await settle();
    expect((await stored(test, order)).cumQuantity).toBe("0");
    await pass(test.clock, 2_000, 250);
    expect((await stored(test, order)).cumQuantity).toBe("0.4");
  });

  it("given one fill by stream and by poll, so it counts once", async () => {
    const stream = streamForTests();
    const test = observerOf({ watch: stream.watch });
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(order));
    test.book.fills.push({ submitKey: keyOf(order.orderId, 1), fill: f1 });
    stream.tell(aboutOrder(order, trade));
    test.observer.start();
    await pass(test.clock, 5_000, 250);
    expect(await stored(test, order)).toMatchObject({ cumQuantity: "0.4", version: order.version + 1 });
  });

  it("given reports of no order of ours, so they are passed over", async () => {
    const stream = streamForTests();
    const test = observerOf({ watch: stream.watch });
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(order));
    test.observer.start();
    stream.tell({ ...aboutOrder(order, trade), submitKey: keyOf("a stranger's", 1) });
    stream.tell({ ...aboutOrder(order), submitKey: keyOf("another's", 1) });
    stream.tell(aboutOrder(order, trade));
    await settle();
    expect((await stored(test, order)).cumQuantity).toBe("0.4");
    // A fill of nobody's is kept; of a report without one there is nothing to keep.
    const kept = await test.store.unmatchedFills.list(venueAccount, 10);
    expect(kept.map(({ submitKey }) => submitKey)).toEqual([keyOf("a stranger's", 1)]);
    expect(test.complaints).toContainEqual(expect.objectContaining({ submit_key: keyOf("another's", 1) }));
  });
});

describe("a stream that breaks", () => {
  it("given that it does so again and again, so it is opened again after waits that double up to 5 s", async () => {
    let connections = 0;
    const connectedAt: number[] = [];
    const test = observerOf({
      // biome-ignore lint/correctness/useYield: it breaks before it says anything.
      async *watch() {
        connections += 1;
        connectedAt.push(test.clock.monotonicMs() - startedMs);
        throw new Error("closed");
      },
    });
    const startedMs = test.clock.monotonicMs();
    test.observer.start();
    await pass(test.clock, 21_000, 100);
    expect(connectedAt.slice(0, 9)).toEqual([0, 100, 300, 700, 1_500, 3_100, 6_300, 11_300, 16_300]);
    expect(connections).toBe(9);
  });

  it("given that it says something first, so it is opened again soon", async () => {
    const stream = streamForTests();
    const test = observerOf({ watch: stream.watch });
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(order));
    test.observer.start();
    for (let breaks = 1; breaks <= 5; breaks += 1) {
      stream.tell(aboutOrder(order));
      stream.tell(new Error("closed"));
      await pass(test.clock, 100, 50);
      expect(stream.connections()).toBe(breaks + 1);
    }
  });

  it("given that it is broken, so fills are found by the poll all the same", async () => {
    const test = observerOf({
      // biome-ignore lint/correctness/useYield: it breaks before it says anything.
      async *watch() {
        throw new Error("closed");
      },
    });
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(order));
    test.observer.start();
    await pass(test.clock, 3_000, 50);
    test.book.fills.push({ submitKey: keyOf(order.orderId, 1), fill: f1 });
    await pass(test.clock, 2_000, 50);
    expect((await stored(test, order)).cumQuantity).toBe("0.4");
  });
});

describe("several observers of one venue account", () => {
  it("are harmless: each fill counts once", async () => {
    const stream = streamForTests();
    const one = observerOf({ watch: stream.watch });
    const two = observerOf({}, { beside: one, capabilities: { streams: false } });
    const order = await orderAfter(one, pathTo.CONFIRMING);
    for (const { book } of [one, two]) {
      book.open.push(aboutOrder(order));
      book.fills.push({ submitKey: keyOf(order.orderId, 1), fill: f1 });
    }
    one.observer.start();
    two.observer.start();
    stream.tell(aboutOrder(order, trade));
    await pass(one.clock, 5_000, 250);
    expect(await stored(one, order)).toMatchObject({ cumQuantity: "0.4", version: order.version + 1 });
  });
});

describe("stopping", () => {
  it("given reports that were taken in, so they are recorded first", async () => {
    const stream = streamForTests();
    const held = Promise.withResolvers<void>();
    let isHeld = false;
    const test = observerOf(
      { watch: stream.watch },
      {
        store: ({ orders }) => ({
          orders: {
            ...orders,
            async commit(change) {
              if (isHeld) await held.promise;
              return orders.commit(change);
            },
          },
        }),
      },
    );
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(order));
    test.observer.start();
    await settle();
    isHeld = true;
    stream.tell(aboutOrder(order, trade));
    await settle();
    let stopped = false;
    const stopping = test.observer.stop().then(() => {
      stopped = true;
    });
    await settle();
    expect(stopped).toBe(false);
    held.resolve();
    await stopping;
    expect((await stored(test, order)).cumQuantity).toBe("0.4");
    expect(test.clock.sleepers).toBe(0);
  });

  it("given a stream that fails as it is told to end, so nothing is amiss", async () => {
    const test = observerOf({
      async *watch(_account, signal) {
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      },
    });
    test.observer.start();
    await settle();
    await test.observer.stop();
    expect(test.complaints).toEqual([]);
    expect(test.venue.callsOf("watch")).toHaveLength(1);
  });

  it("given no stream and no order, so at once", async () => {
    const test = observerOf({}, { capabilities: { streams: false } });
    test.observer.start();
    await settle();
    await test.observer.stop();
    expect(test.clock.sleepers).toBe(0);
  });
});
