import { describe, expect, it, onTestFinished } from "vitest";
import { orderError } from "../error/order-error.ts";
import type { Instruction } from "../order/instruction.ts";
import {
  attemptFor,
  deskForTests,
  keyOf,
  orderAfter,
  pathTo,
  stored,
  type TestDeskOptions,
} from "../testing/desk-for-tests.ts";
import { after, busy, fillOf, limitBuy, lost, quoteBuy, testAccount } from "../testing/order-fixtures.ts";
import type { VenueScript } from "../testing/scripted-venue.ts";
import { pass, settle } from "../testing/settle.ts";
import { acceptAll } from "../testing/submission-for-tests.ts";
import { btcPrice, btcUsdt } from "../testing/venue-fixtures.ts";
import { addMs } from "../time/wall-time.ts";
import { lookUp } from "../tracking/look-up.ts";
import { Executor } from "./executor.ts";
import { passDeadline } from "./pass-deadline.ts";
import { place } from "./place.ts";

async function serverOf(script: VenueScript = {}, options: TestDeskOptions = {}) {
  const test = deskForTests(options);
  const prepare: VenueScript["prepare"] = async (request) => ({ kind: "PREPARED", attempt: attemptFor(test, request) });
  Object.assign(test.venue.script, { prepare, ...script });
  const executor = new Executor(test.desk, "server-1");
  onTestFinished(async () => {
    const stopping = executor.stop();
    await pass(test.clock, 20_000, 1_000);
    await stopping;
  });
  await executor.start();
  return { ...test, executor };
}

/** Good till 10 s from the beginning. */
const tillThen: Partial<Instruction> = { expireTime: after(10_000) };
const cancelled: VenueScript["cancel"] = async ({ submitKey }) => ({
  kind: "ACCEPTED",
  report: { submitKey, evidence: { kind: "CANCELLED" }, fills: [] },
});

describe("expire_time", () => {
  it("given an order that waits for a venue that is away, so it ends EXPIRED then, and is never sent", async () => {
    const policies = { breaker: { failuresMax: 1, openMs: 60_000, openMsMax: 60_000 } };
    const server = await serverOf({ submit: async () => ({ kind: "UNKNOWN", error: lost }) }, { policies });
    await orderAfter(server);
    await pass(server.clock, 100, 20);
    const order = await orderAfter(server, [], tillThen);
    server.executor.act(order);
    await pass(server.clock, 9_800, 50);
    expect((await stored(server, order)).state).toBe("PENDING");
    await pass(server.clock, 500, 50);
    const error = { code: "EXPIRE_TIME_PASSED" };
    expect(await stored(server, order)).toMatchObject({ state: "EXPIRED", attemptCount: 0, lastError: error });
    server.venue.script.submit = acceptAll;
    await pass(server.clock, 120_000, 1_000);
    expect(server.venue.keysOf("submit")).not.toContain(keyOf(order.orderId, 1));
  });

  it("given an order that would be tried again after it, so it ends EXPIRED instead", async () => {
    const submit: VenueScript["submit"] = async () => ({ kind: "REJECTED", error: busy, retryAfterMs: 60_000 });
    const server = await serverOf({ submit });
    const order = await orderAfter(server, [], tillThen);
    await pass(server.clock, 9_900, 50);
    expect(await stored(server, order)).toMatchObject({ state: "FAILED", retryAt: after(10_000) });
    await pass(server.clock, 500, 50);
    expect((await stored(server, order)).state).toBe("EXPIRED");
    await pass(server.clock, 120_000, 1_000);
    expect(server.venue.callsOf("submit")).toHaveLength(1);
  });

  it("given a prepare during which it passes, so no attempt is made", async () => {
    const server = await serverOf({ submit: acceptAll });
    const { prepare } = server.venue.script;
    server.venue.script.prepare = async (...call) => {
      await server.clock.sleep(6_000);
      if (prepare === undefined) throw new Error("no prepare");
      return prepare(...call);
    };
    const order = await orderAfter(server, [], { expireTime: after(5_000) });
    await pass(server.clock, 7_000, 50);
    expect(await stored(server, order)).toMatchObject({ state: "EXPIRED", attemptCount: 0 });
    expect(server.venue.callsOf("submit")).toHaveLength(0);
  });

  it("given a turn that comes just when it passes, so no attempt is made", async () => {
    const server = await serverOf({ submit: acceptAll });
    const pause = orderError("RATE_LIMITED", "too many requests");
    server.entry.gate?.refused(testAccount, pause, 5_000);
    const order = await orderAfter(server, [], { expireTime: addMs(server.clock.wall(), 5_000) });
    server.executor.act(order);
    await pass(server.clock, 6_000, 50);
    expect(await stored(server, order)).toMatchObject({ state: "EXPIRED", attemptCount: 0, failedPrepares: 0 });
    expect(server.venue.callsOf("prepare")).toHaveLength(0);
  });

  it("given an order at the venue whose time has not come, so being handed over changes nothing", async () => {
    const server = await serverOf();
    const order = await orderAfter(server, pathTo.CONFIRMING, tillThen);
    server.executor.act(order);
    await settle();
    expect(await stored(server, order)).toEqual(order);
  });

  it.each(["CONFIRMING", "PARTIALLY_FILLED"] as const)(
    "given %s, so it is cancelled at the venue then, and ends EXPIRED with what was filled",
    async (phase) => {
      const server = await serverOf({ cancel: cancelled });
      const order = await orderAfter(server, pathTo[phase], tillThen);
      await pass(server.clock, 9_900, 50);
      expect(server.venue.callsOf("cancel")).toHaveLength(0);
      await pass(server.clock, 500, 50);
      expect(server.venue.keysOf("cancel")).toEqual([keyOf(order.orderId, 1)]);
      const cancelRequest = { reason: "expire_time passed" };
      const ended = { state: "EXPIRED", cancelRequest, cumQuantity: order.cumQuantity };
      expect(await stored(server, order)).toMatchObject({ ...ended, lastError: { code: "EXPIRE_TIME_PASSED" } });
    },
  );

  it("given a cancel whose answer is lost, so it ends EXPIRED all the same, and says why", async () => {
    let answers = 0;
    const cancel: VenueScript["cancel"] = async (...call) => {
      answers += 1;
      return answers === 1 ? { kind: "UNKNOWN", error: lost } : (cancelled?.(...call) ?? { kind: "NOT_OPEN" });
    };
    const server = await serverOf({ cancel, lookup: async () => ({ kind: "UNAVAILABLE", error: lost }) });
    const order = await orderAfter(server, pathTo.CONFIRMING, tillThen);
    await pass(server.clock, 15_000, 50);
    const error = { code: "EXPIRE_TIME_PASSED" };
    expect(await stored(server, order)).toMatchObject({ state: "EXPIRED", lastError: error });
  });

  it("given a fill that comes first, so the order is FILLED and nothing is cancelled", async () => {
    const server = await serverOf();
    const order = await orderAfter(server, pathTo.FILLED, tillThen);
    await pass(server.clock, 12_000, 100);
    expect(await stored(server, order)).toEqual(order);
  });

  it("given a fill that crosses the cancel, so the order is FILLED", async () => {
    const cancel: VenueScript["cancel"] = async ({ submitKey }) => ({
      kind: "ACCEPTED",
      report: { submitKey, evidence: { kind: "FILLED" }, fills: [fillOf("F1", "1")] },
    });
    const server = await serverOf({ cancel });
    const order = await orderAfter(server, pathTo.CONFIRMING, tillThen);
    await pass(server.clock, 11_000, 50);
    expect((await stored(server, order)).state).toBe("FILLED");
  });

  it("given doubt, so evidence comes first: found, it is cancelled and EXPIRED", async () => {
    const server = await serverOf({ cancel: cancelled });
    const order = await orderAfter(server, pathTo.IN_DOUBT, tillThen);
    await pass(server.clock, 10_500, 50);
    const doubtful = await stored(server, order);
    expect(doubtful).toMatchObject({ state: "IN_DOUBT", cancelRequest: { reason: "expire_time passed" } });
    server.venue.script.lookup = async ({ submitKey }) => ({
      kind: "FOUND",
      report: { submitKey, evidence: { kind: "OPEN" }, fills: [] },
    });
    await lookUp(server.desk, server.entry, doubtful);
    await pass(server.clock, 500, 50);
    expect((await stored(server, order)).state).toBe("EXPIRED");
  });

  it("given doubt that ends with proof of absence, so it is EXPIRED, and there is no other attempt", async () => {
    const server = await serverOf({ submit: acceptAll });
    const order = await orderAfter(server, pathTo.IN_DOUBT, tillThen);
    await pass(server.clock, 10_500, 50);
    server.venue.script.lookup = async () => ({ kind: "NOT_FOUND", asOf: addMs(server.clock.wall(), 60_000) });
    await lookUp(server.desk, server.entry, await stored(server, order));
    await pass(server.clock, 5_000, 50);
    expect(await stored(server, order)).toMatchObject({ state: "EXPIRED", attemptCount: 1 });
    expect(server.venue.callsOf("submit")).toHaveLength(0);
  });

  it("given many that are overdue at start, so each is given up once", async () => {
    const server = deskForTests({ script: { cancel: cancelled } });
    const open = [
      await orderAfter(server, pathTo.CONFIRMING, tillThen),
      await orderAfter(server, pathTo.CONFIRMING, tillThen),
    ];
    const waiting = await orderAfter(server, [], tillThen);
    server.clock.advance(3_600_000);
    const executor = new Executor(server.desk, "server-1");
    await executor.start();
    await pass(server.clock, 1_000, 50);
    for (const order of [...open, waiting]) expect((await stored(server, order)).state).toBe("EXPIRED");
    expect(server.venue.callsOf("cancel")).toHaveLength(2);
    const stopping = executor.stop();
    await pass(server.clock, 1_000, 50);
    await stopping;
  });

  it("given that another process has given it up already, so nothing is changed", async () => {
    const test = deskForTests();
    const order = await orderAfter(test, pathTo.CONFIRMING, tillThen);
    expect(await passDeadline(test.desk, order)).toEqual(order);
    test.clock.advance(10_000);
    const first = await passDeadline(test.desk, order);
    expect(await passDeadline(test.desk, order)).toEqual(first);
    expect(first.version).toBe(order.version + 1);
  });

  it("given an order that others keep changing, so it is left due", async () => {
    let isContended = false;
    const test = deskForTests({
      store: ({ orders }) => ({
        orders: {
          ...orders,
          commit: async (change) => (isContended ? { kind: "STALE_VERSION" } : orders.commit(change)),
        },
      }),
    });
    const order = await orderAfter(test, pathTo.CONFIRMING, tillThen);
    test.clock.advance(10_000);
    isContended = true;
    await expect(passDeadline(test.desk, order)).rejects.toMatchObject({ code: "ORDER_CONTENDED" });
  });
});

describe("expire_time at the door", () => {
  const request = (expireTime: NonNullable<Instruction["expireTime"]>): Instruction => ({ ...limitBuy, expireTime });
  const prices: VenueScript["prices"] = async () => new Map([[btcUsdt.symbol, btcPrice]]);

  it("given a time that has passed, so the order is DENIED and says so", async () => {
    const { desk, clock } = deskForTests({ script: { prices } });
    const placed = await place(desk, request(clock.wall()), { requestedAt: clock.wall() });
    const lastError = { code: "EXPIRE_TIME_PASSED", context: { field: "expire_time" } };
    expect(placed).toMatchObject({ kind: "PLACED", order: { state: "DENIED", lastError } });
  });

  it("given a call repeated after it, so the same order, not a refusal", async () => {
    const { desk, clock } = deskForTests({ script: { prices } });
    const instruction = request(addMs(clock.wall(), 1));
    const placed = await place(desk, instruction, { requestedAt: clock.wall() });
    clock.advance(60_000);
    const again = await place(desk, instruction, { requestedAt: clock.wall() });
    expect(again).toMatchObject({ kind: "REPLAYED", order: "order" in placed ? placed.order : {} });
  });

  it("given another time under the same client order id, so REUSED, naming the field", async () => {
    const { desk, clock } = deskForTests({ script: { prices } });
    await place(desk, request(addMs(clock.wall(), 1_000)), { requestedAt: clock.wall() });
    const again = await place(desk, request(addMs(clock.wall(), 2_000)), { requestedAt: clock.wall() });
    expect(again).toMatchObject({ kind: "REUSED", error: { context: { field: "expire_time" } } });
  });
});

describe("the execution timeout", () => {
  it("given a market order that the venue has for 5 min, so it is cancelled, and CANCELLED says why", async () => {
    const server = await serverOf({ cancel: cancelled });
    const order = await orderAfter(server, pathTo.CONFIRMING, quoteBuy);
    await pass(server.clock, 299_900, 500);
    expect((await stored(server, order)).state).toBe("CONFIRMING");
    await pass(server.clock, 600, 50);
    const lastError = { code: "EXECUTION_TIMEOUT" };
    expect(await stored(server, order)).toMatchObject({ state: "CANCELLED", lastError });
  });

  it("given a limit order that rests, so it rests", async () => {
    const server = await serverOf();
    const order = await orderAfter(server, pathTo.CONFIRMING);
    await pass(server.clock, 3_600_000, 10_000);
    expect(await stored(server, order)).toEqual(order);
  });

  it("given one that was never sent, so it is CANCELLED, and says why", async () => {
    const server = await serverOf({ submit: async () => ({ kind: "REJECTED", error: busy, retryAfterMs: 60_000 }) });
    const order = await orderAfter(server, [], { executionTimeoutMs: 2_000 });
    await pass(server.clock, 2_500, 50);
    await settle();
    const lastError = { code: "EXECUTION_TIMEOUT" };
    expect(await stored(server, order)).toMatchObject({ state: "CANCELLED", lastError, attemptCount: 1 });
  });
});
