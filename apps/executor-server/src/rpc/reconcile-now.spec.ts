import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "@surefill/contracts/google/rpc/error_details";
import { ReconcileNowRequestSchema } from "@surefill/contracts/surefill/v1/control_service";
import { OrderState, OrderType, Side, TimeInForce } from "@surefill/contracts/surefill/v1/order";
import { accountId, clientOrderId, orderId, SurefillError, venueId } from "@surefill/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestServer, type TestServer } from "../testing/open-test-server.ts";
import { reconcileNow } from "./reconcile-now.ts";

let server: TestServer;

beforeAll(async () => {
  server = await openTestServer({ latencySubmitMs: 1, latencyConfirmMs: 1 }, { withTracker: false });
});
afterAll(() => server.close());

const paper = { account: "paper", venue: "sim" };

function venue() {
  const entry = server.desk.venues.get(venueId("sim"));
  if (entry === undefined) throw new Error("the server has no venue sim");
  return entry.venue;
}

/** A resting order that this service knows nothing of. */
async function foreignOrder(): Promise<void> {
  const signal = new AbortController().signal;
  const placed = await server.execution.executeOrder(resting("second", "seed"));
  const order = await server.desk.store.orders.findByClientOrderId(accountId("second"), clientOrderId("seed"));
  if (order === undefined || placed.order === undefined) throw new Error("no order to copy");
  const id = orderId("00000000-0000-7000-8000-000000000001");
  const request = { orderId: id, instruction: { ...order.instruction, account: accountId("paper") }, number: 1 };
  const prepared = await venue().prepare(request, signal);
  if (prepared.kind !== "PREPARED") throw new Error("not prepared");
  await venue().submit(accountId("paper"), prepared.attempt, signal);
}

function resting(account: string, name: string) {
  return {
    ...{ account, venue: "sim", instrument: "BTC/USDT", side: Side.BUY, clientOrderId: name },
    ...{ type: OrderType.LIMIT, timeInForce: TimeInForce.GTC, limitPrice: "9000" },
    size: { case: "baseQuantity", value: "0.01" } as const,
  };
}

async function refusal(call: Promise<unknown>) {
  const error = ConnectError.from(await call.catch((thrown: unknown) => thrown));
  return { code: error.code, reason: error.findDetails(ErrorInfoSchema)[0]?.reason };
}

describe("ReconcileNow", () => {
  it("given an order that was cancelled behind our back, so it is CANCELLED here, and a second call changes nothing", async () => {
    const { order } = await server.execution.executeOrder(resting("paper", "one"));
    const stored = await server.desk.store.orders.findByClientOrderId(accountId("paper"), clientOrderId("one"));
    if (stored === undefined || order === undefined || !("attempt" in stored) || stored.attempt === undefined)
      throw new Error("the order is not at the venue");
    const reference = { account: accountId("paper"), instrument: stored.instruction.instrument };
    const { submitKey } = stored.attempt;
    await venue().cancel({ ...reference, submitKey }, new AbortController().signal);
    expect(await server.control.reconcileNow(paper)).toMatchObject({
      ...{ ordersCompared: 1, ordersLookedUp: 1, ordersChanged: 1, differences: [], foreignOrderCount: 0 },
    });
    const { order: after } = await server.execution.getOrder({ key: { case: "orderId", value: order.orderId } });
    expect(after?.state).toBe(OrderState.CANCELLED);
    expect(await server.control.reconcileNow(paper)).toMatchObject({ ordersChanged: 0, differences: [] });
  });

  it("given an open order that is not ours, so it is told and left alone", async () => {
    await foreignOrder();
    await server.execution.executeOrder(resting("paper", "two"));
    const answer = await server.control.reconcileNow(paper);
    expect(answer).toMatchObject({ foreignOrderCount: 1, ordersChanged: 0 });
    expect(answer.foreignOrders).toHaveLength(1);
    expect(await server.control.reconcileNow(paper)).toMatchObject({ foreignOrderCount: 1 });
  });

  it("given calls at the same time, so they share one pass", async () => {
    const { openOrders } = venue();
    let asked = 0;
    venue().openOrders = async (...call) => {
      asked += 1;
      return openOrders.apply(venue(), call);
    };
    const serving = { desk: server.desk, draining: new AbortController().signal, reconciling: new Map() };
    const request = create(ReconcileNowRequestSchema, paper);
    const answers = await Promise.all([1, 2, 3].map(() => reconcileNow(serving, request)));
    venue().openOrders = openOrders;
    expect(asked).toBe(1);
    expect(new Set(answers.map(({ ordersCompared }) => ordersCompared))).toEqual(new Set([1]));
  });

  it("given a venue that can't be reached, so it says so, and the next call asks anew", async () => {
    const { openOrders } = venue();
    venue().openOrders = () => Promise.reject(new SurefillError("VENUE_UNREACHABLE", "refused"));
    const refused = await refusal(server.control.reconcileNow(paper));
    venue().openOrders = openOrders;
    expect(refused).toEqual({ code: Code.Unavailable, reason: "VENUE_UNREACHABLE" });
    expect((await server.control.reconcileNow(paper)).ordersCompared).toBe(1);
  });

  it.each([
    [{ account: "paper", venue: "nowhere" }, "UNKNOWN_VENUE"],
    [{ account: "nobody", venue: "sim" }, "UNKNOWN_ACCOUNT"],
    [{ account: "", venue: "sim" }, "FIELD_MALFORMED"],
  ])("given %o, so it is refused as %s", async (request, reason) => {
    expect(await refusal(server.control.reconcileNow(request))).toEqual({ code: Code.InvalidArgument, reason });
  });
});
