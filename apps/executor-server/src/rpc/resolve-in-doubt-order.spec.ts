import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "@surefill/contracts/google/rpc/error_details";
import { OrderState, OrderType, Side, TimeInForce } from "@surefill/contracts/surefill/v1/order";
import { accountId, instrumentId, submitKey, venueId } from "@surefill/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestServer, type TestServer } from "../testing/open-test-server.ts";

let server: TestServer;
let count = 0;
const who = { operator: "ann", reason: "seen in the venue's own list" };

// Every answer is lost and nobody looks up, so that the doubt lasts until an operator ends it.
beforeAll(async () => {
  const quiet = { latencySubmitMs: 1, latencyConfirmMs: 1, requestWindowMs: 60_000 };
  server = await openTestServer({ ...quiet, faults: { answerLostRate: 1 } }, { withTracker: false });
});
afterAll(() => server.close());

/** A resting order whose answer was lost, and what the venue calls it. */
async function doubtful(account = "paper") {
  count += 1;
  const { order } = await server.execution.executeOrder({
    ...{ clientOrderId: `doubt-${count}`, account, venue: "sim", instrument: "BTC/USDT", side: Side.BUY },
    ...{ type: OrderType.LIMIT, limitPrice: "9000", timeInForce: TimeInForce.GTC },
    size: { case: "baseQuantity", value: "0.01" },
  });
  if (order?.attempt === undefined) throw new Error("no attempt");
  expect(order.state).toBe(OrderState.IN_DOUBT);
  const reference = {
    account: accountId(account),
    instrument: instrumentId("BTC/USDT"),
    submitKey: submitKey(order.attempt.submitKey),
  };
  const venue = server.desk.venues.get(venueId("sim"))?.venue;
  const answer = await venue?.lookup(reference, new AbortController().signal);
  const venueOrderId = answer?.kind === "FOUND" ? (answer.report.venueOrderId ?? "") : "";
  return { order, key: { case: "orderId", value: order.orderId } as const, venueOrderId };
}

async function refusal(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => ConnectError.from(thrown),
  );
  const info = error?.findDetails(ErrorInfoSchema)[0];
  return { code: error?.code, reason: info?.reason, metadata: info?.metadata };
}

describe("ListInDoubtOrders", () => {
  it("gives orders in doubt, the oldest doubt first, by account, page by page", async () => {
    const [first, second] = [await doubtful("second"), await doubtful("second")];
    const page = await server.control.listInDoubtOrders({ account: "second", pageSize: 1 });
    expect(page.orders.map(({ order }) => order?.orderId)).toEqual([first.order.orderId]);
    const rest = await server.control.listInDoubtOrders({
      ...{ account: "second", pageSize: 1, pageToken: page.nextPageToken },
    });
    expect(rest.orders.map(({ order }) => order?.orderId)).toEqual([second.order.orderId]);
    expect(rest.nextPageToken).toBe("");
    const [item] = page.orders;
    expect(item).toMatchObject({ validityPassed: false, order: { lastError: { code: "ANSWER_LOST" } } });
    expect(item?.validUntil).toEqual(first.order.attempt?.validUntil);
    expect(item?.age).toBeDefined();
    expect(item?.evidence.map(({ operation, outcome }) => `${operation} ${outcome}`)).toEqual(["SUBMIT UNKNOWN"]);
    expect(item?.worstCaseQuantity).toMatchObject({ least: "0", most: "0.01" });
    expect(item).toMatchObject({ lookupCount: 0, nextLookupTime: item?.doubtTime });
    expect((await server.control.listInDoubtOrders({ venue: "elsewhere" })).orders).toEqual([]);
  });
});

describe("WatchOrders", () => {
  it("given IN_DOUBT to watch, so the beginning of a doubt and its end, and nothing before or after", async () => {
    const gone = new AbortController();
    const seen: string[] = [];
    const causes = Promise.withResolvers<void>();
    const opened = Promise.withResolvers<void>();
    const watching = (async () => {
      const stream = server.execution.watchOrders({ states: [OrderState.IN_DOUBT] }, { signal: gone.signal });
      for await (const { message } of stream) {
        opened.resolve();
        if (message.case !== "event") continue;
        if (message.value.event?.type === "order.transition") seen.push(message.value.event.cause);
        if (seen.length === 2) causes.resolve();
      }
    })().catch(() => undefined);
    await opened.promise;
    const { key, venueOrderId } = await doubtful();
    await server.control.resolveInDoubtOrder({ key, ...who, resolution: { case: "adopt", value: { venueOrderId } } });
    await server.execution.cancelOrder({ key });
    await causes.promise;
    gone.abort();
    await watching;
    expect(seen).toEqual(["ANSWER_LOST", "ADOPTED"]);
  });
});

describe("GetOrderEvidence", () => {
  it("tells what was asked, what came back, and who decided what", async () => {
    const { key, venueOrderId } = await doubtful();
    await refusal(server.control.resolveInDoubtOrder({ key, ...who, resolution: { case: "declareDead", value: {} } }));
    const { order, entries } = await server.control.getOrderEvidence({ key });
    expect(order?.state).toBe(OrderState.CONFIRMING);
    expect(entries.map(({ operation, outcome }) => `${operation} ${outcome}`)).toEqual([
      ...["TRANSITION PLACED", "TRANSITION ATTEMPT_PREPARED", "SUBMIT UNKNOWN", "TRANSITION ANSWER_LOST"],
      ...["LOOKUP FOUND", "TRANSITION ACCEPTED"],
    ]);
    expect(entries.find(({ operation }) => operation === "LOOKUP")).toMatchObject({
      ...{ attemptNumber: 1, count: 1, detail: `OPEN as ${venueOrderId}, 0 filled` },
    });
  });
});

describe("ResolveInDoubtOrder", () => {
  it("given the venue's order, so it is adopted, and the history says who and why; a repetition replays it", async () => {
    const { key, venueOrderId, order } = await doubtful();
    const request = { key, ...who, resolution: { case: "adopt", value: { venueOrderId } } } as const;
    const { order: adopted, replayed } = await server.control.resolveInDoubtOrder({
      ...request,
      expectedVersion: order.version,
    });
    expect(replayed).toBe(false);
    expect(adopted).toMatchObject({ state: OrderState.CONFIRMING, attempt: { venueOrderId } });
    expect(await server.control.resolveInDoubtOrder(request)).toMatchObject({ replayed: true, order: adopted });
    const { events } = await server.execution.listOrderEvents({ orderId: order.orderId });
    expect(events.filter(({ cause }) => cause === "ADOPTED")).toMatchObject([who]);
  });

  it("given a cancel that waited, so the order is cancelled at the venue once it is adopted", async () => {
    const { key, venueOrderId } = await doubtful();
    await server.execution.cancelOrder({ key, reason: "not wanted" });
    const { order } = await server.control.resolveInDoubtOrder({
      ...{ key, ...who, resolution: { case: "adopt", value: { venueOrderId } } },
    });
    expect(order?.state).toBe(OrderState.CANCELLING);
  });

  it.each([
    ["an order that the venue does not show", { case: "adopt", value: { venueOrderId: "V0" } }, "VENUE_ORDER_MISMATCH"],
    ["dead, and the venue has it", { case: "declareDead", value: {} }, "VENUE_ORDER_FOUND"],
  ] as const)("given %s, so FAILED_PRECONDITION", async (_what, resolution, reason) => {
    const { key } = await doubtful();
    const call = server.control.resolveInDoubtOrder({ key, ...who, resolution });
    expect(await refusal(call)).toMatchObject({ code: Code.FailedPrecondition, reason });
  });

  it("given an order that is not in doubt, so FAILED_PRECONDITION with its state", async () => {
    const { key, venueOrderId } = await doubtful();
    await server.control.resolveInDoubtOrder({ key, ...who, resolution: { case: "adopt", value: { venueOrderId } } });
    const call = server.control.resolveInDoubtOrder({ key, ...who, resolution: { case: "declareDead", value: {} } });
    expect(await refusal(call)).toMatchObject({
      code: Code.FailedPrecondition,
      reason: "ORDER_NOT_IN_DOUBT",
      metadata: { state: "CONFIRMING" },
    });
  });

  it("given another version than the operator saw, so ABORTED", async () => {
    const { key, venueOrderId, order } = await doubtful();
    const resolution = { case: "adopt", value: { venueOrderId } } as const;
    const call = server.control.resolveInDoubtOrder({ key, ...who, resolution, expectedVersion: order.version + 1 });
    expect(await refusal(call)).toMatchObject({ code: Code.Aborted, reason: "VERSION_MISMATCH" });
  });

  it.each([
    ["no operator", { operator: "" }],
    ["no reason", { reason: "" }],
    ["no resolution", { resolution: { case: undefined } }],
    ["no order", { key: { case: undefined } }],
  ])("given %s, so INVALID_ARGUMENT", async (_what, fault) => {
    const { key } = await doubtful();
    const request = { key, ...who, resolution: { case: "declareDead", value: {} } as const, ...fault };
    expect((await refusal(server.control.resolveInDoubtOrder(request))).code).toBe(Code.InvalidArgument);
  });
});
