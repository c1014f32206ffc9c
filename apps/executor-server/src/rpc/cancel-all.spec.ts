import type { MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "@surefill/contracts/google/rpc/error_details";
import { TradingState } from "@surefill/contracts/surefill/v1/control_service";
import {
  type CancelAllRequestSchema,
  CancelAllState,
  CancelScope,
} from "@surefill/contracts/surefill/v1/execution_service";
import { OrderPurpose, OrderState, OrderType, Side, TimeInForce } from "@surefill/contracts/surefill/v1/order";
import {
  accountId,
  clientOrderId,
  type Instruction,
  instrumentId,
  orderId,
  price,
  quantity,
  uuidV7,
  venueId,
} from "@surefill/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestServer, type TestServer } from "../testing/open-test-server.ts";

type Request = Partial<Omit<MessageInitShape<typeof CancelAllRequestSchema>, "$typeName">>;

let server: TestServer;
let count = 0;

beforeEach(async () => {
  server = await openTestServer({ latencySubmitMs: 1, latencyConfirmMs: 1 });
});
afterEach(() => server.close());

function resting(
  fields: { readonly account?: string; readonly instrument?: string; readonly limitPrice?: string } = {},
) {
  count += 1;
  return {
    ...{ account: "paper", venue: "sim", instrument: "BTC/USDT", side: Side.BUY, type: OrderType.LIMIT },
    ...{ limitPrice: "9000", timeInForce: TimeInForce.GTC, size: { case: "baseQuantity", value: "0.01" } as const },
    ...fields,
    clientOrderId: `cancel-all-${count}`,
  };
}

/** An order that somebody else places at the exchange with the same account. */
async function foreignOrder(account = "paper"): Promise<void> {
  const { desk } = server;
  const venue = desk.venues.get(venueId("sim"))?.venue;
  if (venue === undefined) throw new Error("no venue");
  const instruction: Instruction = {
    ...{ clientOrderId: clientOrderId("by-hand"), account: accountId(account), venue: venueId("sim"), tags: {} },
    ...{ instrument: instrumentId("BTC/USDT"), side: "BUY", purpose: "ENTRY" },
    pricing: { type: "LIMIT", timeInForce: "GTC", limitPrice: price("9000") },
    size: { in: "BASE", quantity: quantity("0.02") },
  };
  const id = orderId(uuidV7(desk.clock.wall(), desk.random));
  const { signal } = new AbortController();
  const prepared = await venue.prepare({ orderId: id, instruction, number: 1 }, signal);
  if (prepared.kind !== "PREPARED") throw new Error("not prepared");
  expect(await venue.submit(instruction.account, prepared.attempt, signal)).toMatchObject({ kind: "ACCEPTED" });
}

async function openAtVenue(account = "paper"): Promise<number> {
  const open = await server.desk.venues
    .get(venueId("sim"))
    ?.venue.openOrders(accountId(account), new AbortController().signal);
  return open?.length ?? -1;
}

async function refusal(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => ConnectError.from(thrown),
  );
  const info = error?.findDetails(ErrorInfoSchema)[0];
  return { code: error?.code, reason: info?.reason, field: info?.metadata.field };
}

describe("CancelAll", () => {
  it("given nothing but a reason, so trading is halted and every order goes, ours and others', in every account", async () => {
    for (const account of ["paper", "paper", "second"]) await server.execution.executeOrder(resting({ account }));
    await foreignOrder();
    const progress = await Array.fromAsync(server.execution.cancelAll({ reason: "fat finger", operator: "ann" }));
    const last = progress.at(-1);
    expect(last).toMatchObject({ targets: 3, requested: 3, closed: 3, done: true, remaining: [] });
    expect(last?.campaign).toMatchObject({
      ...{ state: CancelAllState.DONE, scope: CancelScope.ALL_AT_VENUE, halt: true, operator: "ann" },
      parts: [
        { account: "paper", targets: 2, closed: 2, foreignTargets: 1, foreignClosed: 1, cleanReads: 2, failures: [] },
        { account: "second", targets: 1, closed: 1, foreignTargets: 0, cleanReads: 2 },
      ],
    });
    expect(progress.slice(0, -1).every(({ done }) => !done)).toBe(true);
    expect([await openAtVenue(), await openAtVenue("second")]).toEqual([0, 0]);
    const { order } = await server.execution.executeOrder(resting());
    expect(order).toMatchObject({ state: OrderState.DENIED, lastError: { code: "TRADING_HALTED" } });
    const { state } = await server.control.getTradingState({});
    expect(state).toBe(TradingState.HALTED);
    const { events } = await server.control.listControlEvents({});
    expect(events.map(({ type, phase }) => [type, phase])).toEqual([
      ["trading_state.changed", ""],
      ["emergency.cancel_all", "STARTED"],
      ["emergency.cancel_all", "ENDED"],
    ]);
  });

  it("given a scope and no halt, so the rest stays and goes on trading", async () => {
    const { order: kept } = await server.execution.executeOrder(resting());
    await server.execution.executeOrder(resting({ account: "second" }));
    await foreignOrder();
    await foreignOrder("second");
    const request = { account: "second", venue: "sim", instrument: "BTC/USDT", halt: false, reason: "spec" };
    const progress = await Array.fromAsync(server.execution.cancelAll(request));
    expect(progress.at(-1)).toMatchObject({ targets: 1, closed: 1, done: true });
    expect([await openAtVenue(), await openAtVenue("second")]).toEqual([2, 0]);
    const { order } = await server.execution.getOrder({ key: { case: "orderId", value: kept?.orderId ?? "" } });
    expect(order?.state).toBe(OrderState.CONFIRMING);
    const { order: next } = await server.execution.executeOrder(resting({ account: "second" }));
    expect(next?.state).toBe(OrderState.CONFIRMING);
  });

  it("given the same request again, so the same CancelAll, which can be read later; given another body, so ALREADY_EXISTS", async () => {
    await server.execution.executeOrder(resting());
    const request = { requestId: "stop-1", reason: "spec", halt: false };
    const first = await Array.fromAsync(server.execution.cancelAll(request));
    await server.execution.executeOrder(resting());
    const again = await Array.fromAsync(server.execution.cancelAll(request));
    expect(again).toEqual([first.at(-1)]);
    expect(await openAtVenue()).toBe(1);
    const read = await server.execution.getCancelAll({ requestId: "stop-1" });
    expect(read).toMatchObject({ campaign: first.at(-1)?.campaign, remaining: [] });
    const other = server.execution.cancelAll({ ...request, keepProtection: true });
    expect(await refusal(Array.fromAsync(other))).toEqual({
      ...{ code: Code.AlreadyExists, reason: "REQUEST_ID_REUSED", field: "keep_protection" },
    });
    expect(await refusal(server.execution.getCancelAll({ requestId: "stop-2" }))).toMatchObject({
      ...{ code: Code.NotFound, reason: "CANCEL_ALL_NOT_FOUND" },
    });
  });

  it("given a caller who hangs up, so it goes on", async () => {
    await server.execution.executeOrder(resting());
    const caller = new AbortController();
    const call = server.execution.cancelAll({ requestId: "hung-up", reason: "spec" }, { signal: caller.signal });
    for await (const _progress of call) break;
    caller.abort();
    const state = async () => (await server.execution.getCancelAll({ requestId: "hung-up" })).campaign?.state;
    await expect.poll(state, { timeout: 5_000 }).toBe(CancelAllState.DONE);
    expect(await openAtVenue()).toBe(0);
  });

  it("given a stop that is cancelled, so its position is listed as unprotected, unless protection is kept", async () => {
    const { order: entry } = await server.execution.executeOrder({
      ...resting({ limitPrice: "10100" }),
      timeInForce: TimeInForce.IOC,
    });
    const positionId = entry?.positionId ?? "";
    const target = { ...resting({ limitPrice: "11000" }), side: Side.SELL, positionId, purpose: OrderPurpose.STOP };
    await server.execution.executeOrder(target);
    const kept = await Array.fromAsync(server.execution.cancelAll({ reason: "spec", keepProtection: true }));
    expect(kept.at(-1)).toMatchObject({ targets: 0, done: true, campaign: { state: CancelAllState.DONE } });
    expect(await openAtVenue()).toBe(1);
    const all = await Array.fromAsync(server.execution.cancelAll({ reason: "spec" }));
    expect(all.at(-1)?.campaign?.parts[0]).toMatchObject({
      ...{ targets: 1, closed: 1 },
      unprotectedPositions: [{ instrument: "BTC/USDT", positionId, quantity: "0.01" }],
    });
  });

  it.each<{ given: string; request: Request; so: Record<string, string> }>([
    { given: "no reason", request: {}, so: { field: "reason" } },
    {
      given: "an account that nobody has",
      request: { reason: "x", account: "papr" },
      so: { reason: "UNKNOWN_ACCOUNT" },
    },
    { given: "a scope that is none", request: { reason: "x", scope: 9 as CancelScope }, so: { field: "scope" } },
  ])("given $given, so INVALID_ARGUMENT, and nothing is begun", async ({ request, so }) => {
    const found = await refusal(Array.fromAsync(server.execution.cancelAll(request)));
    expect(found).toMatchObject({ code: Code.InvalidArgument, ...so });
    expect((await server.control.listControlEvents({})).events).toEqual([]);
  });
});
