import { describe, expect, it, onTestFinished } from "vitest";
import { orderError } from "../error/order-error.ts";
import type { Instruction } from "../order/instruction.ts";
import type { Order } from "../order/order.ts";
import { positionId } from "../position/position-id.ts";
import {
  attemptFor,
  deskForTests,
  keyOf,
  orderAfter,
  pathTo,
  stored,
  type TestDesk,
  type TestDeskOptions,
} from "../testing/desk-for-tests.ts";
import { lost } from "../testing/order-fixtures.ts";
import type { VenueScript } from "../testing/scripted-venue.ts";
import { pass, settle } from "../testing/settle.ts";
import { acceptAll } from "../testing/submission-for-tests.ts";
import { manifestOf } from "../testing/venue-fixtures.ts";
import type { SubmitOutcome } from "../venue/venue.ts";
import { Executor } from "./executor.ts";
import { requestCancel } from "./request-cancel.ts";

async function serverOf(script: VenueScript = {}, options: TestDeskOptions = {}, owner = "server-1") {
  const test = deskForTests(options);
  const prepare: VenueScript["prepare"] = async (request) => ({ kind: "PREPARED", attempt: attemptFor(test, request) });
  Object.assign(test.venue.script, { prepare, ...script });
  const executor = new Executor(test.desk, owner);
  onTestFinished(async () => {
    const stopping = executor.stop();
    await pass(test.clock, 20_000, 1_000);
    await stopping;
  });
  await executor.start();
  return { ...test, executor };
}

function missing(): never {
  throw new Error("it is not there");
}

/** Orders a millisecond apart, the first one the oldest. */
async function ordersOf(test: TestDesk, count: number): Promise<readonly Order[]> {
  const orders: Order[] = [];
  for (let made = 0; made < count; made += 1) {
    orders.push(await orderAfter(test));
    test.clock.advance(1);
  }
  return orders;
}

const exit: Partial<Instruction> = { purpose: "EXIT", positionId: positionId("p-1") };
const silent = async (): Promise<SubmitOutcome> => ({ kind: "UNKNOWN", error: lost });
const policies = { breaker: { failuresMax: 3, openMs: 1_000, openMsMax: 60_000 } };
const limits = (requestsMax: number) => ({
  entry: {
    manifest: {
      ...manifestOf(),
      rateLimits: [{ name: "orders", requestsMax, windowMs: 10_000, costs: { submit: 1, cancel: 1, lookup: 1 } }],
    },
    concurrencyMax: 4,
  },
  policies: { rateBudget: { limitShare: 1, reserveShare: 0.2 } },
});

describe("a venue that does not answer", () => {
  it("given three lost answers, so the next orders wait, stay due and lose no attempt; after the pause one probes", async () => {
    const server = await serverOf({ submit: silent }, { policies });
    const orders = await ordersOf(server, 6);
    await pass(server.clock, 900, 20);
    expect(server.venue.keysOf("submit")).toHaveLength(3);
    for (const order of orders.slice(3)) {
      expect(await stored(server, order)).toMatchObject({ state: "PENDING", attemptCount: 0, failedPrepares: 0 });
    }
    await pass(server.clock, 300, 20);
    expect(server.venue.keysOf("submit")).toHaveLength(4);
    await pass(server.clock, 1_500, 20);
    expect(server.venue.keysOf("submit")).toHaveLength(4);
    server.venue.script.submit = acceptAll;
    await pass(server.clock, 1_000, 20);
    expect(server.venue.keysOf("submit")).toEqual(orders.map(({ orderId }) => keyOf(orderId, 1)));
  });

  it("given that new orders wait, so cancels, look-ups and orders that reduce a position don't", async () => {
    const server = await serverOf(
      {
        submit: silent,
        cancel: async () => ({ kind: "ACCEPTED" }),
        lookup: async () => ({ kind: "UNAVAILABLE", error: lost }),
      },
      { policies },
    );
    for (let made = 0; made < 4; made += 1) await orderAfter(server);
    const open = await orderAfter(server, pathTo.CONFIRMING);
    await pass(server.clock, 500, 20);
    expect(server.entry.gate?.breaker().state).toBe("OPEN");
    const reducing = await orderAfter(server, [], exit);
    server.executor.act(reducing);
    server.executor.act(await requestCancel(server.desk, open, "told to"));
    await settle();
    expect(server.venue.keysOf("submit").at(-1)).toBe(keyOf(reducing.orderId, 1));
    expect(server.venue.callsOf("cancel")).toHaveLength(1);
    const { account, instrument } = open.instruction;
    const reference = { account, instrument, submitKey: keyOf(open.orderId, 1) };
    expect(await server.entry.venue.lookup(reference, new AbortController().signal)).toMatchObject({
      kind: "UNAVAILABLE",
    });
  });

  it("given an order that is cancelled while it waits, so it is never sent", async () => {
    const server = await serverOf({ submit: silent }, { policies });
    for (let made = 0; made < 3; made += 1) await orderAfter(server);
    await pass(server.clock, 500, 20);
    const waiting = await orderAfter(server);
    server.executor.act(waiting);
    await settle();
    await requestCancel(server.desk, waiting, "told to");
    server.venue.script.submit = acceptAll;
    await pass(server.clock, 5_000, 50);
    expect(server.venue.keysOf("submit")).not.toContain(keyOf(waiting.orderId, 1));
    expect(await stored(server, waiting)).toMatchObject({ state: "CANCELLED", attemptCount: 0 });
  });
});

describe("a venue with limits", () => {
  it("given more orders than the limit, so the rest wait and leave as there is room, each once", async () => {
    const server = await serverOf({ submit: acceptAll }, limits(5));
    const orders = await ordersOf(server, 10);
    await pass(server.clock, 9_000, 50);
    expect(server.venue.keysOf("submit")).toHaveLength(4);
    expect(server.venue.callsOf("prepare")).toHaveLength(4);
    await pass(server.clock, 30_000, 50);
    expect(server.venue.keysOf("submit")).toEqual(orders.map(({ orderId }) => keyOf(orderId, 1)));
  });

  it("given that new orders have used what is theirs, so a cancel leaves from the reserve", async () => {
    const server = await serverOf({ submit: acceptAll, cancel: async () => ({ kind: "ACCEPTED" }) }, limits(5));
    for (let made = 0; made < 8; made += 1) await orderAfter(server);
    await pass(server.clock, 500, 50);
    const open = await orderAfter(server, pathTo.CONFIRMING);
    server.executor.act(await requestCancel(server.desk, open, "told to"));
    await settle();
    expect(server.venue.callsOf("cancel")).toHaveLength(1);
  });

  it("given a cancel without room, so nothing is sent, it stays due and is sent when there is", async () => {
    const cancel: VenueScript["cancel"] = async ({ submitKey }) => {
      return { kind: "ACCEPTED", report: { submitKey, evidence: { kind: "CANCELLED" }, fills: [] } };
    };
    const lookup: VenueScript["lookup"] = async ({ submitKey }) => {
      return { kind: "FOUND", report: { submitKey, evidence: { kind: "OPEN" }, fills: [] } };
    };
    const server = await serverOf({ cancel, lookup }, limits(2));
    const open: Order[] = [];
    for (let made = 0; made < 3; made += 1) open.push(await orderAfter(server, pathTo.CONFIRMING));
    for (const order of open) server.executor.act(await requestCancel(server.desk, order, "told to"));
    await pass(server.clock, 10_500, 100);
    expect(server.venue.callsOf("cancel")).toHaveLength(2);
    const states = await Promise.all(open.map(async (order) => (await stored(server, order)).state));
    expect(states.sort()).toEqual(["CANCELLED", "CANCELLED", "CANCELLING"]);
    await pass(server.clock, 4_000, 100);
    expect(server.venue.callsOf("cancel")).toHaveLength(3);
  });

  it("given a prepare so slow that its payment has lapsed, so the submission pays again before it leaves", async () => {
    const server = await serverOf({ submit: acceptAll }, limits(5));
    server.venue.script.prepare = async (request) => {
      await server.clock.sleep(3_000);
      return { kind: "PREPARED", attempt: attemptFor(server, request) };
    };
    await orderAfter(server);
    await pass(server.clock, 4_000, 50);
    expect(server.venue.callsOf("submit")).toHaveLength(1);
    expect((await server.entry.gate?.budgets())?.[0]?.limits[0]?.tokensLeft).toBe(3);
  });

  it("given one that can't pay again, so its attempt provably never left, and is made anew", async () => {
    const server = await serverOf({ submit: acceptAll }, limits(1));
    let prepareMs = 3_000;
    server.venue.script.prepare = async (request) => {
      await server.clock.sleep(prepareMs);
      return { kind: "PREPARED", attempt: attemptFor(server, request) };
    };
    const order = await orderAfter(server);
    await pass(server.clock, 4_500, 50);
    const lastError = { code: "RATE_BUDGET_USED_UP" };
    expect(await stored(server, order)).toMatchObject({ state: "FAILED", attemptCount: 1, lastError });
    expect(server.venue.callsOf("submit")).toHaveLength(0);
    prepareMs = 10;
    await pass(server.clock, 12_000, 50);
    expect(server.venue.keysOf("submit")).toEqual([keyOf(order.orderId, 2)]);
  });
});

describe("a venue that asks for a pause", () => {
  const limited = orderError("RATE_LIMITED", "too many requests");

  it("given Retry-After, so the account's new orders wait for it, and the refused one is not due before", async () => {
    let refusals = 1;
    const submit = async (): Promise<SubmitOutcome> => {
      if (refusals === 0) return acceptAll();
      refusals -= 1;
      return { kind: "REJECTED", error: limited, retryAfterMs: 7_000 };
    };
    const server = await serverOf({ submit });
    const [first, second] = await ordersOf(server, 2);
    await pass(server.clock, 6_800, 50);
    expect(server.venue.callsOf("submit")).toHaveLength(1);
    expect(await stored(server, second ?? missing())).toMatchObject({ state: "PENDING", attemptCount: 0 });
    await pass(server.clock, 1_000, 50);
    expect(await stored(server, first ?? missing())).toMatchObject({ state: "CONFIRMING", attemptCount: 2 });
    expect(await stored(server, second ?? missing())).toMatchObject({ state: "CONFIRMING", attemptCount: 1 });
  });

  it("given one that a prepare was asked for, so the same", async () => {
    const server = await serverOf({ submit: acceptAll });
    const { prepare } = server.venue.script;
    server.venue.script.prepare = async () => ({ kind: "FAILED", error: limited, retryAfterMs: 5_000 });
    const order = await orderAfter(server);
    await pass(server.clock, 1_000, 50);
    Object.assign(server.venue.script, { prepare });
    await pass(server.clock, 3_800, 50);
    expect(server.venue.callsOf("prepare")).toHaveLength(1);
    await pass(server.clock, 500, 50);
    expect(await stored(server, order)).toMatchObject({ state: "CONFIRMING", failedPrepares: 1 });
  });

  it("given a pause, so orders that reduce a position and cancels leave all the same", async () => {
    const server = await serverOf({ submit: acceptAll, cancel: async () => ({ kind: "ACCEPTED" }) });
    server.entry.gate?.refused(server.entry.accounts[0] ?? missing(), limited, 60_000);
    const open = await orderAfter(server, pathTo.CONFIRMING);
    server.executor.act(await requestCancel(server.desk, open, "told to"));
    const entry = await orderAfter(server);
    const reducing = await orderAfter(server, [], exit);
    await pass(server.clock, 1_000, 50);
    expect(server.venue.callsOf("cancel")).toHaveLength(1);
    expect((await stored(server, reducing)).state).toBe("CONFIRMING");
    expect((await stored(server, entry)).state).toBe("PENDING");
  });
});

describe("a venue without a gate", () => {
  it("given what an earlier process left, and a new order, so nothing holds either", async () => {
    const test = deskForTests({ script: { submit: acceptAll, openOrders: async () => [] } });
    test.venue.script.prepare = async (request) => ({ kind: "PREPARED", attempt: attemptFor(test, request) });
    const { gate: _gate, urgentVenue: _urgent, ...bare } = { ...test.entry, venue: test.venue };
    const orphan = await orderAfter(test, pathTo.SUBMITTED);
    const executor = new Executor({ ...test.desk, venues: new Map([[bare.venueId, bare]]) }, "server-1");
    await executor.start();
    const order = await orderAfter(test);
    await pass(test.clock, 1_000, 50);
    expect((await stored(test, order)).state).toBe("CONFIRMING");
    expect((await stored(test, orphan)).state).toBe("IN_DOUBT");
    const stopping = executor.stop();
    await pass(test.clock, 20_000, 1_000);
    await stopping;
  });
});

describe("concurrency", () => {
  /** Submissions that stay unanswered, and how many did so at once. */
  function held() {
    let underWay = 0;
    let most = 0;
    const answers: (() => void)[] = [];
    const submit = async (): Promise<SubmitOutcome> => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise<void>((resolve) => answers.push(resolve));
      underWay -= 1;
      return acceptAll();
    };
    const answerAll = () => {
      for (const answer of answers.splice(0)) answer();
    };
    return { submit, most: () => most, answerAll };
  }

  it.each([1, 3])(
    "given room for %i, so that many await an answer at once; orders that reduce don't count",
    async (concurrencyMax) => {
      const { submit, most, answerAll } = held();
      const server = await serverOf({ submit }, { entry: { concurrencyMax } });
      for (let made = 0; made < 6; made += 1) await orderAfter(server);
      await pass(server.clock, 500, 50);
      expect(most()).toBe(concurrencyMax);
      const reducing = [await orderAfter(server, [], exit), await orderAfter(server, [], exit)];
      await pass(server.clock, 500, 50);
      expect(most()).toBe(concurrencyMax + 2);
      for (let turn = 0; turn < 10; turn += 1) {
        answerAll();
        await pass(server.clock, 100, 50);
      }
      for (const order of reducing) expect((await stored(server, order)).state).toBe("CONFIRMING");
      expect(server.venue.callsOf("submit")).toHaveLength(8);
    },
  );

  it("given resting and doubtful orders, so they take no room", async () => {
    const server = await serverOf({ submit: acceptAll }, { entry: { concurrencyMax: 1 } });
    for (let made = 0; made < 3; made += 1) {
      await orderAfter(server, pathTo.IN_DOUBT);
      await orderAfter(server, pathTo.CONFIRMING);
    }
    const order = await orderAfter(server);
    await pass(server.clock, 100, 20);
    expect((await stored(server, order)).state).toBe("CONFIRMING");
  });

  it("given two servers on one database, so never more at once than one may have, and the other goes on after it", async () => {
    const { submit, most, answerAll } = held();
    const entry = { concurrencyMax: 2 };
    const first = await serverOf({ submit }, { entry }, "server-1");
    const second = await serverOf({ submit }, { entry, beside: first }, "server-2");
    const orders = await ordersOf(first, 8);
    await pass(first.clock, 1_000, 50);
    expect([most(), second.venue.callsOf("submit").length]).toEqual([2, 0]);
    const stopping = first.executor.stop();
    answerAll();
    await pass(first.clock, 500, 50);
    await stopping;
    for (let turn = 0; turn < 200; turn += 1) {
      answerAll();
      await pass(first.clock, 100, 50);
    }
    expect(most()).toBe(2);
    expect(second.venue.callsOf("submit").length).toBeGreaterThan(0);
    const sent = [...first.venue.keysOf("submit"), ...second.venue.keysOf("submit")];
    expect(sent.sort()).toEqual(orders.map(({ orderId }) => keyOf(orderId, 1)).sort());
  });
});
