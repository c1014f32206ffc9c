import { describe, expect, it } from "vitest";
import { recordReport } from "../desk/record-report.ts";
import { orderError } from "../error/order-error.ts";
import { SurefillError } from "../error/surefill-error.ts";
import { instrumentId } from "../instrument/instrument.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import { attemptOf, type Order } from "../order/order.ts";
import { type OrderId, type SubmitKey, submitKey } from "../order/order-id.ts";
import { Book, begin, cancelAllServer, cancelsAll, part, resting, states } from "../testing/cancel-all-for-tests.ts";
import { orderAfter, pathTo, stored, type TestDeskOptions, venueAccount } from "../testing/desk-for-tests.ts";
import { limitBuy, lost } from "../testing/order-fixtures.ts";
import { pass, settle } from "../testing/settle.ts";
import type { CancelAllOutcome } from "../venue/venue.ts";
import { MassCancel } from "./mass-cancel.ts";

const btc = limitBuy.instrument;
const eth = instrumentId("ETH/USDT");
const busy = orderError("VENUE_BUSY", "not now");
const never = orderError("ORDER_VALIDATION", "no such request here");

function serverThatCan(claim: true | "PER_INSTRUMENT" = true, options: TestDeskOptions = {}) {
  const book = new Book();
  const { capabilities, ...can } = cancelsAll(book, claim);
  return cancelAllServer({ ...can, ...options, capabilities: { ...capabilities, ...options.capabilities } }, book);
}

type Server = ReturnType<typeof serverThatCan>;

async function manyResting(test: Server, count: number): Promise<readonly Order[]> {
  const orders: Order[] = [];
  for (let made = 0; made < count; made += 1) orders.push(await resting(test));
  return orders;
}

/** Requests to the venue since the campaign began, but for the polls of nobody. */
const requestsOf = ({ venue }: Server) => venue.calls.map(({ method }) => method);

describe("a CancelAll at a venue that cancels all in one request", () => {
  it("given 1,000 orders of ours and 1,000 of others, so it takes four requests", async () => {
    const test = serverThatCan();
    const orders = await manyResting(test, 1_000);
    for (let made = 0; made < 1_000; made += 1) test.book.add(`theirs-${made}`);
    await test.executor.start();
    const before = requestsOf(test).length;
    await begin(test);
    await pass(test.clock, 3_000, 100);
    expect(await part(test)).toMatchObject({
      state: "DONE",
      progress: { targets: 1_000, closed: 1_000, failures: [] },
    });
    expect(new Set(await states(test, orders))).toEqual(new Set(["CANCELLED"]));
    const requests = requestsOf(test).slice(before);
    expect(requests.filter((method) => method !== "openOrders")).toEqual(["cancelAll"]);
    expect(requests.length).toBeLessThanOrEqual(4);
  });

  it("given others' orders alone, so they are read first, go in one request, and count as targets", async () => {
    const test = serverThatCan();
    for (let made = 0; made < 100; made += 1) test.book.add(`theirs-${made}`);
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 3_000, 50);
    expect(await part(test)).toMatchObject({ state: "DONE", progress: { foreignTargets: 100, foreignClosed: 100 } });
    expect(test.book.swept).toEqual([undefined]);
    expect(test.book.cancelled).toEqual([]);
  });

  it("given nothing to cancel, so nothing is sent", async () => {
    const test = serverThatCan();
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 700);
    expect(await part(test)).toMatchObject({ state: "DONE" });
    expect(test.book.swept).toEqual([]);
  });

  it("given an instrument as scope, so all of that one go, and no other", async () => {
    const test = serverThatCan();
    const [meant, other] = [await resting(test), await resting(test, { instrument: eth })];
    await test.executor.start();
    await begin(test, { scope: { instrument: btc } });
    await pass(test.clock, 2_000);
    expect(await states(test, [meant, other])).toEqual(["CANCELLED", "CONFIRMING"]);
    expect(test.book.swept).toEqual([btc]);
  });

  it("given a venue that must be told the instrument, so one request for each that has targets", async () => {
    const test = serverThatCan("PER_INSTRUMENT");
    const order = await resting(test);
    test.book.add("theirs", eth);
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 3_000, 50);
    expect(await states(test, [order])).toEqual(["CANCELLED"]);
    expect(await part(test)).toMatchObject({ state: "DONE", progress: { foreignClosed: 1 } });
    expect(test.book.swept).toEqual([btc, eth]);
  });

  it("given orders in more instruments than are asked for in one go, so the rest is asked for next", async () => {
    const test = serverThatCan("PER_INSTRUMENT");
    for (let made = 0; made < 100; made += 1) test.book.add(`theirs-${made}`, instrumentId(`T${made}/USDT`));
    await test.executor.start();
    await begin(test);
    await settle();
    expect(test.book.swept).toHaveLength(32);
    await pass(test.clock, 20_000, 100);
    expect(await part(test)).toMatchObject({ state: "DONE", progress: { foreignClosed: 100 } });
    expect(test.book.cancelled).toEqual([]);
  });

  it.each<readonly [string, Parameters<typeof begin>[1]]>([
    ["OWN_ONLY", { covers: "OWN_ONLY" }],
    ["keep_protection", { keepsProtection: true }],
  ])("given %s, so each goes by itself", async (_given, terms) => {
    const test = serverThatCan();
    const orders = await manyResting(test, 3);
    await test.executor.start();
    await begin(test, terms);
    await pass(test.clock, 2_000);
    expect(await states(test, orders)).toEqual(["CANCELLED", "CANCELLED", "CANCELLED"]);
    expect(test.book.swept).toEqual([]);
    expect(test.book.cancelled).toHaveLength(3);
  });

  it("given a library that has the method and does not claim it, so it is never called", async () => {
    const test = serverThatCan(true, { capabilities: { cancelAll: false } });
    await resting(test);
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 2_000);
    expect(await part(test)).toMatchObject({ state: "DONE", progress: { closed: 1 } });
    expect(test.book.swept).toEqual([]);
  });
});

describe("orders that are not meant", () => {
  it("given one that was placed later, so the others go one by one, at once", async () => {
    const test = serverThatCan();
    const orders = await manyResting(test, 2);
    test.book.add("theirs");
    await begin(test, { halts: false });
    test.clock.advance(1);
    const later = await resting(test);
    await test.executor.start();
    await pass(test.clock, 1_000);
    expect(await states(test, [...orders, later])).toEqual(["CANCELLED", "CANCELLED", "CONFIRMING"]);
    expect(test.book.swept).toEqual([]);
    await pass(test.clock, 2_000);
    expect(await part(test)).toMatchObject({ state: "DONE", progress: { closed: 2, foreignClosed: 1 } });
  });

  it("given one of another instrument than is meant, so it is in nobody's way", async () => {
    const test = serverThatCan();
    await resting(test);
    await begin(test, { halts: false, scope: { instrument: btc } });
    test.clock.advance(1);
    await resting(test, { instrument: eth });
    await test.executor.start();
    await pass(test.clock, 2_000);
    expect(test.book.swept).toEqual([btc]);
  });

  it("given one that is placed while the request is under way, so its attempt waits until that is answered", async () => {
    const answer = Promise.withResolvers<CancelAllOutcome>();
    const test = serverThatCan(true, {
      script: { cancelAll: () => answer.promise, prepare: async () => ({ kind: "FAILED", error: never }) },
    });
    const order = await resting(test);
    await test.executor.start();
    await begin(test, { halts: false });
    await settle();
    expect(test.venue.callsOf("cancelAll")).toHaveLength(1);
    const later = await orderAfter(test);
    test.executor.act(later);
    await pass(test.clock, 1_000);
    expect(test.venue.callsOf("prepare")).toEqual([]);
    const key = attemptOf(order)?.submitKey;
    if (key !== undefined) test.book.open.delete(key);
    answer.resolve({ kind: "ACCEPTED" });
    await pass(test.clock, 1_000);
    expect(test.venue.callsOf("prepare")).toHaveLength(1);
    expect(await stored(test, later)).toMatchObject({ state: "FAILED" });
  });
});

describe("its answer", () => {
  it("given an ACCEPTED that names nothing, so the list proves it; ours are asked about, and not cancelled again", async () => {
    const test = serverThatCan();
    const order = await resting(test);
    test.book.answerAll = () => {
      test.book.open.clear();
      return { kind: "ACCEPTED" };
    };
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 4_000, 50);
    expect(await part(test)).toMatchObject({ state: "RUNNING", progress: { cleanReads: 2 } });
    expect(test.book.cancelled).toEqual([]);
    const key = attemptOf(order)?.submitKey;
    test.venue.script.lookup = async () => {
      const evidence = { kind: "CANCELLED" } as const;
      if (key === undefined) throw new Error("no attempt");
      return { kind: "FOUND", report: { submitKey: key, evidence, fills: [] } };
    };
    await pass(test.clock, 16_000, 50);
    expect(await states(test, [order])).toEqual(["CANCELLED"]);
    expect(test.book.cancelled).toEqual([]);
    expect(await part(test)).toMatchObject({ state: "DONE" });
  });

  it("given a lost one, so the list tells what it did, and what is left is cancelled by another", async () => {
    const test = serverThatCan();
    const orders = await manyResting(test, 3);
    let asked = 0;
    test.book.answerAll = () => {
      asked += 1;
      return asked === 1 ? { kind: "UNKNOWN", error: lost } : undefined;
    };
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 9_000, 50);
    expect(await states(test, orders)).toEqual(["CANCELLED", "CANCELLED", "CANCELLED"]);
    expect(test.book.swept).toHaveLength(2);
    expect(test.book.cancelled).toEqual([]);
    // The lost one may arrive yet, and would cancel what is placed once this is done.
    expect(await part(test)).toMatchObject({ state: "RUNNING", progress: { cleanReads: 1, failures: [] } });
    await pass(test.clock, 2_000, 50);
    expect(await part(test)).toMatchObject({ state: "DONE" });
  });

  it("given none at all, so it is given up after 5 s, and told", async () => {
    const test = serverThatCan(true, { script: { cancelAll: () => new Promise(() => undefined) } });
    await resting(test);
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 5_100, 50);
    expect(await part(test)).toMatchObject({
      state: "RUNNING",
      progress: { failures: [{ error: { code: "ANSWER_LOST" } }] },
    });
  });

  it("given a refusal that may pass, so it is sent again", async () => {
    const test = serverThatCan();
    const order = await resting(test);
    test.book.answerAll = () => ({ kind: "REFUSED", error: busy });
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 2_000, 50);
    expect(await part(test)).toMatchObject({ state: "RUNNING", progress: { failures: [{ error: busy }] } });
    test.book.answerAll = () => undefined;
    await pass(test.clock, 5_000, 50);
    expect(await states(test, [order])).toEqual(["CANCELLED"]);
    expect(test.book.cancelled).toEqual([]);
    expect(await part(test)).toMatchObject({ state: "DONE", progress: { failures: [] } });
  });

  it("given a refusal for good, so each goes by itself", async () => {
    const test = serverThatCan();
    const orders = await manyResting(test, 3);
    test.book.add("theirs");
    test.book.answerAll = () => ({ kind: "REFUSED", error: never });
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 4_000, 50);
    expect(await states(test, orders)).toEqual(["CANCELLED", "CANCELLED", "CANCELLED"]);
    expect(test.book.swept).toHaveLength(1);
    expect(test.book.cancelled).toHaveLength(4);
    expect(await part(test)).toMatchObject({ state: "DONE", progress: { failures: [] } });
  });

  it("given a venue that says it is done and leaves them, so after three times each goes by itself", async () => {
    const test = serverThatCan();
    const order = await resting(test);
    test.book.answerAll = () => ({ kind: "ACCEPTED" });
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 12_000, 50);
    expect(test.book.swept).toHaveLength(3);
    expect(await states(test, [order])).toEqual(["CANCELLED"]);
    expect(await part(test)).toMatchObject({ state: "DONE" });
  });

  it("given a list that can't be read, so what was taken is not sent again, and what was refused is", async () => {
    const test = serverThatCan();
    await resting(test);
    let isAway = false;
    const { openOrders } = test.venue.script;
    test.venue.script.openOrders = async (...call) => {
      if (isAway || openOrders === undefined) throw new SurefillError("VENUE_UNREACHABLE", "down");
      return openOrders(...call);
    };
    await test.executor.start();
    isAway = true;
    test.book.answerAll = () => ({ kind: "REFUSED", error: busy });
    await begin(test);
    await pass(test.clock, 2_000, 50);
    expect(test.book.swept.length).toBeGreaterThan(1);
    test.book.answerAll = () => undefined;
    await pass(test.clock, 3_000, 50);
    const sent = test.book.swept.length;
    await pass(test.clock, 10_000, 50);
    expect(test.book.swept).toHaveLength(sent);
    isAway = false;
    await pass(test.clock, 8_000, 50);
    expect(await part(test)).toMatchObject({ state: "DONE", progress: { closed: 1 } });
  });

  it("given orders that end while the list can't be read, so the next request is for those that are left", async () => {
    const test = serverThatCan("PER_INSTRUMENT");
    const [first, second] = [await resting(test), await resting(test, { instrument: eth })];
    await test.executor.start();
    test.venue.script.openOrders = async () => {
      throw new SurefillError("VENUE_UNREACHABLE", "down");
    };
    test.book.answerAll = () => ({ kind: "REFUSED", error: busy });
    await begin(test);
    await settle();
    const key = attemptOf(first)?.submitKey ?? submitKey("?");
    await recordReport(test.desk, await stored(test, first), {
      ...{ submitKey: key, evidence: { kind: "CANCELLED" }, fills: [] },
    });
    const before = test.book.swept.length;
    await pass(test.clock, 1_500, 50);
    expect(new Set(test.book.swept.slice(before))).toEqual(new Set([eth]));
    expect(await states(test, [first, second])).toEqual(["CANCELLED", "CANCELLING"]);
  });

  it("given an end that can't be recorded, so that is logged, and the others' are", async () => {
    const poisonous = new Set<OrderId>();
    let isPoison = false;
    const test = serverThatCan(true, {
      store: ({ orders }) => ({
        orders: {
          ...orders,
          async commit(change) {
            if (isPoison && poisonous.has(change.order.orderId)) throw new SurefillError("STORE_REFUSED", "poison");
            return orders.commit(change);
          },
        },
      }),
    });
    const [poison, healthy] = [await resting(test), await resting(test)];
    poisonous.add(poison.orderId);
    const { answerAll } = test.book;
    test.book.answerAll = () => {
      isPoison = true;
      return answerAll();
    };
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 1_000, 50);
    expect(await states(test, [poison, healthy])).toEqual(["CANCELLING", "CANCELLED"]);
    expect(test.complaints).toContainEqual(expect.objectContaining({ order_id: poison.orderId }));
  });

  it("given reports of others' orders, so they count as targets that are gone", async () => {
    const test = serverThatCan();
    const order = await resting(test);
    const key = test.book.add("theirs");
    const ended = await orderAfter(test, pathTo.EXPIRED);
    const cancelled = (of: SubmitKey): ExecutionReport => ({
      ...{ submitKey: of, evidence: { kind: "CANCELLED" }, fills: [] },
    });
    const reports = [cancelled(key), cancelled(attemptOf(ended)?.submitKey ?? key)];
    test.book.answerAll = () => {
      test.book.open.delete(key);
      return { kind: "ACCEPTED", reports };
    };
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 100);
    expect(await states(test, [order])).toEqual(["CANCELLING"]);
    expect(test.complaints).toMatchObject([{ event: "emergency.cancel_all" }]);
    expect(await part(test)).toMatchObject({ progress: { targets: 1, foreignTargets: 1, foreignClosed: 1 } });
  });
});

describe("a venue that offers nothing of the kind", () => {
  it("given a request all the same, so nothing is sent", async () => {
    const test = cancelAllServer();
    const { campaign } = await begin(test).then((begun) => (begun.kind === "REUSED" ? Promise.reject(begun) : begun));
    const mass = new MassCancel(test.desk, test.entry, campaign, venueAccount, new AbortController().signal);
    expect(mass.isOffered).toBe(false);
    expect(await mass.send(new Set([btc]))).toEqual([]);
    expect(test.venue.calls).toEqual([]);
  });
});

describe("a venue that can't list its open orders", () => {
  it.each([true, false])(
    "given that it can cancel all (%s), so that is done once, and each of ours by itself",
    async (can) => {
      const test = serverThatCan(true, { capabilities: { bulkQueries: false, cancelAll: can } });
      const order = await resting(test);
      await test.executor.start();
      await begin(test);
      await pass(test.clock, 3_000, 50);
      expect(test.book.swept).toEqual(can ? [undefined] : []);
      expect(await states(test, [order])).toEqual(["CANCELLED"]);
      expect(await part(test)).toMatchObject({
        state: "INCOMPLETE",
        progress: { failures: [{ error: { code: "OPEN_ORDERS_UNLISTED" } }] },
      });
    },
  );

  it("given that it refuses that, so each of ours goes by itself at once", async () => {
    const test = serverThatCan(true, { capabilities: { bulkQueries: false } });
    const order = await orderAfter(test, pathTo.CONFIRMING);
    const key = test.book.add(attemptOf(order)?.submitKey ?? "");
    test.book.answerAll = () => ({ kind: "REFUSED", error: busy });
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 1_000, 50);
    expect(test.book.cancelled).toEqual([key]);
    expect(await part(test)).toMatchObject({ state: "INCOMPLETE", progress: { closed: 1 } });
  });
});
