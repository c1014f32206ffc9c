import { describe, expect, it, onTestFinished } from "vitest";
import { SurefillError } from "../error/surefill-error.ts";
import { quantity } from "../money/quantity.ts";
import { placedRecord } from "../order/change-order.ts";
import type { Order } from "../order/order.ts";
import { OrderMetrics } from "../telemetry/order-metrics.ts";
import { OrderTelemetry } from "../telemetry/order-telemetry.ts";
import { deskForTests, orderAfter, pathTo, type TestDesk, type TestDeskOptions } from "../testing/desk-for-tests.ts";
import { RecordingMeter } from "../testing/recording-meter.ts";
import { RecordingTracer } from "../testing/recording-tracer.ts";
import { pass } from "../testing/settle.ts";
import { Auditor } from "./auditor.ts";

const intervalMs = 60_000;

/** An auditor at work, and the database that a test writes to behind everyone's back. */
async function auditing(options: TestDeskOptions = {}, toldMax?: number) {
  const meter = new RecordingMeter();
  const tracer = new RecordingTracer();
  const telemetry = new OrderTelemetry(tracer, tracer, new OrderMetrics(meter.meter));
  const test = deskForTests({ ...options, desk: { telemetry } });
  const auditor = new Auditor(test.desk, intervalMs, toldMax);
  auditor.start();
  onTestFinished(() => auditor.stop());
  await pass(test.clock, 10);
  return {
    ...test,
    meter,
    auditor,
    aRound: () => pass(test.clock, intervalMs + 5_000, 1_000),
    spoil: (order: Order) => test.tables.putOrder({ ...order, cumQuantity: quantity("0.5") }),
    /** A change that says nothing new: something to look at again. */
    touch: ({ store }: TestDesk, order: Order) =>
      store.events.tell({ ...placedRecord(order), version: order.version, type: "order.recovered" }),
  };
}

const violationsOf = async ({ store }: Awaited<ReturnType<typeof auditing>>, { orderId }: Order) =>
  (await store.events.ofOrder(orderId, 100)).filter(({ type }) => type === "audit.violation");

describe("the auditor", () => {
  it("given changes that are well, so it counts them and tells nothing", async () => {
    const test = await auditing();
    await orderAfter(test, pathTo.FILLED);
    await test.aRound();
    expect(test.meter.told("surefill_audited_orders")).toEqual(["1"]);
    expect(test.meter.told("surefill_invariant_violations")).toEqual([]);
    expect(test.complaints).toEqual([]);
  });

  it("given an order that contradicts itself, so it is a metric, an error in the log and an event", async () => {
    const test = await auditing();
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.spoil(order);
    await test.aRound();
    expect(test.meter.told("surefill_invariant_violations")).toEqual([
      "1 invariant=EVENTS_REPLAY",
      "1 invariant=FILLS_SUM_UP",
    ]);
    expect(test.complaints).toMatchObject([
      { event: "audit.violation", order_id: order.orderId, invariant: "EVENTS_REPLAY", stored: '"0.5"' },
      { event: "audit.violation", order_id: order.orderId, invariant: "FILLS_SUM_UP", expected: "0", stored: "0.5" },
    ]);
    expect(await violationsOf(test, order)).toMatchObject([
      {
        ...{ version: order.version, account: "alice", to: "CONFIRMING", attemptNumber: 1 },
        cause: { type: "AUDIT_VIOLATED", findings: [{ invariant: "EVENTS_REPLAY" }, { invariant: "FILLS_SUM_UP" }] },
      },
    ]);
  });

  it("given what it has told already, so it is not told again, and its own events are no changes", async () => {
    const test = await auditing();
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.spoil(order);
    await test.aRound();
    await test.aRound();
    expect(test.meter.told("surefill_audited_orders")).toEqual(["1"]);
    expect(test.complaints).toHaveLength(2);
    expect(await violationsOf(test, order)).toHaveLength(1);
  });

  it.each([
    { toldMax: 10, times: 1 },
    { toldMax: 2, times: 1 },
    { toldMax: 1, times: 2 },
  ])(
    "given a change of what it has told, and $toldMax places in its memory, so it tells it $times times",
    async ({ toldMax, times }) => {
      const test = await auditing({}, toldMax);
      const order = await orderAfter(test, pathTo.CONFIRMING);
      test.spoil(order);
      await test.aRound();
      await test.touch(test, order);
      await test.aRound();
      expect(test.complaints).toHaveLength(2 * times);
    },
  );

  it("given an order without an attempt, so the event is of none", async () => {
    const test = await auditing();
    const order = await orderAfter(test, pathTo.PENDING);
    test.spoil(order);
    await test.aRound();
    expect(await violationsOf(test, order)).toMatchObject([{ attemptNumber: 0, to: "PENDING" }]);
  });

  it("given an order that can't be read, so it is a metric and an error in the log alone", async () => {
    const test = await auditing({
      store: ({ audit }) => ({
        audit: {
          ...audit,
          dossiers: async (ids) => ids.map((orderId) => ({ kind: "UNREADABLE", orderId, reason: "torn" }) as const),
        },
      }),
    });
    const order = await orderAfter(test, pathTo.CONFIRMING);
    await test.aRound();
    expect(test.complaints).toMatchObject([{ invariant: "READABLE", order_id: order.orderId, stored: "torn" }]);
    expect(test.meter.told("surefill_invariant_violations")).toEqual(["1 invariant=READABLE"]);
    expect(await violationsOf(test, order)).toEqual([]);
  });

  it("given an order that is gone by then, so there is nothing to add an event to", async () => {
    const test = await auditing({ store: ({ orders }) => ({ orders: { ...orders, find: async () => undefined } }) });
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.spoil(order);
    await test.aRound();
    expect(test.complaints).toHaveLength(2);
    expect(await violationsOf(test, order)).toEqual([]);
  });

  it("given a stop between two pages, so the rest is left to the next start", async () => {
    const test = await auditing();
    for (let made = 0; made < 40; made += 1) await orderAfter(test, pathTo.CONFIRMING);
    await pass(test.clock, intervalMs, 1_000);
    await test.auditor.stop();
    expect(test.meter.told("surefill_audited_orders")).toHaveLength(1);
  });

  it("given a position that its fills don't give, so the event is of an order that has such a fill", async () => {
    const test = await auditing();
    const order = await orderAfter(test, pathTo.FILLED);
    for (const [key, position] of test.tables.positions) {
      test.tables.positions.set(key, { ...position, quantity: "7" as typeof position.quantity });
    }
    await test.aRound();
    expect(await violationsOf(test, order)).toMatchObject([
      { cause: { findings: [{ invariant: "BALANCES_SUM_UP", stored: "7" }] } },
    ]);
  });

  it("given changes of before its start, so they are left to an audit of all there is", async () => {
    const before = deskForTests();
    const order = await orderAfter(before, pathTo.CONFIRMING);
    before.tables.putOrder({ ...order, cumQuantity: quantity("0.5") });
    const test = await auditing({ beside: before });
    await test.aRound();
    expect(test.complaints).toEqual([]);
  });

  it("given a store that is away, so it goes on from where it was once that is back", async () => {
    let isAway = false;
    const test = await auditing({
      store: ({ audit }) => ({
        audit: {
          ...audit,
          async dossiers(...call) {
            if (isAway) throw new SurefillError("STORE_UNAVAILABLE", "away");
            return audit.dossiers(...call);
          },
        },
      }),
    });
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.spoil(order);
    isAway = true;
    await test.aRound();
    expect(await violationsOf(test, order)).toEqual([]);
    isAway = false;
    await test.aRound();
    expect(await violationsOf(test, order)).toHaveLength(1);
  });
});
