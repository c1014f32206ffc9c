import { describe, expect, it, onTestFinished } from "vitest";
import { accountId } from "../account/account-id.ts";
import type { Order } from "../order/order.ts";
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
import { busy, lost, refused, testAccount } from "../testing/order-fixtures.ts";
import type { VenueScript } from "../testing/scripted-venue.ts";
import { pass, settle } from "../testing/settle.ts";
import { acceptAll } from "../testing/submission-for-tests.ts";
import type { PreparedAttempt, SubmitOutcome } from "../venue/venue.ts";
import { Executor } from "./executor.ts";
import { requestCancel } from "./request-cancel.ts";

/** A server that is not started yet, at a venue that prepares everything; it stops when its test ends. */
function serverOf(script: VenueScript = {}, options: TestDeskOptions = {}, owner = "server-1") {
  const test = deskForTests(options);
  const prepare: VenueScript["prepare"] = async (request) => ({ kind: "PREPARED", attempt: attemptFor(test, request) });
  Object.assign(test.venue.script, { prepare, ...script });
  const executor = new Executor(test.desk, owner);
  onTestFinished(async () => {
    const stopping = executor.stop();
    await pass(test.clock, 20_000, 1_000);
    await stopping;
  });
  return { ...test, executor };
}

/** Submissions that wait until the test answers them, in the order in which they came. */
function heldSubmissions() {
  const sent: string[] = [];
  const answers: ((outcome: SubmitOutcome) => void)[] = [];
  const submit = (_account: unknown, { submitKey }: PreparedAttempt): Promise<SubmitOutcome> => {
    sent.push(submitKey);
    const { promise, resolve } = Promise.withResolvers<SubmitOutcome>();
    answers.push(resolve);
    return promise;
  };
  const answerNext = async (outcome: SubmitOutcome = { kind: "ACCEPTED" }) => {
    answers.shift()?.(outcome);
    await settle();
  };
  return { submit, sent, answerNext };
}

const keysOf = (orders: readonly Order[]) => orders.map(({ orderId }) => keyOf(orderId, 1));
/** Orders a millisecond apart, the first one the oldest. */
async function ordersOf(test: TestDesk, count: number): Promise<readonly Order[]> {
  const orders: Order[] = [];
  for (let made = 0; made < count; made += 1) {
    orders.push(await orderAfter(test));
    test.clock.advance(1);
  }
  return orders;
}

describe("orders that are due", () => {
  it("given what an earlier process left, so each is sent once, first come, first served", async () => {
    const server = serverOf({ submit: acceptAll });
    const orders = await ordersOf(server, 5);
    await server.executor.start();
    await pass(server.clock, 5_000, 50);
    expect(server.venue.keysOf("submit")).toEqual(keysOf(orders));
    for (const order of orders)
      expect(await stored(server, order)).toMatchObject({ state: "CONFIRMING", attemptCount: 1 });
  });

  it("given an order that is handed over, so it is sent at once, and not again by the loop", async () => {
    const server = serverOf({ submit: acceptAll });
    await server.executor.start();
    const order = await orderAfter(server);
    server.executor.act(order);
    server.executor.act(order);
    await settle();
    expect(server.venue.keysOf("submit")).toEqual(keysOf([order]));
    await pass(server.clock, 2_000, 50);
    expect(server.venue.keysOf("submit")).toHaveLength(1);
  });

  it("given an order of another process, so the wake-up has it sent within 20 ms", async () => {
    const server = serverOf({ submit: acceptAll });
    await server.executor.start();
    await pass(server.clock, 1_000, 50);
    const order = await orderAfter(deskForTests({ beside: server }));
    await pass(server.clock, 20, 5);
    expect(server.venue.keysOf("submit")).toEqual(keysOf([order]));
  });

  it("given a refusal for now, so it is sent again after 1 s and then 2 s, and FAILED after the third", async () => {
    const server = serverOf({ submit: async () => ({ kind: "REJECTED", error: busy }) });
    await server.executor.start();
    const order = await orderAfter(server);
    const sentAfter = async (ms: number) => {
      await pass(server.clock, ms, 10);
      return server.venue.callsOf("submit").length;
    };
    expect(await sentAfter(100)).toBe(1);
    expect(await sentAfter(850)).toBe(1);
    expect(await sentAfter(350)).toBe(2);
    expect(await sentAfter(1_650)).toBe(2);
    expect(await sentAfter(350)).toBe(3);
    expect(await sentAfter(60_000)).toBe(3);
    expect(server.venue.keysOf("submit")).toEqual([1, 2, 3].map((number) => keyOf(order.orderId, number)));
    expect(await stored(server, order)).toMatchObject({ state: "FAILED", lastError: { code: "RETRY_EXHAUSTED" } });
  });

  it.each(["IN_DOUBT", "CONFIRMING", "FILLED", "CANCELLED", "FAILED_FINAL"] as const)(
    "given %s, so nothing is sent: it waits for evidence or for nothing",
    async (phase) => {
      const server = serverOf();
      const order = await orderAfter(server, pathTo[phase]);
      await server.executor.start();
      await pass(server.clock, 60_000, 250);
      expect(server.venue.calls).toEqual([]);
      expect(await stored(server, order)).toEqual(order);
    },
  );

  it("given one that nobody confirms, so it lapses at its deadline", async () => {
    const server = serverOf();
    const order = await orderAfter(server, [], {}, "AWAITING_CONFIRMATION");
    await server.executor.start();
    await pass(server.clock, 9_900, 50);
    expect((await stored(server, order)).state).toBe("AWAITING_CONFIRMATION");
    await pass(server.clock, 400, 50);
    expect((await stored(server, order)).state).toBe("CANCELLED");
  });

  it("given that they can't be read, so they are read again after a second", async () => {
    let failures = 1;
    const server = serverOf(
      { submit: acceptAll },
      {
        store: ({ orders }) => ({
          orders: {
            ...orders,
            async due(...query) {
              failures -= 1;
              if (failures >= 0) throw new Error("no database");
              return orders.due(...query);
            },
          },
          changes: { subscribe: () => () => {} },
        }),
      },
    );
    await orderAfter(server);
    await server.executor.start();
    await pass(server.clock, 1_000, 50);
    expect(server.venue.keysOf("submit")).toEqual([]);
    await pass(server.clock, 100, 10);
    expect(server.venue.keysOf("submit")).toHaveLength(1);
  });
});

describe("concurrency per venue account", () => {
  it.each([1, 3])(
    "given %i, so that many await an answer, and the next goes when one is answered",
    async (concurrencyMax) => {
      const held = heldSubmissions();
      const server = serverOf({ submit: held.submit }, { entry: { concurrencyMax } });
      const orders = await ordersOf(server, 5);
      await server.executor.start();
      await pass(server.clock, 1_000, 50);
      expect(held.sent).toEqual(keysOf(orders.slice(0, concurrencyMax)));
      await held.answerNext();
      expect(held.sent).toEqual(keysOf(orders.slice(0, concurrencyMax + 1)));
      await held.answerNext({ kind: "UNKNOWN", error: lost });
      // Doubtful and resting orders don't count.
      expect(held.sent).toEqual(keysOf(orders.slice(0, concurrencyMax + 2)));
      while (held.sent.length < 5) await held.answerNext();
    },
  );

  it("given a venue that never answers, so its order is IN_DOUBT after 15 s and the next goes", async () => {
    const held = heldSubmissions();
    const server = serverOf({ submit: held.submit });
    const [first, second] = await ordersOf(server, 2);
    if (first === undefined || second === undefined) throw new Error("two orders");
    await server.executor.start();
    await pass(server.clock, 15_100, 100);
    expect((await stored(server, first)).state).toBe("IN_DOUBT");
    expect(held.sent).toEqual(keysOf([first, second]));
  });

  it("given one account that waits, so another does not", async () => {
    const bob = accountId("bob");
    const held = heldSubmissions();
    const server = serverOf({ submit: held.submit }, { entry: { accounts: [testAccount, bob] } });
    const orders = [...(await ordersOf(server, 2)), await orderAfter(server, [], { account: bob })];
    await server.executor.start();
    await pass(server.clock, 100);
    expect(held.sent).toEqual(keysOf(orders.filter((_order, index) => index !== 1)));
  });

  it("given one account's backlog of more than the loop reads at once, so another's orders are found", async () => {
    const bob = accountId("bob");
    const held = heldSubmissions();
    const server = serverOf({ submit: held.submit }, { entry: { accounts: [testAccount, bob] } });
    await ordersOf(server, 501);
    const bobs = await orderAfter(server, [], { account: bob });
    await server.executor.start();
    await pass(server.clock, 100);
    expect(held.sent).toContain(keyOf(bobs.orderId, 1));
  });
});

describe("cancels", () => {
  it("given submissions that wait, so a cancel does not wait behind them", async () => {
    const held = heldSubmissions();
    const server = serverOf({ submit: held.submit, cancel: async () => ({ kind: "ACCEPTED" }) });
    await ordersOf(server, 3);
    await server.executor.start();
    await pass(server.clock, 100);
    const live = await orderAfter(server, pathTo.CONFIRMING);
    server.executor.act(await requestCancel(server.desk, live, "test"));
    await settle();
    expect(server.venue.keysOf("cancel")).toEqual(keysOf([live]));
  });

  it("given one that was taken and whose end does not come, so it is looked up and sent again, every 5 s at first", async () => {
    const server = serverOf({
      cancel: async () => ({ kind: "ACCEPTED" }),
      lookup: async ({ submitKey }) => ({
        kind: "FOUND",
        report: { submitKey, evidence: { kind: "OPEN" }, fills: [] },
      }),
    });
    await server.executor.start();
    await orderAfter(server, pathTo.CANCELLING);
    await pass(server.clock, 4_900, 50);
    expect(server.venue.callsOf("cancel")).toHaveLength(1);
    await pass(server.clock, 400, 50);
    expect(server.venue.callsOf("cancel")).toHaveLength(2);
    await pass(server.clock, 60_000, 50);
    expect(server.venue.callsOf("cancel").length).toBeLessThanOrEqual(14);
    expect(server.venue.callsOf("lookup")).toHaveLength(server.venue.callsOf("cancel").length - 1);
  });

  it("given one that the venue refuses, so it is sent once, and once more when asked again", async () => {
    const server = serverOf({ cancel: async () => ({ kind: "REFUSED", error: refused }) });
    await server.executor.start();
    const order = await orderAfter(server, pathTo.CANCELLING);
    await pass(server.clock, 60_000, 50);
    expect(server.venue.callsOf("cancel")).toHaveLength(1);
    server.executor.act(await requestCancel(server.desk, await stored(server, order), "again"));
    await pass(server.clock, 60_000, 50);
    expect(server.venue.callsOf("cancel")).toHaveLength(2);
  });

  it("given one asked for while the order was being sent, so it is sent when the order is found to be there", async () => {
    const held = heldSubmissions();
    const server = serverOf({ submit: held.submit, cancel: async () => ({ kind: "ACCEPTED" }) });
    await server.executor.start();
    const order = await orderAfter(server);
    await pass(server.clock, 100);
    await requestCancel(server.desk, await stored(server, order), "test");
    await pass(server.clock, 100);
    expect(server.venue.callsOf("cancel")).toEqual([]);
    await held.answerNext();
    expect(server.venue.callsOf("cancel").length).toBeGreaterThanOrEqual(1);
    expect((await stored(server, order)).state).toBe("CANCELLING");
  });

  it("given one asked for before the order was sent, so it is never sent", async () => {
    const held = heldSubmissions();
    const server = serverOf({ submit: held.submit });
    const [first, second] = await ordersOf(server, 2);
    if (first === undefined || second === undefined) throw new Error("two orders");
    await server.executor.start();
    await pass(server.clock, 100);
    await requestCancel(server.desk, second, "test");
    await held.answerNext();
    await pass(server.clock, 1_000, 50);
    expect(held.sent).toEqual(keysOf([first]));
  });
});
