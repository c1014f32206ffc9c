import { describe, expect, it, onTestFinished } from "vitest";
import { recordReport } from "../desk/record-report.ts";
import type { Order } from "../order/order.ts";
import type { OrderEvent } from "../order/order-event.ts";
import { surplusDueAt } from "../order/surplus-attempt.ts";
import { attemptFor, deskForTests, keyOf, orderAfter, stored, type TestDesk } from "../testing/desk-for-tests.ts";
import { aboutOrder } from "../testing/observer-for-tests.ts";
import { sampleEvents } from "../testing/order-fixtures.ts";
import type { VenueScript } from "../testing/scripted-venue.ts";
import { pass } from "../testing/settle.ts";
import { acceptAll } from "../testing/submission-for-tests.ts";
import type { Clock } from "../time/clock.ts";
import { addMs } from "../time/wall-time.ts";
import { Executor } from "./executor.ts";

const { ATTEMPT_PREPARED, RETRY_SCHEDULED, ACCEPTED, CANCELLED, CANCEL_REQUESTED } = sampleEvents;
const twice = [ATTEMPT_PREPARED, RETRY_SCHEDULED, ATTEMPT_PREPARED] as const;
const isCancelled = (order: Order): VenueScript => ({
  lookup: async () => ({ kind: "FOUND", report: aboutOrder(order, { evidence: { kind: "CANCELLED" } }) }),
});

/** A server that is not started yet; it stops when its test ends. */
function serverOf(test: TestDesk, owner = "server-1") {
  test.venue.script.prepare = async (request) => ({ kind: "PREPARED", attempt: attemptFor(test, request) });
  test.venue.script.submit = acceptAll;
  const executor = new Executor(test.desk, owner);
  onTestFinished(async () => {
    const stopping = executor.stop();
    await pass(test.clock, 20_000, 1_000);
    await stopping;
  });
  return executor;
}

/** An order after `events`, whose first attempt then turned up open. */
async function doubled(test: TestDesk, events: readonly OrderEvent[]): Promise<Order> {
  const order = await orderAfter(test, events);
  return recordReport(test.desk, order, aboutOrder(order));
}

describe("a surplus attempt", () => {
  it.each<[string, readonly OrderEvent[]]>([
    ["goes on", [...twice, ACCEPTED]],
    ["has ended", [...twice, ACCEPTED, CANCELLED]],
  ])("given its order %s, so whoever holds the lease cancels it, until it has ended", async (_what, events) => {
    const test = deskForTests({ script: { cancel: async () => ({ kind: "ACCEPTED" }) } });
    const order = await doubled(test, events);
    await serverOf(test).start();
    await pass(test.clock, 1_000, 50);
    expect(test.venue.keysOf("cancel")).toEqual([keyOf(order.orderId, 1)]);
    Object.assign(test.venue.script, isCancelled(order));
    await pass(test.clock, 6_000, 50);
    const after = await stored(test, order);
    expect(surplusDueAt(after)).toBeUndefined();
    expect(after.state).toBe(order.state);
    expect(test.venue.keysOf("cancel")).toHaveLength(1);
  });

  it("given the server that asked dies before the answer, so the next one looks it up and cancels it", async () => {
    const first = deskForTests({
      script: { cancel: async () => ({ kind: "UNKNOWN", error: sampleEvents.ANSWER_LOST.error }) },
    });
    const order = await doubled(first, [...twice, ACCEPTED]);
    const dying = new Executor(first.desk, "server-1");
    await dying.start();
    await pass(first.clock, 500, 50);
    const stopping = dying.stop();
    await pass(first.clock, 1_000, 50);
    await stopping;
    const asked = first.venue.keysOf("cancel").length;
    expect(asked).toBeGreaterThan(0);

    const test = deskForTests({ beside: first, script: { cancel: async () => ({ kind: "ACCEPTED" }) } });
    Object.assign(test.venue.script, {
      lookup: async () => ({ kind: "FOUND", report: aboutOrder(order) }),
    } satisfies VenueScript);
    await serverOf(test, "server-2").start();
    await pass(test.clock, 3_000, 50);
    expect(test.venue.keysOf("cancel")).toEqual([keyOf(order.orderId, 1)]);
  });

  it("given a server whose clock was an hour ahead put it off, so it is asked again in seconds, not in an hour", async () => {
    const test = deskForTests({ script: { cancel: async () => ({ kind: "ACCEPTED" }) } });
    const order = await doubled(test, [...twice, ACCEPTED, CANCELLED]);
    const clock: Clock = {
      wall: () => addMs(test.clock.wall(), 3_600_000),
      monotonicMs: () => test.clock.monotonicMs(),
      sleep: (...call) => test.clock.sleep(...call),
    };
    await recordReport({ ...test.desk, clock }, order, aboutOrder(order, { evidence: { kind: "CANCEL_TAKEN" } }));
    test.venue.script.lookup = async () => ({ kind: "FOUND", report: aboutOrder(order) });
    await serverOf(test).start();
    await pass(test.clock, 40_000, 500);
    expect(test.venue.keysOf("cancel")[0]).toBe(keyOf(order.orderId, 1));
    Object.assign(test.venue.script, isCancelled(order));
    await pass(test.clock, 40_000, 500);
    expect(surplusDueAt(await stored(test, order))).toBeUndefined();
  });

  it("given a retry that is due, so it waits until the attempt has ended", async () => {
    const test = deskForTests({ script: { cancel: async () => ({ kind: "ACCEPTED" }) } });
    const order = await doubled(test, [...twice, RETRY_SCHEDULED]);
    test.venue.script.lookup = async () => ({ kind: "FOUND", report: aboutOrder(order) });
    await serverOf(test).start();
    await pass(test.clock, 5_000, 50);
    expect(test.venue.keysOf("submit")).toEqual([]);
    Object.assign(test.venue.script, isCancelled(order));
    await pass(test.clock, 6_000, 50);
    expect(test.venue.keysOf("submit")).toEqual([keyOf(order.orderId, 3)]);
  });

  it("given an order that is being cancelled itself, so both are", async () => {
    const test = deskForTests({ script: { cancel: async () => ({ kind: "ACCEPTED" }) } });
    const order = await doubled(test, [...twice, ACCEPTED, CANCEL_REQUESTED]);
    await serverOf(test).start();
    await pass(test.clock, 1_000, 50);
    expect(test.venue.keysOf("cancel")).toEqual([keyOf(order.orderId, 1), keyOf(order.orderId, 2)]);
  });

  it("given more due orders than one look reads, so none is hidden behind them", async () => {
    const test = deskForTests({ script: { cancel: async () => ({ kind: "ACCEPTED" }) } });
    for (let made = 0; made < 501; made += 1) await orderAfter(test);
    const order = await doubled(test, [...twice, ACCEPTED]);
    await serverOf(test).start();
    await pass(test.clock, 200, 50);
    expect(test.venue.keysOf("cancel")).toEqual([keyOf(order.orderId, 1)]);
  });
});
