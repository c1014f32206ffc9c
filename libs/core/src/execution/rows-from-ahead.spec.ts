import { describe, expect, it } from "vitest";
import type { Desk } from "../desk/desk.ts";
import { recordReport } from "../desk/record-report.ts";
import type { Order } from "../order/order.ts";
import type { OrderEvent } from "../order/order-event.ts";
import { deskForTests, orderAfter, pathTo, type TestDesk, venueAccount } from "../testing/desk-for-tests.ts";
import { aboutOrder } from "../testing/observer-for-tests.ts";
import { after, busy, lost, sampleEvents } from "../testing/order-fixtures.ts";
import type { Clock } from "../time/clock.ts";
import { addMs } from "../time/wall-time.ts";
import { RowsFromAhead } from "./rows-from-ahead.ts";

const hourMs = 3_600_000;

/** The desk of a machine whose clock is an hour ahead. */
function aheadOf(test: TestDesk): Desk {
  const clock: Clock = {
    wall: () => addMs(test.clock.wall(), hourMs),
    monotonicMs: () => test.clock.monotonicMs(),
    sleep: (...call) => test.clock.sleep(...call),
  };
  return { ...test.desk, clock };
}

/** An order that the events have happened to, by a clock an hour ahead. */
function aheadAfter(test: TestDesk, events: readonly OrderEvent[]): Promise<Order> {
  return orderAfter({ desk: aheadOf(test) }, events);
}

const retryIn = (ms: number): OrderEvent => ({ type: "RETRY_SCHEDULED", error: busy, retryAt: after(hourMs + ms) });
const prepared = pathTo.SUBMITTED;
const idsOf = (orders: readonly Order[]) => orders.map(({ orderId }) => orderId);

describe("rows that a clock ahead of ours has written", () => {
  it("given a retry, so it is due once it has waited as long as it was to wait", async () => {
    const test = deskForTests();
    const rows = new RowsFromAhead(test.desk);
    const order = await aheadAfter(test, [...prepared, retryIn(7_000)]);
    expect(await rows.due([venueAccount])).toEqual([]);
    test.clock.advance(5_000);
    expect(await rows.due([venueAccount])).toEqual([]);
    expect(rows.isDue(order)).toBe(false);
    test.clock.advance(5_000);
    expect(idsOf(await rows.due([venueAccount]))).toEqual([order.orderId]);
    expect(rows.isDue(order)).toBe(true);
    expect(rows.isDue({ ...order, version: order.version + 1 })).toBe(false);
  });

  it("given a cancel that is to be sent again, so it is due likewise", async () => {
    const test = deskForTests();
    const rows = new RowsFromAhead(test.desk);
    const sent: OrderEvent = { type: "CANCEL_SENT", cancelAfter: after(hourMs + 4_000) };
    const order = await aheadAfter(test, [...pathTo.CANCELLING, sent]);
    await rows.due([venueAccount]);
    test.clock.advance(5_000);
    expect(idsOf(await rows.due([venueAccount]))).toEqual([order.orderId]);
  });

  it("given rows of a clock like ours, so they wait for their time", async () => {
    const test = deskForTests();
    const rows = new RowsFromAhead(test.desk);
    await orderAfter(test, [...prepared, { type: "RETRY_SCHEDULED", error: busy, retryAt: after(60_000) }]);
    for (let looks = 0; looks < 5; looks += 1) {
      expect(await rows.due([venueAccount])).toEqual([]);
      test.clock.advance(5_000);
    }
  });

  it("given many looks in short time, so the store is asked once in 5 s", async () => {
    let scans = 0;
    const test = deskForTests({
      store: ({ orders }) => ({
        orders: {
          ...orders,
          scanLive: (...query) => {
            scans += 1;
            return orders.scanLive(...query);
          },
        },
      }),
    });
    const rows = new RowsFromAhead(test.desk);
    for (let looks = 0; looks < 100; looks += 1) {
      await rows.due([venueAccount]);
      test.clock.advance(100);
    }
    expect(scans).toBe(2);
  });

  it("given more rows than are looked at in one go, so the next look goes on behind them", async () => {
    const test = deskForTests();
    const rows = new RowsFromAhead(test.desk);
    for (let made = 0; made < 500; made += 1) await orderAfter(test, [...prepared, retryIn(1)]);
    test.clock.advance(1);
    const last = await aheadAfter(test, [...prepared, retryIn(1)]);
    const found: string[] = [];
    for (let looks = 0; looks < 4; looks += 1) {
      found.push(...idsOf(await rows.due([venueAccount])));
      test.clock.advance(5_000);
    }
    expect(found).toContain(last.orderId);
  });
});

describe("due times that lie before the row's own", () => {
  it("given a clock like ours wrote it, so it waits for its time", async () => {
    const test = deskForTests();
    const rows = new RowsFromAhead(test.desk);
    const order = await aheadAfter(test, [...prepared, retryIn(12_000 - hourMs)]);
    for (const _look of [0, 5_000, 10_000]) {
      expect(await rows.due([venueAccount])).toEqual([]);
      expect(rows.isDue(order)).toBe(false);
      test.clock.advance(5_000);
    }
    const due = await test.store.orders.due([venueAccount], test.clock.wall(), 10);
    expect(idsOf(due)).toEqual([order.orderId]);
  });

  it("given that clock wrote it and has passed it since, so it waits half a minute", async () => {
    const test = deskForTests();
    const rows = new RowsFromAhead(test.desk);
    const order = await aheadAfter(test, [...prepared, retryIn(-5_000)]);
    expect(await waitedUntil(test, rows, order)).toBe(30_000);
  });
});

describe("surplus attempts in rows that a clock ahead of ours has written", () => {
  /** An order whose second attempt rests or has ended, and whose first turned up open; its cancel came to nothing, all that by such a clock. */
  async function doubled(test: TestDesk, end: readonly OrderEvent[], ageMs = 0): Promise<Order> {
    const { ATTEMPT_PREPARED, RETRY_SCHEDULED, ACCEPTED } = sampleEvents;
    const desk = aheadOf(test);
    const sent = await aheadAfter(test, [ATTEMPT_PREPARED, RETRY_SCHEDULED, ATTEMPT_PREPARED, ACCEPTED, ...end]);
    const found = await recordReport(desk, sent, aboutOrder(sent));
    test.clock.advance(ageMs);
    return recordReport(desk, found, aboutOrder(found, { evidence: { kind: "CANCEL_UNKNOWN", error: lost } }));
  }

  it.each<[string, readonly OrderEvent[]]>([
    ["goes on", []],
    ["has ended", [sampleEvents.CANCELLED]],
  ])("given an order that %s, so it is due once it has waited as long as it was to wait", async (_what, end) => {
    const test = deskForTests();
    const rows = new RowsFromAhead(test.desk);
    const order = await doubled(test, end);
    expect(await rows.due([venueAccount])).toEqual([]);
    expect(rows.isSurplusDue(order)).toBe(false);
    test.clock.advance(5_000);
    expect(idsOf(await rows.due([venueAccount]))).toEqual([order.orderId]);
    expect(rows.isSurplusDue(order)).toBe(true);
    expect(rows.isDue(order)).toBe(false);
  });

  it("given one that was to wait for minutes, so it waits half a minute: that clock may have got its age wrong", async () => {
    const test = deskForTests();
    const rows = new RowsFromAhead(test.desk);
    const order = await doubled(test, [], hourMs);
    expect(await waitedUntil(test, rows, order)).toBe(30_000);
  });

  it("given one that has ended, so nothing is due", async () => {
    const test = deskForTests();
    const rows = new RowsFromAhead(test.desk);
    const order = await doubled(test, []);
    await recordReport(test.desk, order, aboutOrder(order, { evidence: { kind: "CANCELLED" } }));
    for (let looks = 0; looks < 5; looks += 1) {
      expect(await rows.due([venueAccount])).toEqual([]);
      test.clock.advance(5_000);
    }
  });
});

/** In steps of 5 s, at most a minute. */
async function waitedUntil(test: TestDesk, rows: RowsFromAhead, { orderId }: Order): Promise<number> {
  for (let waitedMs = 0; waitedMs <= 60_000; waitedMs += 5_000) {
    if (idsOf(await rows.due([venueAccount])).includes(orderId)) return waitedMs;
    test.clock.advance(5_000);
  }
  throw new Error("not due within a minute");
}
