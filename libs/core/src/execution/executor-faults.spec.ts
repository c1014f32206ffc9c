import { describe, expect, it, onTestFinished } from "vitest";
import { SurefillError } from "../error/surefill-error.ts";
import type { Order } from "../order/order.ts";
import { submitKey } from "../order/order-id.ts";
import type { OrderChange } from "../store/order-change.ts";
import {
  attemptFor,
  deskForTests,
  orderAfter,
  pathTo,
  stored,
  type TestDeskOptions,
  venueAccount,
} from "../testing/desk-for-tests.ts";
import type { VenueScript } from "../testing/scripted-venue.ts";
import { pass, settle } from "../testing/settle.ts";
import { acceptAll, accepted } from "../testing/submission-for-tests.ts";
import type { CancelOutcome, SubmitOutcome } from "../venue/venue.ts";
import { Executor } from "./executor.ts";

/** A server that is not started yet, at a venue that prepares everything. */
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

/** A store whose commits fail as `fault` says: before they are made, or after, so that only their answer is lost. */
function faulty(fault: (change: OrderChange) => "BEFORE" | "AFTER" | undefined): TestDeskOptions {
  const error = new SurefillError("STORE_UNAVAILABLE", "connection lost");
  return {
    store: ({ orders }) => ({
      orders: {
        ...orders,
        async commit(change) {
          const when = fault(change);
          if (when === "BEFORE") throw error;
          const result = await orders.commit(change);
          if (when === "AFTER") throw error;
          return result;
        },
      },
    }),
  };
}

/** True the first `count` times. */
function first(count: number): () => boolean {
  let left = count;
  return () => {
    left -= 1;
    return left >= 0;
  };
}

describe("a start", () => {
  it("given a SUBMITTED order of a process that is gone, so it is IN_DOUBT and is not sent again", async () => {
    const server = serverOf();
    const order = await orderAfter(server, pathTo.SUBMITTED);
    await server.executor.start();
    await pass(server.clock, 60_000, 250);
    expect(await stored(server, order)).toMatchObject({ state: "IN_DOUBT", attemptCount: 1 });
    expect(server.venue.callsOf("submit")).toEqual([]);
  });

  it("given a server that lives, so a second one sends nothing, whatever it is handed", async () => {
    const one = serverOf({ submit: acceptAll });
    const two = serverOf({}, { beside: one }, "server-2");
    await one.executor.start();
    await two.executor.start();
    const order = await orderAfter(two);
    two.executor.act(order);
    await pass(one.clock, 1_000, 50);
    expect(one.venue.callsOf("submit")).toHaveLength(1);
    expect(two.venue.calls).toEqual([]);
  });

  it("given a server that stopped, so the second one goes on within 3 s", async () => {
    const one = serverOf({ submit: acceptAll });
    const two = serverOf({ submit: acceptAll }, { beside: one }, "server-2");
    await one.executor.start();
    await two.executor.start();
    await one.executor.stop();
    const order = await orderAfter(two);
    await pass(one.clock, 3_500, 50);
    expect(two.venue.callsOf("submit")).toHaveLength(1);
    expect((await stored(two, order)).state).toBe("CONFIRMING");
  });
});

describe("a stop", () => {
  it("given a submission under way, so its answer is recorded first; what waits stays due; the lease is given back", async () => {
    const answer = Promise.withResolvers<SubmitOutcome>();
    const server = serverOf({ submit: () => answer.promise });
    const running = await orderAfter(server);
    server.clock.advance(1);
    const waiting = await orderAfter(server);
    await server.executor.start();
    await pass(server.clock, 100);
    let stopped = false;
    const stopping = server.executor.stop().then(() => {
      stopped = true;
    });
    await pass(server.clock, 1_000, 100);
    expect(stopped).toBe(false);
    expect(await server.store.leases.held([venueAccount])).toEqual([venueAccount]);
    answer.resolve(accepted);
    await stopping;
    expect((await stored(server, running)).state).toBe("CONFIRMING");
    expect((await stored(server, waiting)).state).toBe("PENDING");
    expect(await server.store.leases.held([venueAccount])).toEqual([]);
  });

  it("given an order that is handed over afterwards, so it is not sent, and nothing sleeps on", async () => {
    const server = serverOf();
    await server.executor.start();
    await server.executor.stop();
    server.executor.act(await orderAfter(server));
    await settle();
    expect(server.venue.calls).toEqual([]);
    expect(server.clock.sleepers).toBe(0);
  });
});

describe("an answer that can't be recorded", () => {
  const isAnswer = ({ attempt }: OrderChange) => attempt?.kind === "ANSWERED";

  it.each(["BEFORE", "AFTER"] as const)(
    "given a database that is away %s that commit, so the order does not stay SUBMITTED and is not sent again",
    async (when) => {
      const fails = first(1);
      const server = serverOf(
        { submit: async () => ({ kind: "REJECTED", error: { code: "INSUFFICIENT_FUNDS", message: "", context: {} } }) },
        faulty((change) => (isAnswer(change) && fails() ? when : undefined)),
      );
      await server.executor.start();
      const order = await orderAfter(server);
      await pass(server.clock, 2_000, 50);
      expect((await stored(server, order)).state).toBe(when === "BEFORE" ? "IN_DOUBT" : "REJECTED");
      expect(server.venue.callsOf("submit")).toHaveLength(1);
    },
  );

  it("given a database that is away for a while, so the order is taken up once it is back", async () => {
    let isAway = false;
    const server = serverOf(
      {
        async submit() {
          isAway = true;
          return accepted;
        },
      },
      faulty(() => (isAway ? "BEFORE" : undefined)),
    );
    await server.executor.start();
    const order = await orderAfter(server);
    await pass(server.clock, 5_000, 50);
    expect((await stored(server, order)).state).toBe("SUBMITTED");
    isAway = false;
    await pass(server.clock, 1_500, 50);
    expect((await stored(server, order)).state).toBe("IN_DOUBT");
    expect(server.venue.callsOf("submit")).toHaveLength(1);
  });

  it("given another order that is being sent at the time, so that one is left alone", async () => {
    const fails = first(1);
    const answer = Promise.withResolvers<SubmitOutcome>();
    const answers = [Promise.resolve(accepted), answer.promise];
    const server = serverOf(
      { submit: () => answers.shift() ?? answer.promise },
      { entry: { concurrencyMax: 2 }, ...faulty((change) => (isAnswer(change) && fails() ? "BEFORE" : undefined)) },
    );
    const unlucky = await orderAfter(server);
    server.clock.advance(1);
    const sending = await orderAfter(server);
    await server.executor.start();
    await pass(server.clock, 1_000, 50);
    expect((await stored(server, unlucky)).state).toBe("IN_DOUBT");
    expect((await stored(server, sending)).state).toBe("SUBMITTED");
    answer.resolve(accepted);
    await settle();
    expect((await stored(server, sending)).state).toBe("CONFIRMING");
  });

  it("given an answer about something else, so the order is IN_DOUBT and looked up", async () => {
    const stray = { submitKey: submitKey("stray"), evidence: { kind: "OPEN" }, fills: [] } as const;
    const server = serverOf({ submit: async () => ({ kind: "ACCEPTED", report: stray }) });
    await server.executor.start();
    const order = await orderAfter(server);
    await pass(server.clock, 1_000, 50);
    expect((await stored(server, order)).state).toBe("IN_DOUBT");
  });
});

describe("an attempt whose commit is in doubt itself", () => {
  const isPrepared = ({ attempt }: OrderChange) => attempt?.kind === "PREPARED";

  it("given that it was not made, so the order is still PENDING and is sent by the next look, once", async () => {
    const fails = first(1);
    const server = serverOf(
      { submit: acceptAll },
      faulty((change) => (isPrepared(change) && fails() ? "BEFORE" : undefined)),
    );
    await server.executor.start();
    const order = await orderAfter(server);
    await pass(server.clock, 2_000, 50);
    expect(await stored(server, order)).toMatchObject({ state: "CONFIRMING", attemptCount: 1 });
    expect(server.venue.callsOf("submit")).toHaveLength(1);
  });

  it("given that it was made, so nothing is sent under it: the order is IN_DOUBT until a look-up tells", async () => {
    const fails = first(1);
    const server = serverOf(
      { submit: acceptAll },
      faulty((change) => (isPrepared(change) && fails() ? "AFTER" : undefined)),
    );
    await server.executor.start();
    const order = await orderAfter(server);
    await pass(server.clock, 2_000, 50);
    expect(await stored(server, order)).toMatchObject({ state: "IN_DOUBT", attemptCount: 1 });
    expect(server.venue.callsOf("submit")).toEqual([]);
  });
});

describe("a poisonous order", () => {
  it("given one whose every commit is refused, so all others are sent", async () => {
    const poisonous = new Set<string>();
    const server = serverOf(
      { submit: acceptAll },
      {
        store: ({ orders }) => ({
          orders: {
            ...orders,
            async commit(change) {
              if (poisonous.has(change.order.orderId)) throw new SurefillError("STORE_REFUSED", "a poisonous row");
              return orders.commit(change);
            },
          },
        }),
      },
    );
    const orders: Order[] = [];
    for (let made = 0; made < 4; made += 1) orders.push(await orderAfter(server));
    const [poison, ...healthy] = orders;
    if (poison === undefined) throw new Error("four orders");
    poisonous.add(poison.orderId);
    await server.executor.start();
    await pass(server.clock, 1_000, 50);
    for (const order of healthy) expect((await stored(server, order)).state).toBe("CONFIRMING");
    expect((await stored(server, poison)).state).toBe("PENDING");
    expect(server.venue.callsOf("submit")).toHaveLength(3);
    // It is tried again in growing waits, and takes no more from the venue's request budget than that.
    await pass(server.clock, 60_000, 250);
    const prepares = server.venue.callsOf("prepare").filter((call) => JSON.stringify(call).includes(poison.orderId));
    expect(prepares.length).toBeGreaterThan(5);
    expect(prepares.length).toBeLessThan(12);
  });

  it("given one whose prepare always throws, so it FAILED after three tries and all others are sent", async () => {
    const server = serverOf({ submit: acceptAll });
    const [poison, healthy] = [await orderAfter(server), await orderAfter(server)];
    const { prepare } = server.venue.script;
    server.venue.script.prepare = async (request, signal) => {
      if (request.orderId === poison.orderId || prepare === undefined) throw new TypeError("bug");
      return prepare(request, signal);
    };
    await server.executor.start();
    await pass(server.clock, 5_000, 50);
    expect((await stored(server, healthy)).state).toBe("CONFIRMING");
    expect(await stored(server, poison)).toMatchObject({ state: "FAILED", lastError: { code: "RETRY_EXHAUSTED" } });
  });
});

describe("a process that was paused", () => {
  it("given 20 s, so it sends nothing on the lease it had, and nothing at all once another has it", async () => {
    const server = serverOf();
    await server.executor.start();
    await pass(server.clock, 1_000, 100);
    const order = await orderAfter(deskForTests({ beside: server }), [], {}, "AWAITING_CONFIRMATION");
    // Time passes for all the others.
    server.clock.advance(20_000);
    server.executor.act(order);
    expect(await server.store.leases.acquire(venueAccount, "server-2", 600_000)).toEqual({ kind: "HELD", epoch: 2 });
    await pass(server.clock, 60_000, 250);
    expect(await stored(server, order)).toEqual(order);
    expect(server.venue.calls).toEqual([]);
  });
});

describe("a lease that ends while work waits for its turn", () => {
  it("given more cancels than are sent at once, so those that come to their turn afterwards are left to the next owner", async () => {
    const answers: (() => void)[] = [];
    let isAway = false;
    const server = serverOf(
      {
        cancel() {
          const { promise, resolve } = Promise.withResolvers<CancelOutcome>();
          answers.push(() => resolve({ kind: "ACCEPTED" }));
          return promise;
        },
      },
      {
        store: ({ leases }) => ({
          leases: {
            ...leases,
            async acquire(...lease) {
              if (isAway) throw new SurefillError("STORE_UNAVAILABLE", "away");
              return leases.acquire(...lease);
            },
          },
        }),
      },
    );
    await server.executor.start();
    const orders: Order[] = [];
    for (let made = 0; made < 18; made += 1) orders.push(await orderAfter(server, pathTo.CANCELLING));
    for (const order of orders) server.executor.act(order);
    await settle();
    expect(answers).toHaveLength(16);
    answers[0]?.();
    await settle();
    expect(answers).toHaveLength(17);
    isAway = true;
    await pass(server.clock, 9_000, 500);
    for (const answer of answers) answer();
    await pass(server.clock, 500, 100);
    expect(server.venue.callsOf("cancel")).toHaveLength(17);
    expect((await stored(server, orders.at(-1) ?? ("" as never))).version).toBe(orders.at(-1)?.version);
  });
});
