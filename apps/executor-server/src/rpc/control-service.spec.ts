import type { MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "@surefill/contracts/google/rpc/error_details";
import { TradingState } from "@surefill/contracts/surefill/v1/control_service";
import type { ExecuteOrderRequestSchema } from "@surefill/contracts/surefill/v1/execution_service";
import { OrderPurpose, OrderState, OrderType, Side } from "@surefill/contracts/surefill/v1/order";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestServer, type TestServer } from "../testing/open-test-server.ts";

let server: TestServer;
let count = 0;

beforeEach(async () => {
  server = await openTestServer({ latencySubmitMs: 200, latencyConfirmMs: 1 });
});
afterEach(() => server.close());

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
    clientOrderId: `control-${count}`,
  };
}

const by = { operator: "ann", reason: "fat finger" };
const { ACTIVE, HALTED, REDUCE_ONLY } = TradingState;

async function refusal(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => ConnectError.from(thrown),
  );
  const info = error?.findDetails(ErrorInfoSchema)[0];
  return { code: error?.code, reason: info?.reason, field: info?.metadata.field };
}

describe("SetTradingState", () => {
  it("given HALTED, so entries are DENIED, exits that reduce go out, and ACTIVE lets everything through again", async () => {
    const { order: entry } = await server.execution.executeOrder(market());
    const { set, state } = await server.control.setTradingState({ ...by, state: HALTED });
    expect([set, state]).toMatchObject([{ ...by, state: HALTED, scope: { account: "", venue: "" } }, HALTED]);

    const denied = await server.execution.executeOrder(market());
    expect(denied.order).toMatchObject({
      state: OrderState.DENIED,
      lastError: { code: "TRADING_HALTED", context: { operator: "ann", reason: "fat finger" } },
    });
    const exit = { positionId: entry?.positionId ?? "", purpose: OrderPurpose.STOP, side: Side.SELL };
    const tooLarge = await server.execution.executeOrder(
      market({ ...exit, size: { case: "baseQuantity", value: "0.011" } }),
    );
    expect(tooLarge.order?.state).toBe(OrderState.DENIED);
    const fits = await server.execution.executeOrder(market(exit));
    expect(fits.order?.state).toBe(OrderState.FILLED);
    const again = await server.execution.executeOrder(market(exit));
    expect(again.order?.state).toBe(OrderState.DENIED);

    await server.control.setTradingState({ ...by, state: ACTIVE });
    const after = await server.execution.executeOrder(market());
    expect(after.order?.state).toBe(OrderState.FILLED);
  });

  it("given an order on its way, so it answers once the venue has, and lists it where it may not wait", async () => {
    const way = server.execution.executeOrder(market());
    const sent = async () =>
      (await server.execution.listOrders({ states: [OrderState.SUBMITTED] })).orders.length === 1;
    await expect.poll(sent, { interval: 2 }).toBe(true);
    const listed = await server.control.setTradingState({ ...by, state: REDUCE_ONLY, wait: {} });
    expect(listed.pendingAttempts).toMatchObject([{ account: "paper", attemptNumber: 1, state: OrderState.SUBMITTED }]);
    expect(listed.pendingAttempts[0]?.validUntil).toBeDefined();
    const waited = await server.control.setTradingState({ ...by, state: HALTED });
    expect(waited.pendingAttempts).toEqual([]);
    expect((await server.execution.listOrders({ states: [OrderState.SUBMITTED] })).orders).toEqual([]);
    expect((await way).order?.state).toBe(OrderState.FILLED);
  });

  it("given a burst of orders and a halt among them, so nothing reaches the venue after its answer", async () => {
    const burst = Array.from({ length: 60 }, () => server.execution.executeOrder(market()));
    await server.execution.executeOrder(market());
    const { pendingAttempts } = await server.control.setTradingState({ ...by, state: HALTED });
    expect(pendingAttempts).toEqual([]);
    const sentBy = async () => {
      const { orders } = await server.execution.listOrders({ pageSize: 1_000 });
      return orders.filter(({ attemptCount }) => attemptCount > 0).length;
    };
    const sent = await sentBy();
    const ends = new Set((await Promise.all(burst)).map(({ order }) => order?.state));
    expect(await sentBy()).toBe(sent);
    for (const state of ends) expect([OrderState.FILLED, OrderState.CANCELLED, OrderState.DENIED]).toContain(state);
  });

  it("given a scope, so only it is held back, and the strictest of several counts", async () => {
    const scope = { account: "second", venue: "sim" };
    await server.control.setTradingState({ ...by, scope: { instrument: "BTC/USDT" }, state: REDUCE_ONLY });
    await server.control.setTradingState({ ...by, scope, state: HALTED });
    const codes = await Promise.all(
      [
        market(),
        market({ account: "second" }),
        market({ instrument: "SOL/USDC", size: { case: "baseQuantity", value: "1" } }),
      ].map(async (request) => (await server.execution.executeOrder(request)).order?.lastError?.code),
    );
    expect(codes).toEqual(["REDUCE_ONLY", "TRADING_HALTED", undefined]);
    const lifted = await server.control.setTradingState({
      ...by,
      scope: { ...scope, instrument: "BTC/USDT" },
      state: ACTIVE,
    });
    expect(lifted.state).toBe(HALTED);
    const { state, restrictions } = await server.control.getTradingState({ scope: { account: "second" } });
    expect(state).toBe(ACTIVE);
    expect(restrictions.map((restriction) => [restriction.scope?.account, restriction.state])).toEqual([
      ["", REDUCE_ONLY],
      ["second", HALTED],
    ]);
    const exact = await server.control.getTradingState({ scope: { ...scope, instrument: "BTC/USDT" } });
    expect(exact.state).toBe(HALTED);
  });

  it.each([
    { given: "no state", request: { ...by }, so: { reason: "FIELD_REQUIRED", field: "state" } },
    { given: "nobody who asks", request: { ...by, operator: "", state: HALTED }, so: { field: "operator" } },
    { given: "no reason", request: { ...by, reason: "", state: HALTED }, so: { field: "reason" } },
    { given: "too long a wait", request: { ...by, state: HALTED, wait: { seconds: 61n } }, so: { field: "wait" } },
    {
      given: "an account that nobody has",
      request: { ...by, state: HALTED, scope: { account: "secnd" } },
      so: { reason: "UNKNOWN_ACCOUNT", field: "account" },
    },
    {
      given: "a venue that is not configured",
      request: { ...by, state: HALTED, scope: { venue: "kraken" } },
      so: { reason: "UNKNOWN_VENUE", field: "venue" },
    },
  ])("given $given, so INVALID_ARGUMENT, and nothing is set", async ({ request, so }) => {
    expect(await refusal(server.control.setTradingState(request))).toMatchObject({ code: Code.InvalidArgument, ...so });
    expect((await server.control.listControlEvents({})).events).toEqual([]);
  });
});

describe("ListControlEvents", () => {
  it("given changes, so each is told in turn, and the token goes on with what comes later", async () => {
    for (const state of [HALTED, REDUCE_ONLY, ACTIVE]) await server.control.setTradingState({ ...by, state });
    const first = await server.control.listControlEvents({ pageSize: 2 });
    expect(first.events).toMatchObject([
      { number: 1n, type: "trading_state.changed", fromState: ACTIVE, toState: HALTED, ...by },
      { number: 2n, fromState: HALTED, toState: REDUCE_ONLY },
    ]);
    const rest = await server.control.listControlEvents({ pageToken: first.nextPageToken });
    expect(rest.events).toMatchObject([{ number: 3n, toState: ACTIVE }]);
    const none = await server.control.listControlEvents({ pageToken: rest.nextPageToken });
    expect(none).toMatchObject({ events: [], nextPageToken: "3" });
    await server.control.setTradingState({ ...by, state: HALTED });
    const later = await server.control.listControlEvents({ pageToken: none.nextPageToken });
    expect(later.events).toMatchObject([{ number: 4n }]);
  });
});
