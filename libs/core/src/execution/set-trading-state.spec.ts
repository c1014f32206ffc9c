import { describe, expect, it } from "vitest";
import { accountId } from "../account/account-id.ts";
import type { TradingScope, TradingState } from "../account/trading-state.ts";
import { recordReport } from "../desk/record-report.ts";
import { SurefillError } from "../error/surefill-error.ts";
import { amount } from "../money/amount.ts";
import { signedQuantity } from "../money/signed-quantity.ts";
import { attemptOf, type Order } from "../order/order.ts";
import { positionId } from "../position/position-id.ts";
import type { OrderStore } from "../store/order-store.ts";
import {
  attemptFor,
  deskForTests,
  keyOf,
  orderAfter,
  pathTo,
  stored,
  type TestDesk,
  venueAccount,
} from "../testing/desk-for-tests.ts";
import { positionRowKey } from "../testing/memory-store-tables.ts";
import { after as at, requestedAt, terms, testVenue } from "../testing/order-fixtures.ts";
import { pass, settle } from "../testing/settle.ts";
import { acceptAll, submissionFor } from "../testing/submission-for-tests.ts";
import { setTradingState, type TradingStateSet } from "./set-trading-state.ts";
import { submit } from "./submit.ts";
import { Turns } from "./turns.ts";

/** A call that is under way, and what it answered. */
function setting(
  { desk }: Pick<TestDesk, "desk">,
  state: TradingState,
  { scope = {}, waitMs = 0, signal = new AbortController().signal }: SetOptions = {},
) {
  const answers: TradingStateSet[] = [];
  const change = { scope, state, operator: "ann", reason: "fat finger" };
  const ended = setTradingState(desk, change, { waitMs, signal }).then((answer) => {
    answers.push(answer);
    return answer;
  });
  return { answers, ended };
}

interface SetOptions {
  readonly scope?: TradingScope;
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
}

const halt = (test: Pick<TestDesk, "desk">, options?: SetOptions) => setting(test, "HALTED", options).ended;

/** As if somebody else were always first where an order is to be cancelled. */
function commitUnlessCancelled(orders: OrderStore): OrderStore["commit"] {
  return async (change) => (change.order.state === "CANCELLED" ? { kind: "STALE_VERSION" } : orders.commit(change));
}

async function answered({ desk }: TestDesk, order: Order): Promise<void> {
  const submitKey = attemptOf(order)?.submitKey;
  if (submitKey === undefined) throw new Error("never sent");
  await recordReport(desk, order, { submitKey, evidence: { kind: "OPEN" }, fills: [] });
}

describe("setting a trading state", () => {
  it("given an order whose row can't be written, so the others are cancelled and the call is answered all the same", async () => {
    const poisonous: string[] = [];
    const test = deskForTests({
      store: ({ orders }) => ({
        orders: {
          ...orders,
          async commit(change) {
            if (poisonous.includes(change.order.orderId)) throw new SurefillError("STORE_REFUSED", "no such row");
            return orders.commit(change);
          },
        },
      }),
    });
    const bad = await orderAfter(test);
    const good = await orderAfter(test);
    poisonous.push(bad.orderId);
    expect(await halt(test)).toMatchObject({ cancelled: 1, pending: [] });
    expect((await stored(test, good)).state).toBe("CANCELLED");
    expect((await stored(test, bad)).state).toBe("PENDING");
    expect(test.complaints).toContainEqual(expect.objectContaining({ order_id: bad.orderId }));
  });

  it("given a store that is away before all are cancelled, so the call fails and is to be repeated", async () => {
    const test = deskForTests({
      store: ({ orders }) => ({
        orders: {
          ...orders,
          async commit(change) {
            if (change.order.state === "CANCELLED") throw new SurefillError("STORE_UNAVAILABLE", "away");
            return orders.commit(change);
          },
        },
      }),
    });
    await orderAfter(test);
    await expect(halt(test)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  });

  it("is durable with who, why and when", async () => {
    const test = deskForTests();
    const { set } = await halt(test, { scope: { account: accountId("alice") } });
    expect(set).toEqual({
      ...{ scope: { account: "alice" }, state: "HALTED", operator: "ann", reason: "fat finger", at: requestedAt },
      epoch: 1,
    });
    expect(await test.store.tradingStates.read()).toEqual({ epoch: 1, restrictions: [set] });
    expect(await test.store.controlEvents.after(0, 10)).toMatchObject([
      { number: 1, cause: { type: "trading_state.changed", from: "ACTIVE", to: "HALTED" } },
    ]);
  });

  it("given orders that were not sent, so those it forbids are CANCELLED and say why, and protection waits on", async () => {
    const test = deskForTests();
    const entries = [await orderAfter(test), await orderAfter(test, pathTo.FAILED_WILL_RETRY)];
    const stop = await orderAfter(test, [], { purpose: "STOP", side: "SELL", positionId: positionId("p") });
    const resting = await orderAfter(test, pathTo.CONFIRMING);
    const other = await orderAfter(test, [], { account: accountId("bob") });
    const answer = await halt(test, { scope: { account: accountId("alice") } });
    expect(answer).toMatchObject({ cancelled: 2, pending: [] });
    for (const order of entries) {
      expect(await stored(test, order)).toMatchObject({ state: "CANCELLED", lastError: { code: "TRADING_HALTED" } });
    }
    for (const order of [stop, resting, other]) expect(await stored(test, order)).toEqual(order);
  });

  it("given more orders than a page, so none is left out", async () => {
    const test = deskForTests();
    for (let made = 0; made < 501; made += 1) await orderAfter(test);
    expect(await halt(test, { scope: { venue: testVenue } })).toMatchObject({ cancelled: 501 });
    expect(await test.store.orders.live({}, 10)).toEqual([]);
  });

  it("given an order that somebody moves at the same time, so it is left to them, and judged when it is sent", async () => {
    const test = deskForTests({
      store: ({ orders }) => ({ orders: { ...orders, commit: commitUnlessCancelled(orders) } }),
    });
    const order = await orderAfter(test);
    expect(await halt(test)).toMatchObject({ cancelled: 0, pending: [] });
    expect(await stored(test, order)).toEqual(order);
  });

  it("given ACTIVE, so nothing is cancelled or waited for", async () => {
    const test = deskForTests();
    const order = await orderAfter(test, pathTo.SUBMITTED);
    expect(await setting(test, "ACTIVE", { waitMs: 60_000 }).ended).toMatchObject({ cancelled: 0, pending: [] });
    expect(await stored(test, order)).toEqual(order);
  });

  it.each(["SUBMITTED", "IN_DOUBT"] as const)(
    "given an attempt that is %s, so it waits for its answer",
    async (phase) => {
      const test = deskForTests();
      const order = await orderAfter(test, pathTo[phase]);
      const call = setting(test, "HALTED", { waitMs: 60_000 });
      await pass(test.clock, 1_000);
      expect(call.answers).toEqual([]);
      await answered(test, order);
      await pass(test.clock, 20);
      expect(call.answers).toMatchObject([{ pending: [] }]);
    },
  );

  it("given an attempt whose validity has passed by a clock an hour ahead of the venue's, so it is waited for and listed", async () => {
    const test = deskForTests();
    const order = await orderAfter(test, pathTo.IN_DOUBT);
    test.clock.advance(3_600_000);
    const call = setting(test, "HALTED", { waitMs: 2_000 });
    await pass(test.clock, 1_900, 50);
    expect(call.answers).toEqual([]);
    await pass(test.clock, 200, 50);
    expect(call.answers).toMatchObject([{ pending: [{ orderId: order.orderId }] }]);
  });

  it("given an attempt whose validity passed a day ago, so nobody waits for it", async () => {
    const test = deskForTests();
    await orderAfter(test, pathTo.IN_DOUBT);
    test.clock.advance(25 * 3_600_000);
    expect(await setting(test, "HALTED", { waitMs: 60_000 }).ended).toMatchObject({ pending: [] });
  });

  it("given no time to wait, or too little, so what is under way is listed", async () => {
    const test = deskForTests();
    const order = await orderAfter(test, pathTo.SUBMITTED);
    expect(await halt(test)).toMatchObject({ pending: [{ orderId: order.orderId }] });
    const call = setting(test, "HALTED", { waitMs: 500 });
    await pass(test.clock, 490);
    expect(call.answers).toEqual([]);
    await pass(test.clock, 40);
    expect(call.answers).toMatchObject([{ pending: [{ orderId: order.orderId }] }]);
  });

  it("given a caller who goes away, so the state is set and the wait ends", async () => {
    const test = deskForTests();
    await orderAfter(test, pathTo.SUBMITTED);
    const caller = new AbortController();
    const call = setting(test, "HALTED", { waitMs: 60_000, signal: caller.signal });
    await settle();
    caller.abort();
    expect((await call.ended).pending).toHaveLength(1);
    expect((await test.store.tradingStates.read()).restrictions).toHaveLength(1);
  });
});

describe("a submission under a trading state", () => {
  it("given HALTED, so nothing is sent and the order is CANCELLED", async () => {
    const test = await submissionFor({ script: { submit: acceptAll } });
    await test.store.tradingStates.set({ scope: {}, state: "HALTED", operator: "ann", reason: "x", at: at(0) });
    expect(await test.submitted()).toMatchObject({ state: "CANCELLED", lastError: { code: "TRADING_HALTED" } });
    expect(test.venue.callsOf("submit")).toEqual([]);
  });

  it("given a halt while the attempt is prepared, so it never becomes durable", async () => {
    const test = await submissionFor({ script: { submit: acceptAll } });
    test.venue.script.prepare = async (request) => {
      await halt(test);
      return { kind: "PREPARED", attempt: attemptFor(test, request) };
    };
    expect(await test.submitted()).toMatchObject({ state: "CANCELLED" });
    expect(await test.store.orders.attempts(test.order.orderId)).toEqual([]);
    expect(test.venue.callsOf("submit")).toEqual([]);
  });

  it("given a change that forbids nothing meanwhile, so it is not sent now, and is due still", async () => {
    const test = await submissionFor({ script: { submit: acceptAll } });
    test.venue.script.prepare = async (request) => {
      await setting(test, "HALTED", { scope: { account: accountId("bob") } }).ended;
      return { kind: "PREPARED", attempt: attemptFor(test, request) };
    };
    expect(await test.submitted()).toMatchObject({ state: "PENDING", attemptCount: 0 });
    test.venue.script.prepare = async (request) => ({ kind: "PREPARED", attempt: attemptFor(test, request) });
    expect(await test.submitted()).toMatchObject({ state: "CONFIRMING" });
  });

  it.each([
    [99, true],
    [100, false],
  ])("given a halt %i ms after the attempt was judged, between commit and wire, so sent: %s", async (ms, isSent) => {
    const test = await submissionFor({
      script: { submit: acceptAll },
      options: {
        store: ({ orders, tradingStates }, clock) => ({
          orders: {
            ...orders,
            async commit(change) {
              const result = await orders.commit(change);
              if (change.attempt?.kind !== "PREPARED") return result;
              await tradingStates.set({ scope: {}, state: "HALTED", operator: "ann", reason: "x", at: clock.wall() });
              clock.advance(ms);
              return result;
            },
          },
        }),
      },
    });
    const order = await test.submitted();
    expect(test.venue.callsOf("submit")).toHaveLength(isSent ? 1 : 0);
    expect(order).toMatchObject(
      isSent ? { state: "CONFIRMING" } : { state: "FAILED", lastError: { code: "TRADING_HALTED" } },
    );
  });
});

describe("orders that reduce a position under HALTED", () => {
  const position = terms.positionId;
  const exit = { purpose: "EXIT", side: "SELL", positionId: position } as const;

  /** A position of 1 BTC, long, under a halt. */
  async function longOne(test: TestDesk): Promise<void> {
    await orderAfter(test, pathTo.FILLED, { positionId: position });
    await halt(test);
  }

  it("given one that fits, so it is sent", async () => {
    const test = await submissionFor({ script: { submit: acceptAll }, instruction: exit });
    await longOne(test);
    expect(await test.submitted()).toMatchObject({ state: "CONFIRMING" });
  });

  it("given a position that is larger by what its opener may yet fill, so only what is held counts", async () => {
    const test = await submissionFor({ script: { submit: acceptAll }, instruction: exit });
    await orderAfter(test, pathTo.PARTIALLY_FILLED, { positionId: position });
    await halt(test);
    expect(await test.submitted()).toMatchObject({ state: "CANCELLED", lastError: { code: "TRADING_HALTED" } });
  });

  it.each(["SUBMITTED", "IN_DOUBT", "CONFIRMING", "CANCELLING"] as const)(
    "given a position that an order in %s may close already, so it is not",
    async (phase) => {
      const test = await submissionFor({ script: { submit: acceptAll }, instruction: exit });
      await orderAfter(test, pathTo[phase], exit);
      await longOne(test);
      expect(await test.submitted()).toMatchObject({ state: "CANCELLED", lastError: { code: "TRADING_HALTED" } });
    },
  );

  it("given the order that opened the position, live on the side that would close it, so it counts too", async () => {
    const test = await submissionFor({ script: { submit: acceptAll } });
    // It sells, so what it opened is short; by its name alone it could take of what is held.
    const opener = await orderAfter(test, pathTo.CONFIRMING, { side: "SELL" });
    const named = { ...exit, positionId: positionId(opener.orderId) };
    const order = await orderAfter(test, [], named);
    const held = { ...venueAccount, instrument: opener.instruction.instrument, positionId: named.positionId };
    test.tables.positions.set(positionRowKey(held), {
      ...{ ...held, quantity: signedQuantity("1"), simulated: true, openedAt: requestedAt, updatedAt: requestedAt },
    });
    await halt(test);
    expect(await submit(test.desk, test.entry, order, test.fence)).toMatchObject({ state: "CANCELLED" });
    await recordReport(test.desk, opener, {
      ...{ submitKey: attemptOf(opener)?.submitKey ?? keyOf("?", 1), evidence: { kind: "CANCELLED" }, fills: [] },
    });
    const again = await orderAfter(test, [], named);
    expect(await submit(test.desk, test.entry, again, test.fence)).toMatchObject({ state: "CONFIRMING" });
  });

  it("given the order that opened the position, ended and sized in quote, so it takes nothing more of it", async () => {
    const test = await submissionFor({ script: { submit: acceptAll } });
    const size = { in: "QUOTE", amount: amount("1000") } as const;
    const opener = await orderAfter(test, pathTo.EXPIRED, { side: "SELL", size });
    const named = { ...exit, positionId: positionId(opener.orderId) };
    const held = { ...venueAccount, instrument: opener.instruction.instrument, positionId: named.positionId };
    // What closed the short position was overfilled: it is long.
    test.tables.positions.set(positionRowKey(held), {
      ...{ ...held, quantity: signedQuantity("1"), simulated: true, openedAt: requestedAt, updatedAt: requestedAt },
    });
    await halt(test);
    const order = await orderAfter(test, [], named);
    expect(await submit(test.desk, test.entry, order, test.fence)).toMatchObject({ state: "CONFIRMING" });
  });

  it("given more orders of one position than are looked at, so none provably reduces it", async () => {
    const test = await submissionFor({ script: { submit: acceptAll }, instruction: exit });
    for (let made = 0; made < 1_000; made += 1) await orderAfter(test, [], exit);
    await longOne(test);
    expect(await test.submitted()).toMatchObject({ state: "CANCELLED" });
  });

  it("given a position that nobody opened, so there is nothing to reduce", async () => {
    const test = await submissionFor({ script: { submit: acceptAll }, instruction: exit });
    await halt(test);
    expect(await test.submitted()).toMatchObject({ state: "CANCELLED" });
  });

  it("given two at the same time that each fit alone, so one is sent", async () => {
    const test = await submissionFor({ script: { submit: acceptAll }, instruction: exit });
    const second = await orderAfter(test, [], exit);
    await longOne(test);
    const turns = new Turns();
    const both = [test.order, second].map((order) => submit(test.desk, test.entry, order, test.fence, turns));
    expect((await Promise.all(both)).map(({ state }) => state)).toEqual(["CONFIRMING", "CANCELLED"]);
    expect(test.venue.callsOf("submit")).toHaveLength(1);
  });
});
