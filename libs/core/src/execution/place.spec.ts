import { describe, expect, it } from "vitest";
import { accountId } from "../account/account-id.ts";
import { orderError } from "../error/order-error.ts";
import { SurefillError } from "../error/surefill-error.ts";
import { instrumentId } from "../instrument/instrument.ts";
import { price } from "../money/price.ts";
import { quantity } from "../money/quantity.ts";
import type { Instruction } from "../order/instruction.ts";
import { clientOrderId } from "../order/order-id.ts";
import { positionId } from "../position/position-id.ts";
import { deskForTests, stored, type TestDeskOptions } from "../testing/desk-for-tests.ts";
import { limitBuy } from "../testing/order-fixtures.ts";
import { pass, settle } from "../testing/settle.ts";
import { btcPrice, btcUsdt, manifestOf } from "../testing/venue-fixtures.ts";
import { addMs } from "../time/wall-time.ts";
import { venueId } from "../venue/venue-id.ts";
import { type Placement, place } from "./place.ts";
import { setTradingState } from "./set-trading-state.ts";

const priced = { prices: async () => new Map([[btcUsdt.symbol, btcPrice]]) };
const never = new Promise<never>(() => undefined);

function setUp(options: TestDeskOptions = {}) {
  const test = deskForTests({ script: priced, ...options });
  const requestedAt = test.clock.wall();
  const placed = (rest: Partial<Instruction> = {}) => place(test.desk, { ...limitBuy, ...rest }, { requestedAt });
  const storedOrders = () => test.store.lists.orders({}, { size: 10 });
  return { ...test, requestedAt, placed, storedOrders };
}

function orderOf(placement: Placement) {
  if (!("order" in placement)) throw new Error(`${placement.kind}: ${placement.error.message}`);
  return placement.order;
}

describe("an instruction that passes", () => {
  it("is a PENDING order, durable when place returns, with one event", async () => {
    const test = setUp();
    const placement = await test.placed({ expectedPrice: price("50000") });
    expect(placement.kind).toBe("PLACED");
    const order = orderOf(placement);
    expect(order).toMatchObject({
      ...{ state: "PENDING", version: 1, attemptCount: 0, cumQuantity: "0", cumQuoteQuantity: "0", fees: {} },
      ...{ base: "BTC", quote: "USDT", simulated: true, expectedPrice: "50000", requestedAt: test.requestedAt },
    });
    expect(await stored(test, order)).toEqual(order);
    const events = await test.store.events.ofOrder(order.orderId, 10);
    expect(events.map(({ cause, to, version }) => [cause.type, to, version])).toEqual([["PLACED", "PENDING", 1]]);
  });

  it("given an order that waits for a price, so that is what slippage will count from", async () => {
    const stop = { type: "STOP_LOSS", timeInForce: "GTC", triggerPrice: price("40000") } as const;
    const order = orderOf(await setUp().placed({ side: "SELL", pricing: stop }));
    expect(order).toMatchObject({ state: "PENDING", expectedPrice: "40000" });
    expect(order.instruction.expectedPrice).toBeUndefined();
  });

  it.each([
    ["none named, so a position of its own", {}, undefined],
    ["one named, so that one", { positionId: positionId("swing-7") }, "swing-7"],
  ])("has a position: given %s", async (_given, rest, name) => {
    const order = orderOf(await setUp().placed(rest));
    expect(order.positionId).toBe(name ?? order.orderId);
  });

  it("is real where the venue is", async () => {
    const test = setUp();
    const real = { ...test.entry, manifest: { ...test.entry.manifest, simulated: false } };
    const desk = { ...test.desk, venues: new Map([[real.venueId, real]]) };
    const placement = await place(desk, limitBuy, { requestedAt: test.requestedAt });
    expect(orderOf(placement).simulated).toBe(false);
  });

  it("given the trace of the call, so the order carries it, and none where there is none", async () => {
    const test = setUp();
    const { requestedAt } = test;
    const trace = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7", sampled: true };
    const traced = orderOf(await place(test.desk, limitBuy, { requestedAt, trace }));
    expect((await stored(test, traced)).trace).toEqual(trace);
    expect(orderOf(await test.placed({ clientOrderId: clientOrderId("2") }))).not.toHaveProperty("trace");
  });

  it("given a clock that was set back since the request, so the order doesn't begin before it", async () => {
    const test = setUp();
    test.clock.setWall(addMs(test.requestedAt, -3_600_000));
    expect(orderOf(await test.placed())).toMatchObject({
      updatedAt: test.requestedAt,
      stateTimes: { PENDING: test.requestedAt },
    });
  });
});

describe("a client order id that was used before", () => {
  it("given the same body, so the same order as it is by now, and nothing is asked of the venue or stored", async () => {
    const test = setUp();
    const first = orderOf(await test.placed());
    const again = await test.placed();
    expect(again).toEqual({ kind: "REPLAYED", order: first });
    expect(test.venue.callsOf("prices")).toHaveLength(1);
    expect((await test.storedOrders()).items).toHaveLength(1);
  });

  it("given another body, so it is refused, naming the field and the order, and nothing is stored", async () => {
    const test = setUp();
    const first = orderOf(await test.placed());
    const placement = await test.placed({ side: "SELL" });
    expect(placement).toEqual({
      kind: "REUSED",
      error: {
        code: "CLIENT_ORDER_ID_REUSED",
        message: "client_order_id order-1 names an order with another side; use a new client_order_id",
        context: { client_order_id: "order-1", field: "side", order_id: first.orderId },
      },
    });
    expect((await test.storedOrders()).items).toEqual([first]);
  });

  // The id is looked up before any other check: what was answered once is answered again, whatever has changed since.
  it("given the same body when its venue is gone, so the same order all the same", async () => {
    const test = setUp();
    const first = orderOf(await test.placed());
    const desk = { ...test.desk, venues: new Map() };
    expect(await place(desk, limitBuy, { requestedAt: test.requestedAt })).toEqual({ kind: "REPLAYED", order: first });
  });

  it("given another body that would be denied or refused, so it is still REUSED", async () => {
    const test = setUp();
    await test.placed();
    const bodies: readonly Partial<Instruction>[] = [
      { venue: venueId("nowhere") },
      { instrument: instrumentId("NO/SUCH") },
      { size: { in: "BASE", quantity: quantity("0.000001") } },
    ];
    for (const body of bodies) expect((await test.placed(body)).kind).toBe("REUSED");
  });

  it("given another account's same id, so it is another order", async () => {
    const bob = accountId("bob");
    const test = setUp({ entry: { accounts: [limitBuy.account, bob] } });
    const [first, second] = [orderOf(await test.placed()), orderOf(await test.placed({ account: bob }))];
    expect(second.orderId).not.toBe(first.orderId);
  });
});

describe("two calls with one client order id at the same time", () => {
  it("given the same body, so one is placed, the other replays it, and there is one order", async () => {
    const test = setUp();
    const placements = await Promise.all([test.placed(), test.placed(), test.placed()]);
    expect(placements.map(({ kind }) => kind).sort()).toEqual(["PLACED", "REPLAYED", "REPLAYED"]);
    expect(new Set(placements.map((placement) => orderOf(placement).orderId)).size).toBe(1);
    expect((await test.storedOrders()).items).toHaveLength(1);
  });

  it("given different bodies, so one is placed and the other is REUSED, naming the field", async () => {
    const test = setUp();
    const placements = await Promise.all([test.placed(), test.placed({ strategyId: "other" })]);
    expect(placements[0]?.kind).toBe("PLACED");
    expect(placements[1]).toMatchObject({ kind: "REUSED", error: { context: { field: "strategy_id" } } });
    expect((await test.storedOrders()).items).toHaveLength(1);
  });
});

describe("what we deny", () => {
  it.each<readonly [string, Partial<Instruction>]>([
    ["INSTRUMENT_UNKNOWN", { instrument: instrumentId("btc/usdt") }],
    ["QUANTITY_NOT_LOT_MULTIPLE", { size: { in: "BASE", quantity: quantity("0.000001") } }],
    ["TRIGGER_PRICE_REACHED", { pricing: { type: "STOP_LOSS", timeInForce: "GTC", triggerPrice: price("40000") } }],
    ["PRICE_OUTSIDE_COLLAR", { pricing: { type: "LIMIT", timeInForce: "GTC", limitPrice: price("500000") } }],
  ])("is a DENIED order with its reason, %s, and keeps its client order id for ever", async (code, rest) => {
    const test = setUp();
    const first = await test.placed(rest);
    expect(first).toMatchObject({ kind: "PLACED", order: { state: "DENIED", version: 1, lastError: { code } } });
    const [event] = await test.store.events.ofOrder(orderOf(first).orderId, 10);
    expect(event).toMatchObject({ to: "DENIED", cause: { type: "PLACED", error: { code } } });
    expect(await test.placed(rest)).toEqual({ ...first, kind: "REPLAYED" });
    expect((await test.placed({ side: "SELL", ...rest })).kind).toBe("REUSED");
  });

  it("given a trading state that forbids it, so it is DENIED for that, whatever the market says", async () => {
    const test = setUp();
    const change = { scope: {}, state: "HALTED", operator: "ann", reason: "fat finger" } as const;
    await setTradingState(test.desk, change, { waitMs: 0, signal: new AbortController().signal });
    const tooDear = { pricing: { type: "LIMIT", timeInForce: "GTC", limitPrice: price("500000") } } as const;
    expect(await test.placed(tooDear)).toMatchObject({
      kind: "PLACED",
      order: { state: "DENIED", lastError: { code: "TRADING_HALTED" } },
    });
  });

  it("given kinds of order that the venue does not claim, so it is not even asked for a price", async () => {
    const stop = { type: "STOP_LOSS", timeInForce: "GTC", triggerPrice: price("40000") } as const;
    const postOnly = { type: "LIMIT", timeInForce: "GTC", limitPrice: price("50000"), postOnly: true } as const;
    const test = setUp({ script: {}, capabilities: { orderTypes: ["MARKET", "LIMIT"], postOnly: false } });
    expect(await test.placed({ clientOrderId: clientOrderId("1"), side: "SELL", pricing: stop })).toMatchObject({
      order: { state: "DENIED", lastError: { code: "UNSUPPORTED_ORDER_TYPE" } },
    });
    expect(await test.placed({ clientOrderId: clientOrderId("2"), pricing: postOnly })).toMatchObject({
      order: { state: "DENIED", lastError: { code: "UNSUPPORTED_POST_ONLY" } },
    });
    expect(test.venue.calls).toEqual([]);
  });

  it("given no such instrument or a broken rule, so the venue is not even asked for a price", async () => {
    const test = setUp({ script: {} });
    await test.placed({ instrument: instrumentId("NO/SUCH") });
    await test.placed({ clientOrderId: clientOrderId("2"), size: { in: "BASE", quantity: quantity("101") } });
    expect(test.venue.calls).toEqual([]);
  });

  it.each([
    ["fails", { prices: () => Promise.reject(new SurefillError("RATE_LIMITED", "slow down")) }],
    ["has none of it", { prices: async () => new Map() }],
  ])(
    "given a venue whose price query %s, so an entry is refused, its id is free, and an exit passes",
    async (_how, script) => {
      const test = setUp({ script });
      expect(await test.placed()).toMatchObject({ kind: "REFUSED", error: { code: "PRICE_UNAVAILABLE" } });
      expect((await test.storedOrders()).items).toEqual([]);
      const exit = await test.placed({ clientOrderId: clientOrderId("exit"), purpose: "EXIT" });
      expect(exit).toMatchObject({ order: { state: "PENDING" } });
      Object.assign(test.venue.script, priced);
      test.clock.advance(2_000);
      expect(await test.placed()).toMatchObject({ kind: "PLACED", order: { state: "PENDING" } });
    },
  );

  it("given a pause that the venue asked for, so an exit does not wait for it; given no way for urgent requests, so it does", async () => {
    const limits = { rateLimits: [{ name: "all", scope: "VENUE", requestsMax: 100, windowMs: 1_000 }] } as const;
    const test = setUp({ entry: { manifest: { ...manifestOf(), ...limits } } });
    test.entry.gate?.refused(undefined, orderError("RATE_LIMITED", "slow down"), 60_000);
    const exit = { purpose: "EXIT" } as const;
    await test.placed({ ...exit, clientOrderId: clientOrderId("first") });
    expect(test.venue.callsOf("prices")).toHaveLength(1);
    Object.assign(test.entry, { urgentVenue: undefined });
    const second = test.placed({ ...exit, clientOrderId: clientOrderId("second") });
    await pass(test.clock, 1_000, 100);
    expect(await second).toMatchObject({ order: { state: "PENDING" } });
    expect(test.venue.callsOf("prices")).toHaveLength(1);
  });

  it("given a venue that hangs, so its price is waited for one second and no longer", async () => {
    const test = setUp({ script: { prices: () => never } });
    const placing = test.placed();
    await settle();
    test.clock.advance(999);
    await settle();
    expect(test.committed).toEqual([]);
    test.clock.advance(1);
    expect(await placing).toMatchObject({ kind: "REFUSED", error: { code: "PRICE_UNAVAILABLE" } });
    expect(test.committed).toEqual([]);
  });
});

describe("what we refuse, and store nothing for", () => {
  it("given no such venue, so the venues that exist are named", async () => {
    const test = setUp();
    expect(await test.placed({ venue: venueId("nowhere") })).toMatchObject({
      kind: "REFUSED",
      error: {
        code: "UNKNOWN_VENUE",
        message: "no venue nowhere is configured; there are: paper",
        context: { field: "venue" },
      },
    });
    expect((await test.storedOrders()).items).toEqual([]);
    // The id is free: the caller corrects the venue and calls again.
    expect((await test.placed()).kind).toBe("PLACED");
  });

  it.each(["bob", "Alice"])("given the account %s, which does not trade there, so it is refused", async (name) => {
    const test = setUp();
    expect(await test.placed({ account: accountId(name) })).toMatchObject({
      kind: "REFUSED",
      error: { code: "UNKNOWN_ACCOUNT", context: { field: "account", account: name, venue: "paper" } },
    });
    expect((await test.storedOrders()).items).toEqual([]);
  });
});

describe("a store that fails", () => {
  it("given that it refuses a new order and has no other of its name, so the call fails: nothing was placed", async () => {
    const commit = async () => ({ kind: "STALE_VERSION" }) as const;
    const test = setUp({ store: ({ orders }) => ({ orders: { ...orders, commit } }) });
    await expect(test.placed()).rejects.toMatchObject({ code: "INTERNAL" });
    expect((await test.storedOrders()).items).toEqual([]);
  });

  it("given none to ask, so the call fails and says nothing about the order", async () => {
    const away = new SurefillError("STORE_UNAVAILABLE", "away");
    const test = setUp({ store: ({ orders }) => ({ orders: { ...orders, commit: () => Promise.reject(away) } }) });
    await expect(test.placed()).rejects.toBe(away);
    expect(test.committed).toEqual([]);
  });

  it("given a commit that was made though its answer is lost, when the call is repeated, so the order is replayed", async () => {
    const test = setUp({
      store: ({ orders }) => ({
        orders: {
          ...orders,
          async commit(change) {
            await orders.commit(change);
            throw new SurefillError("STORE_UNAVAILABLE", "connection lost");
          },
        },
      }),
    });
    await expect(test.placed()).rejects.toThrow("connection lost");
    expect((await test.placed()).kind).toBe("REPLAYED");
    expect((await test.storedOrders()).items).toHaveLength(1);
  });
});
