import { describe, expect, it } from "vitest";
import { recordReport } from "../desk/record-report.ts";
import { SurefillError } from "../error/surefill-error.ts";
import { instrumentId } from "../instrument/instrument.ts";
import { attemptOf, type Order } from "../order/order.ts";
import { type OrderId, submitKey } from "../order/order-id.ts";
import type { CancelAllTerms } from "../store/cancel-all-store.ts";
import { begin, cancelAllServer, part, resting, states } from "../testing/cancel-all-for-tests.ts";
import { orderAfter, pathTo, stored, venueAccount } from "../testing/desk-for-tests.ts";
import { limitBuy, refused, sampleEvents, terms } from "../testing/order-fixtures.ts";
import { ScriptedVenue } from "../testing/scripted-venue.ts";
import { pass, settle } from "../testing/settle.ts";
import type { Clock } from "../time/clock.ts";
import { addMs } from "../time/wall-time.ts";

const btc = limitBuy.instrument;
const eth = instrumentId("ETH/USDT");

describe("a CancelAll", () => {
  it("given nothing to cancel, so it is done after two reads, half a second apart", async () => {
    const test = cancelAllServer();
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 700);
    expect(await part(test)).toMatchObject({ state: "DONE", progress: { targets: 0, cleanReads: 2, failures: [] } });
    expect(test.book.reads).toHaveLength(2);
    expect((test.book.reads[1] ?? 0) - (test.book.reads[0] ?? 0)).toBeGreaterThanOrEqual(500);
  });

  it("given orders of ours and of others, so all go, and it is done when the venue shows none of them twice", async () => {
    const test = cancelAllServer();
    await test.executor.start();
    const orders = [await resting(test), await orderAfter(test), await orderAfter(test, pathTo.FAILED_WILL_RETRY)];
    const ended = await orderAfter(test, pathTo.FILLED);
    const theirs = [test.book.add("theirs-1"), test.book.add("theirs-2", eth)];
    await begin(test);
    await pass(test.clock, 2_000);
    expect(await states(test, orders)).toEqual(["CANCELLED", "CANCELLED", "CANCELLED"]);
    expect(await stored(test, ended)).toEqual(ended);
    const [first = 0, second = 0] = test.book.reads.slice(-2);
    expect(second - first).toBeGreaterThanOrEqual(500);
    expect(test.book.open.size).toBe(0);
    expect(await part(test)).toMatchObject({
      state: "DONE",
      progress: { targets: 3, requested: 3, closed: 3, foreignTargets: 2, foreignClosed: 2, failures: [] },
    });
    expect(test.venue.callsOf("cancel")).toContainEqual([
      { account: "alice", instrument: eth, submitKey: theirs[1], venueOrderId: "v-theirs-2" },
    ]);
    expect((await test.store.tradingStates.read()).restrictions).toMatchObject([{ scope: {}, state: "HALTED" }]);
    const events = await test.store.controlEvents.after(0, 10);
    expect(events.map(({ cause }) => ("phase" in cause ? cause.phase : cause.to))).toEqual([
      "HALTED",
      "STARTED",
      "ENDED",
    ]);
  });

  it("given rows that end after the venue has shown them gone, so the second read comes half a second later all the same", async () => {
    const test = cancelAllServer();
    const order = await resting(test);
    test.book.answer = (key) => {
      test.book.open.delete(key);
      return { kind: "ACCEPTED" };
    };
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 100);
    await recordReport(test.desk, await stored(test, order), {
      ...{ submitKey: attemptOf(order)?.submitKey ?? submitKey("?"), evidence: { kind: "CANCELLED" }, fills: [] },
    });
    await pass(test.clock, 2_000);
    expect(await part(test)).toMatchObject({ state: "DONE", progress: { closed: 1 } });
    const [first = 0, second = 0] = test.book.reads.slice(-2);
    expect(second - first).toBeGreaterThanOrEqual(500);
  });

  it("given OWN_ONLY, so others' orders stay", async () => {
    const test = cancelAllServer();
    const order = await resting(test);
    const theirs = test.book.add("theirs");
    await test.executor.start();
    await begin(test, { covers: "OWN_ONLY", halts: false });
    await pass(test.clock, 2_000);
    expect(await states(test, [order])).toEqual(["CANCELLED"]);
    expect([...test.book.open.keys()]).toEqual([theirs]);
    expect(await part(test)).toMatchObject({ state: "DONE", progress: { targets: 1, foreignTargets: 0 } });
    expect((await test.store.tradingStates.read()).restrictions).toEqual([]);
  });

  it("given a scope, so only orders in it, ours and others', and only those that were there", async () => {
    const test = cancelAllServer();
    const [inScope, other] = [await resting(test), await resting(test, { instrument: eth })];
    const theirs = [test.book.add("theirs"), test.book.add("theirs-eth", eth)];
    await test.executor.start();
    await begin(test, { scope: { instrument: btc }, halts: false });
    test.clock.advance(1);
    const later = await resting(test);
    await pass(test.clock, 2_000);
    expect(await states(test, [inScope, other, later])).toEqual(["CANCELLED", "CONFIRMING", "CONFIRMING"]);
    expect(test.book.cancelled).toContain(theirs[0]);
    expect(test.book.open.has(theirs[1] ?? submitKey("?"))).toBe(true);
    expect(await part(test)).toMatchObject({ state: "DONE", progress: { targets: 1, foreignTargets: 1 } });
  });

  it.each([-3_600_000, 3_600_000])(
    "given a server whose clock is %i ms off, so what was there before is cancelled, and nothing that came after",
    async (offMs) => {
      const test = cancelAllServer();
      const [entry, exit] = [await resting(test), await resting(test, { purpose: "EXIT", side: "SELL" })];
      await test.executor.start();
      const clock: Clock = {
        wall: () => addMs(test.clock.wall(), offMs),
        monotonicMs: () => test.clock.monotonicMs(),
        sleep: (...call) => test.clock.sleep(...call),
      };
      await begin({ ...test, desk: { ...test.desk, clock } }, { halts: false });
      const later = await resting(test);
      await pass(test.clock, 2_000);
      expect(await states(test, [entry, exit, later])).toEqual(["CANCELLED", "CANCELLED", "CONFIRMING"]);
      expect(await part(test)).toMatchObject({ state: "DONE", progress: { targets: 2 } });
    },
  );

  it("given an entry that slips in beside the halt, so it goes as well, and what is placed later to protect stays", async () => {
    const test = cancelAllServer();
    await begin(test);
    test.clock.advance(1);
    const [entry, stop] = [await resting(test), await resting(test, { purpose: "STOP", side: "SELL" })];
    await test.executor.start();
    await pass(test.clock, 2_000);
    expect(await states(test, [entry, stop])).toEqual(["CANCELLED", "CONFIRMING"]);
    expect(await part(test)).toMatchObject({ state: "DONE", progress: { targets: 1, closed: 1 } });
  });

  it("given more orders than are read in one go, found before and now, so each counts once and none is left out", async () => {
    const test = cancelAllServer();
    const orders: Order[] = [];
    for (let made = 0; made < 1_002; made += 1) orders.push(await orderAfter(test));
    await begin(test);
    const known = orders.slice(0, 1_001).map(({ orderId }) => ({ kind: "OWN", orderId }) as const);
    const at = { campaignId: "stop-1", venueAccount };
    for (const some of [known.slice(0, 1_000), known.slice(1_000)]) await test.store.cancelAlls.addTargets(at, some);
    test.venue.script.prepare = async () => ({ kind: "FAILED", error: refused });
    await test.executor.start();
    for (let waited = 0; waited < 10; waited += 1) await pass(test.clock, 500, 50);
    expect(await test.store.orders.live({}, 10)).toEqual([]);
    expect(await part(test)).toMatchObject({ state: "DONE" });
    expect((await part(test))?.progress.closed).toBe((await part(test))?.progress.targets);
  });

  it("given an order in doubt, so it is a target, and no read counts before its attempt can't be accepted any more", async () => {
    const test = cancelAllServer();
    const order = await orderAfter(test, pathTo.IN_DOUBT);
    await test.executor.start();
    await begin(test);
    // Valid until 9 s after the clock's epoch; but our clock may be ahead of the venue's, by whatever.
    await pass(test.clock, 119_000, 500);
    expect(await part(test)).toMatchObject({ state: "RUNNING", progress: { targets: 1, closed: 0, cleanReads: 1 } });
    expect(await stored(test, order)).toMatchObject({ state: "IN_DOUBT", cancelRequest: { reason: "emergency" } });
    await pass(test.clock, 2_000, 50);
    expect(await part(test)).toMatchObject({ state: "RUNNING", progress: { cleanReads: 2 } });
    // The venue has shown twice that it is not there; our row may take its time.
    await pass(test.clock, 6_000, 50);
    expect(await part(test)).toMatchObject({ state: "DONE", progress: { targets: 1, closed: 0 } });
  });

  it("given an order in doubt that turns up at the venue, so it is cancelled there before it is done", async () => {
    const test = cancelAllServer();
    const order = await orderAfter(test, pathTo.IN_DOUBT);
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 2_000, 50);
    const key = test.book.add(attemptOf(order)?.submitKey ?? "");
    await recordReport(test.desk, await stored(test, order), { submitKey: key, evidence: { kind: "OPEN" }, fills: [] });
    await pass(test.clock, 4_000, 50);
    expect(await states(test, [order])).toEqual(["CANCELLED"]);
    expect(await part(test)).toMatchObject({ state: "DONE", progress: { targets: 1, closed: 1 } });
  });

  it("given a cancel that the venue refuses, so the failure is told, and it is asked again after a while", async () => {
    const test = cancelAllServer();
    const order = await resting(test);
    test.book.answer = () => ({ kind: "REFUSED", error: refused });
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 4_000, 50);
    expect(await part(test)).toMatchObject({
      state: "RUNNING",
      progress: { closed: 0, failures: [{ orderId: order.orderId, error: { code: refused.code } }] },
    });
    expect(test.venue.callsOf("cancel")).toHaveLength(1);
    test.book.answer = () => undefined;
    await pass(test.clock, 8_000, 50);
    expect(await part(test)).toMatchObject({ state: "DONE", progress: { closed: 1, failures: [] } });
  });

  it("given another's order that can't be cancelled, so it is told with the venue's reason, and tried again", async () => {
    const test = cancelAllServer();
    const theirs = test.book.add("theirs");
    test.book.answer = () => ({ kind: "REFUSED", error: refused });
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 500, 50);
    expect(await part(test)).toMatchObject({
      state: "RUNNING",
      progress: {
        foreignTargets: 1,
        foreignClosed: 0,
        failures: [{ submitKey: theirs, venueOrderId: "v-theirs", error: { code: refused.code } }],
      },
    });
    test.book.answer = () => undefined;
    await pass(test.clock, 4_000, 50);
    expect(await part(test)).toMatchObject({ state: "DONE", progress: { foreignClosed: 1, failures: [] } });
  });

  it("given a list that can't be read, so it is told, and nothing is done before it can", async () => {
    const test = cancelAllServer();
    test.venue.script.openOrders = async () => {
      throw new SurefillError("VENUE_UNREACHABLE", "down");
    };
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 3_000, 50);
    expect(await part(test)).toMatchObject({
      state: "RUNNING",
      progress: { cleanReads: 0, failures: [{ error: { code: "VENUE_UNREACHABLE" } }] },
    });
    test.venue.script.openOrders = async () => [];
    await pass(test.clock, 8_000, 50);
    expect(await part(test)).toMatchObject({ state: "DONE" });
  });

  it("given an order that can't be asked to be cancelled, so the others go, and it is told", async () => {
    const poisonous = new Set<OrderId>();
    const test = cancelAllServer({
      store: ({ orders }) => ({
        orders: {
          ...orders,
          async commit(change) {
            if (poisonous.has(change.order.orderId)) throw new SurefillError("STORE_REFUSED", "a poisonous row");
            return orders.commit(change);
          },
        },
      }),
    });
    const [poison, healthy] = [await resting(test), await resting(test)];
    poisonous.add(poison.orderId);
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 1_000, 50);
    expect(await states(test, [poison, healthy])).toEqual(["CONFIRMING", "CANCELLED"]);
    expect(await part(test)).toMatchObject({
      state: "RUNNING",
      progress: { targets: 2, requested: 1, failures: [{ orderId: poison.orderId, error: { code: "STORE_REFUSED" } }] },
    });
  });

  it("given a venue that can't list its open orders, so ours go, and it is told that nobody knows of others", async () => {
    const test = cancelAllServer({ capabilities: { bulkQueries: false } });
    const order = await resting(test);
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 1_000, 50);
    expect(await states(test, [order])).toEqual(["CANCELLED"]);
    expect(await part(test)).toMatchObject({
      state: "INCOMPLETE",
      progress: { closed: 1, failures: [{ error: { code: "OPEN_ORDERS_UNLISTED" } }] },
    });
  });

  it("given orders that won't go, so after a quarter of an hour, and not before, it is INCOMPLETE", async () => {
    const test = cancelAllServer();
    await resting(test);
    test.book.answer = () => ({ kind: "REFUSED", error: refused });
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 15 * 60_000 - 3_000, 500);
    expect(await part(test)).toMatchObject({ state: "RUNNING" });
    await pass(test.clock, 6_000, 500);
    expect(await part(test)).toMatchObject({ state: "INCOMPLETE", progress: { targets: 1, closed: 0 } });
  });
});

describe("what a venue lists", () => {
  it("given a way for urgent requests, so the list is read by it", async () => {
    const urgentVenue = new ScriptedVenue({ openOrders: async () => [] });
    const test = cancelAllServer();
    Object.assign(test.entry, { urgentVenue });
    await test.executor.start();
    const before = urgentVenue.callsOf("openOrders").length;
    await begin(test);
    await pass(test.clock, 700);
    expect(await part(test)).toMatchObject({ state: "DONE" });
    expect(urgentVenue.callsOf("openOrders").length - before).toBe(2);
    expect(test.book.reads).toEqual([]);
  });

  it("given no other way, so the list is read as everything else is", async () => {
    const test = cancelAllServer();
    Object.assign(test.entry, { urgentVenue: undefined });
    await test.executor.start();
    const theirs = test.book.add("theirs");
    await begin(test);
    await pass(test.clock, 3_000);
    expect(await part(test)).toMatchObject({ state: "DONE", progress: { foreignTargets: 1, foreignClosed: 1 } });
    expect(test.book.cancelled).toEqual([theirs]);
  });

  it("given orders without their instrument, so they are told as what can't be cancelled there", async () => {
    const test = cancelAllServer();
    const key = submitKey("nameless");
    test.book.open.set(key, { submitKey: key, evidence: { kind: "OPEN" }, fills: [] });
    await test.executor.start();
    await begin(test, { scope: { instrument: btc } });
    await pass(test.clock, 500, 50);
    expect(await part(test)).toMatchObject({
      state: "RUNNING",
      progress: { foreignTargets: 1, failures: [{ submitKey: key, error: { code: "OPEN_ORDERS_UNLISTED" } }] },
    });
    expect(test.venue.callsOf("cancel")).toEqual([]);
  });

  it("given a library that throws from a cancel, so it is told, and tried again", async () => {
    const test = cancelAllServer();
    const theirs = test.book.add("theirs");
    test.book.answer = () => {
      throw new Error("socket hang up");
    };
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 500, 50);
    expect(await part(test)).toMatchObject({
      progress: { failures: [{ submitKey: theirs, error: { code: "ANSWER_LOST" } }] },
    });
    test.book.answer = () => undefined;
    await pass(test.clock, 4_000, 50);
    expect(await part(test)).toMatchObject({ state: "DONE" });
  });

  it("given an order that ended here and is listed still, so at a second sight it is cancelled at the venue", async () => {
    const test = cancelAllServer();
    const order = await orderAfter(test, pathTo.FAILED_FINAL);
    const key = test.book.add(attemptOf(order)?.submitKey ?? "");
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 500, 50);
    expect(await part(test)).toMatchObject({ state: "RUNNING", progress: { targets: 0, foreignTargets: 0 } });
    await pass(test.clock, 6_000, 50);
    expect(test.book.cancelled).toEqual([key]);
    expect(await part(test)).toMatchObject({ state: "DONE", progress: { foreignTargets: 1, foreignClosed: 1 } });
  });

  it("given an attempt in doubt that never expires, so it is not done while the doubt lasts", async () => {
    const test = cancelAllServer();
    const { validUntil: _never, ...endless } = sampleEvents.ATTEMPT_PREPARED;
    const order = await orderAfter(test, [endless, sampleEvents.ANSWER_LOST]);
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 60_000, 500);
    expect(await part(test)).toMatchObject({ state: "RUNNING", progress: { cleanReads: 1 } });
    const key = attemptOf(order)?.submitKey ?? submitKey("?");
    await recordReport(test.desk, await stored(test, order), {
      submitKey: key,
      evidence: { kind: "CANCELLED" },
      fills: [],
    });
    await pass(test.clock, 6_000, 50);
    expect(await part(test)).toMatchObject({ state: "DONE", progress: { closed: 1 } });
  });

  it("given a venue that can't list, so with OWN_ONLY it is done when ours have ended", async () => {
    const test = cancelAllServer({ capabilities: { bulkQueries: false } });
    const order = await resting(test);
    test.book.answer = () => ({ kind: "UNKNOWN", error: refused });
    await test.executor.start();
    await begin(test, {
      covers: "OWN_ONLY",
      scope: { account: order.instruction.account, venue: order.instruction.venue },
    });
    await pass(test.clock, 500, 50);
    expect(await part(test)).toMatchObject({ state: "RUNNING" });
    test.book.answer = () => undefined;
    await pass(test.clock, 6_000, 50);
    expect(await part(test)).toMatchObject({ state: "DONE", progress: { failures: [] } });
  });

  it("given more of others' orders than are kept in one go, so all of them go, by a second server too", async () => {
    const first = cancelAllServer();
    for (let made = 0; made < 1_001; made += 1) first.book.add(`theirs-${made}`);
    await first.executor.start();
    await begin(first);
    await pass(first.clock, 200, 50);
    await first.stop();
    const second = cancelAllServer({ beside: first }, first.book);
    await second.executor.start();
    await pass(second.clock, 9_000, 100);
    expect(first.book.open.size).toBe(0);
    expect(await part(second)).toMatchObject({
      state: "DONE",
      progress: { foreignTargets: 1_001, foreignClosed: 1_001 },
    });
  });
});

describe("a store that fails", () => {
  it("given a failure in the middle, so the work is taken up again", async () => {
    let fails = true;
    const test = cancelAllServer({
      store: ({ cancelAlls }) => ({
        cancelAlls: {
          ...cancelAlls,
          async targets(...call) {
            if (fails) throw new SurefillError("STORE_UNAVAILABLE", "away");
            return cancelAlls.targets(...call);
          },
        },
      }),
    });
    const order = await resting(test);
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 1_000, 50);
    expect(await states(test, [order])).toEqual(["CONFIRMING"]);
    expect(test.complaints).toContainEqual(expect.objectContaining({ campaign_id: "stop-1" }));
    fails = false;
    await pass(test.clock, 3_000, 50);
    expect(await states(test, [order])).toEqual(["CANCELLED"]);
    expect(await part(test)).toMatchObject({ state: "DONE", progress: { targets: 1, closed: 1 } });
  });
});

describe("protection", () => {
  const { positionId } = terms;
  const stop = { purpose: "STOP", side: "SELL", positionId } as const;

  it("given a position whose stop is cancelled, so it is told as unprotected", async () => {
    const test = cancelAllServer();
    await orderAfter(test, pathTo.FILLED, { positionId });
    const order = await resting(test, stop);
    await test.executor.start();
    await begin(test);
    await pass(test.clock, 2_000);
    expect(await states(test, [order])).toEqual(["CANCELLED"]);
    expect(await part(test)).toMatchObject({
      state: "DONE",
      progress: { unprotected: [{ instrument: btc, positionId, quantity: "1" }] },
    });
  });

  it.each([
    ["nothing is held", false, false],
    ["another stop is live", true, true],
  ])("given that %s, so nothing is told as unprotected", async (_given, isHeld, hasOther) => {
    const test = cancelAllServer();
    if (isHeld) await orderAfter(test, pathTo.FILLED, { positionId });
    await resting(test, stop);
    await test.executor.start();
    await begin(test, { halts: false });
    test.clock.advance(1);
    if (hasOther) await resting(test, stop);
    await pass(test.clock, 2_000);
    expect(await part(test)).toMatchObject({ state: "DONE", progress: { targets: 1, unprotected: [] } });
  });

  it("given keep_protection, so stops and targets stay, at the venue too", async () => {
    const test = cancelAllServer();
    await orderAfter(test, pathTo.FILLED, { positionId });
    const kept = [await resting(test, stop), await resting(test, { ...stop, purpose: "TARGET" })];
    const entry = await resting(test);
    await test.executor.start();
    await begin(test, { keepsProtection: true });
    await pass(test.clock, 2_000);
    expect(await states(test, [...kept, entry])).toEqual(["CONFIRMING", "CONFIRMING", "CANCELLED"]);
    expect(test.book.open.size).toBe(2);
    expect(await part(test)).toMatchObject({ state: "DONE", progress: { targets: 1, unprotected: [] } });
  });
});

describe("a CancelAll whose server dies", () => {
  it("given half of the work done, so the next server goes on with it and ends it", async () => {
    const first = cancelAllServer();
    const orders = [await resting(first), await resting(first), await resting(first)];
    first.book.add("theirs");
    let taken = 0;
    // The first cancel goes through, and then the venue says no more.
    first.book.answer = () => {
      taken += 1;
      return taken === 1 ? undefined : { kind: "UNKNOWN", error: refused };
    };
    await first.executor.start();
    await begin(first);
    await pass(first.clock, 300);
    expect(await part(first)).toMatchObject({ state: "RUNNING", progress: { targets: 3 } });
    await first.stop();
    expect(await part(first)).toMatchObject({ state: "RUNNING" });

    first.book.answer = () => undefined;
    const second = cancelAllServer({ beside: first }, first.book);
    await second.executor.start();
    await pass(second.clock, 6_000, 50);
    expect(await states(second, orders)).toEqual(["CANCELLED", "CANCELLED", "CANCELLED"]);
    expect(first.book.open.size).toBe(0);
    expect(await part(second)).toMatchObject({
      state: "DONE",
      progress: { targets: 3, requested: 3, closed: 3, foreignTargets: 1, foreignClosed: 1 },
    });
  });

  it("given a server that does not own the venue account, so the owner works it off", async () => {
    const owner = cancelAllServer();
    const order = await resting(owner);
    await owner.executor.start();
    const other = cancelAllServer({ beside: owner }, owner.book);
    await other.executor.start();
    await begin(other);
    await settle();
    expect(other.venue.callsOf("openOrders")).toEqual([]);
    await pass(owner.clock, 2_000);
    expect(await states(owner, [order])).toEqual(["CANCELLED"]);
    expect(await part(owner)).toMatchObject({ state: "DONE" });
    expect(other.venue.calls).toEqual([]);
  });
});

describe("beginning a CancelAll again", () => {
  it("given the same request, so it is the same CancelAll", async () => {
    const test = cancelAllServer();
    await test.executor.start();
    const first = await begin(test);
    test.clock.advance(1_000);
    const again = await begin(test);
    expect([first.kind, again.kind]).toEqual(["BEGUN", "FOUND"]);
    expect(again).toMatchObject({ campaign: { requestedAt: expect.anything(), reason: "emergency" } });
    const events = await test.store.controlEvents.after(0, 10);
    expect(events.filter(({ cause }) => "phase" in cause && cause.phase === "STARTED")).toHaveLength(1);
  });

  it.each<readonly [Partial<CancelAllTerms>, string]>([
    [{ covers: "OWN_ONLY" }, "scope"],
    [{ scope: { instrument: eth } }, "instrument"],
    [{ halts: false }, "halt"],
    [{ keepsProtection: true }, "keep_protection"],
    [{ reason: "another" }, "reason"],
    [{ operator: "bob" }, "operator"],
  ])("given %j differs, so it is refused, naming the field", async (rest, field) => {
    const test = cancelAllServer();
    await begin(test);
    expect(await begin(test, rest)).toMatchObject({
      kind: "REUSED",
      error: { code: "REQUEST_ID_REUSED", context: { field, request_id: "stop-1" } },
    });
  });
});
