import type { MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "@surefill/contracts/google/rpc/error_details";
import {
  CancelScope,
  type ExecuteOrderRequestSchema,
  WaitFor,
  type WatchedEvent,
} from "@surefill/contracts/surefill/v1/execution_service";
import { OrderState, OrderType, Side, TimeInForce } from "@surefill/contracts/surefill/v1/order";
import { BreakerState } from "@surefill/contracts/surefill/v1/venue_service";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestServer, type TestServer } from "../testing/open-test-server.ts";

let server: TestServer;
let count = 0;

beforeAll(async () => {
  server = await openTestServer({ latencySubmitMs: 1, latencyConfirmMs: 1 });
});
afterAll(() => server.close());

type Fields = Partial<Omit<MessageInitShape<typeof ExecuteOrderRequestSchema>, "$typeName">>;

function market(fields: Fields = {}) {
  count += 1;
  return {
    account: "paper",
    venue: "sim",
    instrument: "BTC/USDT",
    side: Side.BUY,
    type: OrderType.MARKET,
    size: { case: "baseQuantity", value: "0.01" } as const,
    ...fields,
    clientOrderId: `order-${count}`,
  };
}

/** Far enough from the market to stay in the book. */
const resting = (fields: Fields = {}) =>
  market({ type: OrderType.LIMIT, limitPrice: "9000", timeInForce: TimeInForce.GTC, ...fields });

async function refusal(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => ConnectError.from(thrown),
  );
  const info = error?.findDetails(ErrorInfoSchema)[0];
  return { code: error?.code, reason: info?.reason, field: info?.metadata.field };
}

/** Events of one order after a cursor until it has come to `last`. */
async function watchUntil(orderId: string, last: OrderState, resumeCursor: string): Promise<readonly WatchedEvent[]> {
  const events: WatchedEvent[] = [];
  for await (const { message } of server.execution.watchOrders({ orderIds: [orderId], resumeCursor })) {
    if (message.case !== "event") continue;
    events.push(message.value);
    if (message.value.event?.toState === last) break;
  }
  return events;
}

/** Where the stream ends now. */
async function headCursor(): Promise<string> {
  for await (const { message } of server.execution.watchOrders({})) {
    if (message.case === "heartbeat") return message.value.cursor;
  }
  return "";
}

describe("ExecuteOrder", () => {
  it("given a market order, when executed, so FILLED through every state of the happy path", async () => {
    const { order, replayed } = await server.execution.executeOrder(market());
    expect(replayed).toBe(false);
    expect(order).toMatchObject({
      state: OrderState.FILLED,
      cumQuantity: "0.01",
      leavesQuantity: "0",
      attemptCount: 1,
    });
    expect(order?.stateTimes.map(({ state }) => state)).toEqual([
      OrderState.PENDING,
      OrderState.SUBMITTED,
      OrderState.CONFIRMING,
      OrderState.FILLED,
    ]);
  });

  it("given a quote amount, when executed, so the venue's completion fills it and leaves is absent", async () => {
    const { order } = await server.execution.executeOrder(market({ size: { case: "quoteQuantity", value: "250" } }));
    expect(order).toMatchObject({ state: OrderState.FILLED, cumQuoteQuantity: "250" });
    expect(order?.leavesQuantity).toBeUndefined();
  });

  it.each([
    {
      given: "an IOC that crosses",
      fields: { timeInForce: TimeInForce.IOC, limitPrice: "10100" },
      so: OrderState.FILLED,
    },
    {
      given: "an IOC that does not cross",
      fields: { timeInForce: TimeInForce.IOC, limitPrice: "9900" },
      so: OrderState.EXPIRED,
    },
    {
      given: "a FOK that does not cross",
      fields: { timeInForce: TimeInForce.FOK, limitPrice: "9900" },
      so: OrderState.EXPIRED,
    },
    {
      given: "a GTC that rests",
      fields: { timeInForce: TimeInForce.GTC, limitPrice: "9900" },
      so: OrderState.CONFIRMING,
    },
  ])("given $given, so it ends as the venue says", async ({ fields, so }) => {
    const { order } = await server.execution.executeOrder(market({ type: OrderType.LIMIT, ...fields }));
    expect(order?.state).toBe(so);
  });

  it.each([
    { type: OrderType.STOP_LOSS, triggerPrice: "9500", limitPrice: "", moved: "9400", at: "9400" },
    { type: OrderType.STOP_LOSS, triggerPrice: "9300", limitPrice: "9250", moved: "9280", at: "9280" },
    { type: OrderType.TAKE_PROFIT, triggerPrice: "10500", limitPrice: "", moved: "10600", at: "10600" },
  ])(
    "given an order that waits for a price, $triggerPrice, so it rests until then, and is filled once",
    async (given) => {
      const { type, triggerPrice, limitPrice, moved, at } = given;
      const terms = { side: Side.SELL, type, triggerPrice, ...(limitPrice === "" ? {} : { limitPrice }) };
      const { order } = await server.execution.executeOrder(market(terms));
      expect(order).toMatchObject({
        ...{ state: OrderState.CONFIRMING, type, timeInForce: TimeInForce.GTC, triggerPrice, limitPrice },
        ...{ expectedPrice: triggerPrice, postOnly: false },
      });
      expect(order?.executionTimeout).toBeUndefined();
      const orderId = order?.orderId ?? "";
      const filled = watchUntil(orderId, OrderState.FILLED, "");
      await server.execution.executeOrder(market({ expectedPrice: moved }));
      await filled;
      const key = { case: "orderId", value: orderId } as const;
      expect((await server.execution.getOrder({ key })).order).toMatchObject({ cumQuantity: "0.01", avgPrice: at });
      expect((await server.execution.listFills({ orderId })).fills).toHaveLength(1);
    },
  );

  it("given an order that waits for a price, so it can be cancelled until then", async () => {
    const waiting = market({ side: Side.SELL, type: OrderType.STOP_LOSS, triggerPrice: "6000" });
    const { order } = await server.execution.executeOrder(waiting);
    const key = { case: "orderId", value: order?.orderId ?? "" } as const;
    const cancelled = watchUntil(key.value, OrderState.CANCELLED, "");
    await server.execution.cancelOrder({ key });
    await cancelled;
    expect((await server.execution.getOrder({ key })).order).toMatchObject({ cumQuantity: "0" });
  });

  it("given a body that waits for another price, so the id is refused with the field", async () => {
    const waiting = market({ side: Side.SELL, type: OrderType.STOP_LOSS, triggerPrice: "6000" });
    await server.execution.executeOrder(waiting);
    expect((await server.execution.executeOrder(waiting)).replayed).toBe(true);
    const other = await refusal(server.execution.executeOrder({ ...waiting, triggerPrice: "6001" }));
    expect(other).toEqual({ code: Code.AlreadyExists, reason: "CLIENT_ORDER_ID_REUSED", field: "trigger_price" });
  });

  it("given post-only, so it rests, or is rejected where it would take", async () => {
    const rests = await server.execution.executeOrder(resting({ postOnly: true }));
    expect(rests.order).toMatchObject({ state: OrderState.CONFIRMING, postOnly: true });
    const takes = await server.execution.executeOrder(resting({ postOnly: true, limitPrice: "10000" }));
    expect(takes.order).toMatchObject({
      state: OrderState.REJECTED,
      attemptCount: 1,
      lastError: { code: "WOULD_TAKE_LIQUIDITY" },
    });
  });

  it("given ACCEPTED to wait for, so it answers before the venue does", async () => {
    const { order } = await server.execution.executeOrder(market({ waitFor: WaitFor.ACCEPTED }));
    expect(order?.state).toBe(OrderState.PENDING);
  });
});

describe("deadlines", () => {
  it("given expire_time, so what rests then is cancelled at the venue, and the order ends EXPIRED", async () => {
    // Three seconds at least, so that a busy machine has placed it by then.
    const seconds = BigInt(Math.floor(Date.now() / 1_000) + 4);
    const expireTime = { seconds, nanos: 0 };
    const { order } = await server.execution.executeOrder(resting({ expireTime, waitFor: WaitFor.TERMINAL }));
    expect(order).toMatchObject({ state: OrderState.EXPIRED, lastError: { code: "EXPIRE_TIME_PASSED" } });
    expect(order?.expireTime?.seconds).toBe(seconds);
    expect(order?.executionTimeout).toBeUndefined();
  });

  it("given an execution timeout, so the order ends CANCELLED, and says why", async () => {
    const executionTimeout = { seconds: 0n, nanos: 200_000_000 };
    const { order } = await server.execution.executeOrder(resting({ executionTimeout, waitFor: WaitFor.TERMINAL }));
    expect(order).toMatchObject({
      ...{ state: OrderState.CANCELLED, lastError: { code: "EXECUTION_TIMEOUT" }, executionTimeout },
      cancelReason: "execution timeout",
    });
  });

  it("given a market order without one, so it has 5 min", async () => {
    const { order } = await server.execution.executeOrder(market());
    expect(order?.executionTimeout?.seconds).toBe(300n);
  });
});

describe("idempotency", () => {
  it("given the same body again, in other spelling, so the same order is replayed", async () => {
    const request = market();
    const first = await server.execution.executeOrder(request);
    const again = await server.execution.executeOrder({ ...request, size: { case: "baseQuantity", value: "0.0100" } });
    expect(again.replayed).toBe(true);
    expect(again.order?.orderId).toBe(first.order?.orderId);
    expect(again.order?.attemptCount).toBe(1);
  });

  it("given twenty calls at once, so one order and one attempt", async () => {
    const request = market();
    const answers = await Promise.all(Array.from({ length: 20 }, () => server.execution.executeOrder(request)));
    expect(new Set(answers.map(({ order }) => order?.orderId)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(answers.map(({ order }) => order?.attemptCount)).toEqual(Array.from({ length: 20 }, () => 1));
  });

  it.each([
    { field: "base_quantity", change: { size: { case: "baseQuantity", value: "0.02" } } as const },
    { field: "side", change: { side: Side.SELL } },
    { field: "instrument", change: { instrument: "SOL/USDC" } },
    { field: "strategy_id", change: { strategyId: "other" } },
    { field: "tags", change: { tags: { desk: "a" } } },
  ])("given another $field, so ALREADY_EXISTS naming it", async ({ field, change }) => {
    const request = market();
    await server.execution.executeOrder(request);
    const found = await refusal(server.execution.executeOrder({ ...request, ...change }));
    expect(found).toEqual({ code: Code.AlreadyExists, reason: "CLIENT_ORDER_ID_REUSED", field });
  });

  it("given a denied order, when its id is used again with a good body, so the id stays taken", async () => {
    const request = market({ size: { case: "baseQuantity", value: "0.0000001" } });
    const { order } = await server.execution.executeOrder(request);
    expect(order?.state).toBe(OrderState.DENIED);
    const found = await refusal(
      server.execution.executeOrder({ ...request, size: { case: "baseQuantity", value: "1" } }),
    );
    expect(found.reason).toBe("CLIENT_ORDER_ID_REUSED");
  });

  it("given the same id in another account, so another order", async () => {
    const request = market();
    const first = await server.execution.executeOrder(request);
    const second = await server.execution.executeOrder({ ...request, account: "second" });
    expect(second.replayed).toBe(false);
    expect(second.order?.orderId).not.toBe(first.order?.orderId);
  });
});

describe("BatchExecuteOrders", () => {
  it("given good, bad, denied and repeated orders, so each has its own result", async () => {
    const good = market();
    const orders = [good, market({ venue: "nowhere" }), market({ instrument: "NO/SUCH" }), good];
    const { results } = await server.execution.batchExecuteOrders({ orders });
    const told = results.map(({ result }) =>
      result.case === "executed" ? result.value.order?.state : result.case === "error" ? result.value.code : undefined,
    );
    expect(told).toEqual([OrderState.FILLED, "UNKNOWN_VENUE", OrderState.DENIED, "FIELD_CONFLICT"]);
  });

  it.each([0, 201])("given %i orders, so INVALID_ARGUMENT", async (size) => {
    const found = await refusal(
      server.execution.batchExecuteOrders({ orders: Array.from({ length: size }, () => market()) }),
    );
    expect(found).toMatchObject({ code: Code.InvalidArgument, field: "orders" });
  });
});

describe("cancelling", () => {
  it("given a resting order, when cancelled twice, so CANCELLED once", async () => {
    const before = await headCursor();
    const placed = await server.execution.executeOrder(resting());
    const orderId = placed.order?.orderId ?? "";
    const key = { case: "orderId", value: orderId } as const;
    const { order } = await server.execution.cancelOrder({ key, reason: "spec" });
    expect([OrderState.CANCELLING, OrderState.CANCELLED]).toContain(order?.state);
    await server.execution.cancelOrder({ key });
    const events = await watchUntil(orderId, OrderState.CANCELLED, before);
    expect(events.filter(({ event }) => event?.cause === "CANCEL_REQUESTED")).toHaveLength(1);
  });

  it("given a filled order, when cancelled, so it stays FILLED", async () => {
    const { order } = await server.execution.executeOrder(market());
    const cancelled = await server.execution.cancelOrder({ key: { case: "orderId", value: order?.orderId ?? "" } });
    expect(cancelled.order?.state).toBe(OrderState.FILLED);
  });

  it("given an id that nothing has, so NOT_FOUND", async () => {
    const key = { case: "clientOrder", value: { account: "paper", clientOrderId: "never" } } as const;
    expect(await refusal(server.execution.cancelOrder({ key }))).toMatchObject({
      code: Code.NotFound,
      reason: "ORDER_NOT_FOUND",
    });
  });

  it("given resting orders in two accounts, when one account is cancelled, so the other keeps its own", async () => {
    const mine = await Promise.all([1, 2, 3].map(() => server.execution.executeOrder(resting({ account: "second" }))));
    const { order: other } = await server.execution.executeOrder(resting());
    const progress = await Array.fromAsync(
      server.execution.cancelAll({ scope: CancelScope.OWN_ONLY, account: "second", halt: false, reason: "spec" }),
    );
    expect(progress.at(-1)).toMatchObject({ targets: 3, requested: 3, closed: 3, done: true, remaining: [] });
    const states = await Promise.all(
      [...mine.map(({ order }) => order), other].map((order) =>
        server.execution.getOrder({ key: { case: "orderId", value: order?.orderId ?? "" } }),
      ),
    );
    expect(states.map(({ order }) => order?.state)).toEqual([
      OrderState.CANCELLED,
      OrderState.CANCELLED,
      OrderState.CANCELLED,
      OrderState.CONFIRMING,
    ]);
  });
});

describe("lists", () => {
  it("given more orders than a page, so pages join without a gap or a double, newest first", async () => {
    const strategyId = "paged";
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      const { order } = await server.execution.executeOrder(market({ strategyId }));
      ids.unshift(order?.orderId ?? "");
    }
    const found: string[] = [];
    let pageToken = "";
    do {
      const page = await server.execution.listOrders({ strategyId, pageSize: 3, pageToken });
      found.push(...page.orders.map(({ orderId }) => orderId));
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    expect(found).toEqual(ids);
  });

  it.each([
    { given: "a forged token", request: { pageToken: "forged" }, reason: "PAGE_TOKEN_INVALID" },
    { given: "a negative size", request: { pageSize: -1 }, reason: "FIELD_OUT_OF_RANGE" },
  ])("given $given, so INVALID_ARGUMENT", async ({ request, reason }) => {
    expect(await refusal(server.execution.listOrders(request))).toMatchObject({ code: Code.InvalidArgument, reason });
  });

  it("given a filled order, so its fills sum to its cum_quantity", async () => {
    const { order } = await server.execution.executeOrder(market());
    const { fills } = await server.execution.listFills({ orderId: order?.orderId ?? "" });
    expect(fills.map(({ lastQuantity, positionId, simulated }) => ({ lastQuantity, positionId, simulated }))).toEqual([
      { lastQuantity: "0.01", positionId: order?.positionId, simulated: true },
    ]);
    expect(fills[0]?.venueFillId).toMatch(/^sim_/);
  });

  it("given a filled order, so its history tells each transition once, in pages", async () => {
    const { order } = await server.execution.executeOrder(market());
    const orderId = order?.orderId ?? "";
    const first = await server.execution.listOrderEvents({ orderId, pageSize: 4 });
    const second = await server.execution.listOrderEvents({ orderId, pageSize: 4, pageToken: first.nextPageToken });
    expect([...first.events, ...second.events].map(({ cause, version }) => `${version} ${cause}`)).toEqual([
      "1 PLACED",
      "2 ATTEMPT_PREPARED",
      "2 EXECUTION_STARTED",
      "3 ACCEPTED",
      "4 FILLED_FULLY",
      "4 EXECUTED",
    ]);
    expect(second.nextPageToken).toBe("");
    expect(second.events.at(-1)).toMatchObject({ type: "order.executed", execution: { cumQuantity: "0.01" } });
  });
});

describe("WatchOrders", () => {
  it("given a cursor of an earlier event, when resumed, so the rest follows without a gap or a repeat", async () => {
    const before = await headCursor();
    const { order } = await server.execution.executeOrder(market());
    const orderId = order?.orderId ?? "";
    const all = await watchUntil(orderId, OrderState.FILLED, before);
    const rest = await watchUntil(orderId, OrderState.FILLED, all[1]?.event?.cursor ?? "");
    expect(all.map(({ event }) => event?.cause)).toEqual([
      ...["PLACED", "ATTEMPT_PREPARED", "EXECUTION_STARTED", "ACCEPTED", "FILLED_FULLY"],
    ]);
    expect(rest.map(({ event }) => event?.cause)).toEqual(["EXECUTION_STARTED", "ACCEPTED", "FILLED_FULLY"]);
    expect(rest.at(-1)?.order?.state).toBe(OrderState.FILLED);
  });

  it("given no cursor, so it begins with a heartbeat and shows what comes after it", async () => {
    const stream = server.execution.watchOrders({ account: "second" })[Symbol.asyncIterator]();
    const first = await stream.next();
    const placed = server.execution.executeOrder(market({ account: "second" }));
    const second = await stream.next();
    await placed;
    await stream.return?.();
    expect([first.value?.message.case, second.value?.message.value?.event?.cause]).toEqual(["heartbeat", "PLACED"]);
  });

  it("given a forged cursor, so INVALID_ARGUMENT", async () => {
    const found = await refusal(Array.fromAsync(server.execution.watchOrders({ resumeCursor: "not-a-cursor" })));
    expect(found).toEqual({ code: Code.InvalidArgument, reason: "CURSOR_INVALID", field: undefined });
  });
});

describe("VenueService", () => {
  it("given the configuration, so venues and instruments are listed with what they can do", async () => {
    const { venues } = await server.venues.listVenues({});
    expect(venues).toMatchObject([{ name: "sim", simulated: true, accounts: ["paper", "second"], streams: true }]);
    const first = await server.venues.listInstruments({ venue: "sim", pageSize: 1 });
    const second = await server.venues.listInstruments({ venue: "sim", pageSize: 1, pageToken: first.nextPageToken });
    expect([...first.instruments, ...second.instruments].map(({ symbol }) => symbol)).toEqual(["BTC/USDT", "SOL/USDC"]);
    expect(second.nextPageToken).toBe("");
  });

  it("given a venue that answers and states no limits, so its breaker is closed and nothing is counted", async () => {
    const { venues } = await server.venues.listVenues({});
    expect(venues[0]?.health).toMatchObject({ breakerState: BreakerState.CLOSED });
    expect(venues[0]?.health?.probeIn).toBeUndefined();
    expect(venues[0]?.rateBudgets).toMatchObject([
      { account: "paper", limits: [] },
      { account: "second", limits: [] },
    ]);
  });

  it("given a venue that is not there, so INVALID_ARGUMENT", async () => {
    expect(await refusal(server.venues.listInstruments({ venue: "nowhere" }))).toMatchObject({
      reason: "UNKNOWN_VENUE",
    });
  });
});
