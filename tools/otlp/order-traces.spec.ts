import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { ExecutionService } from "@surefill/contracts/surefill/v1/execution_service";
import {
  type Order,
  type OrderEvent,
  OrderState,
  OrderStateSchema,
  OrderType,
  Side,
  TimeInForce,
} from "@surefill/contracts/surefill/v1/order";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../launch/free-port.ts";
import { launchService } from "../launch/launch-service.ts";
import { openOtlpReceiver, type ReceivedSpan } from "./receiver.ts";

/** A run of server and tracker as two processes, traced into a receiver that knows only the official definitions. */
let orders: readonly Order[] = [];
const histories = new Map<string, readonly OrderEvent[]>();
let spans: readonly ReceivedSpan[] = [];
const caller = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "surefill-traces-"));
  const receiver = await openOtlpReceiver();
  const sim = {
    prices: { source: "walk", seed: 1 },
    latencySubmitMs: 2,
    latencyConfirmMs: 5,
    exchange: { port: await freePort() },
    logFile: join(folder, "exchange.jsonl"),
  };
  const service = await launchService({
    folder,
    apart: true,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_BSP_SCHEDULE_DELAY: "200" },
    config: {
      store: { kind: "sqlite", file: join(folder, "surefill.db") },
      venues: { sim: { plugin: "@surefill/venue-sim", accounts: ["paper"], concurrencyMax: 16, config: sim } },
    },
  });
  const client = createClient(ExecutionService, createGrpcTransport({ baseUrl: service.url }));
  const order = { account: "paper", venue: "sim", instrument: "BTC/USDT", side: Side.BUY };
  const size = { case: "baseQuantity", value: "0.01" } as const;
  const market = { ...order, type: OrderType.MARKET, size };
  await Promise.all(
    Array.from({ length: 20 }, (_, index) => client.executeOrder({ ...market, clientOrderId: `market-${index}` })),
  );
  const traceparent = `00-${caller.traceId}-${caller.spanId}-01`;
  await client.executeOrder({ ...market, clientOrderId: "called" }, { headers: { traceparent } });
  await client.executeOrder({ ...market, clientOrderId: "denied", instrument: "NO/SUCH" });
  const { orders: first } = await client.listOrders({ states: [OrderState.FILLED], pageSize: 1 });
  const limitPrice = `${Math.floor(Number(first[0]?.avgPrice) * 0.9)}`;
  const rest = { ...order, type: OrderType.LIMIT, size, limitPrice, timeInForce: TimeInForce.GTC };
  const rested = await client.executeOrder({ ...rest, clientOrderId: "cancelled" });
  await client.cancelOrder({ key: { case: "orderId", value: rested.order?.orderId ?? "" } });
  for await (const { message } of client.watchOrders({
    orderIds: [rested.order?.orderId ?? ""],
    heartbeatInterval: { seconds: 1n },
  })) {
    const { order: now } = await client.getOrder({ key: { case: "orderId", value: rested.order?.orderId ?? "" } });
    if (message.case !== undefined && now?.state === OrderState.CANCELLED) break;
  }
  orders = (await client.listOrders({ pageSize: 100 })).orders;
  for (const { orderId } of orders) histories.set(orderId, (await client.listOrderEvents({ orderId })).events);
  await service.stop();
  ({ spans } = receiver);
  await receiver.close();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

afterAll(() => histories.clear());

const name = (state: OrderState) => OrderStateSchema.value[state]?.name.replace("ORDER_STATE_", "");
const ofOrder = (order: Order) => spans.filter(({ attributes }) => attributes.get("order.id") === order.orderId);

describe("the spans that a receiver gets", () => {
  it("given a run, so both processes sent some, with ids of the right length and none twice", () => {
    expect(new Set(spans.map(({ service }) => service))).toEqual(new Set(["surefill-server", "surefill-tracker"]));
    expect(
      spans.filter(({ traceId, spanId }) => !/^[0-9a-f]{32}$/.test(traceId) || !/^[0-9a-f]{16}$/.test(spanId)),
    ).toEqual([]);
    expect(new Set(spans.map(({ traceId, spanId }) => `${traceId}${spanId}`)).size).toBe(spans.length);
  });

  it("given every span, so its parent is there, but for the span of a caller outside", () => {
    const known = new Set([
      ...spans.map(({ traceId, spanId }) => `${traceId}${spanId}`),
      `${caller.traceId}${caller.spanId}`,
    ]);
    expect(
      spans.filter(({ traceId, parentSpanId }) => parentSpanId !== "" && !known.has(`${traceId}${parentSpanId}`)),
    ).toEqual([]);
  });

  it("given every span with a parent, so it begins inside of it, and only a venue's answer may come after its end", () => {
    const byId = new Map(spans.map((span) => [`${span.traceId}${span.spanId}`, span]));
    const outside = spans.filter((span) => {
      const parent = byId.get(`${span.traceId}${span.parentSpanId}`);
      if (span.start > span.end) return true;
      if (parent === undefined) return false;
      // A report of the stream can end what a submission was for before the submission has its answer.
      const mayOutlast = span.name.startsWith("venue.");
      return span.start < parent.start || span.start > parent.end || (span.end > parent.end && !mayOutlast);
    });
    expect(outside).toEqual([]);
  });

  it("given every order, so it is one trace, with one order.lifecycle over its whole life", () => {
    expect(orders).toHaveLength(23);
    for (const order of orders) {
      const own = ofOrder(order).filter(({ links }) => links === 0);
      expect(new Set(own.map(({ traceId }) => traceId))).toEqual(new Set([order.traceId]));
      const lifecycles = own.filter((span) => span.name === "order.lifecycle");
      expect(lifecycles.map(({ attributes }) => attributes.get("order.state.to"))).toEqual([name(order.state)]);
    }
  });

  it("given every order, so each transition has a span with its from, to and attempt", () => {
    for (const order of orders) {
      const told = ofOrder(order)
        .filter(({ attributes }) => attributes.has("order.version"))
        .map(({ attributes: a }) =>
          [a.get("order.version"), a.get("order.state.from"), a.get("order.state.to"), a.get("order.attempt")].join(),
        )
        .sort();
      const transitions = (histories.get(order.orderId) ?? []).filter(({ type }) => type === "order.transition");
      const happened = transitions.map(({ version, fromState, toState, attemptNumber }) =>
        [
          version,
          fromState === OrderState.UNSPECIFIED ? undefined : name(fromState),
          name(toState),
          attemptNumber,
        ].join(),
      );
      expect(told).toEqual(happened.sort());
    }
  });

  it("given the fills, so the tracker's spans continue the server's traces", () => {
    const filled = orders.filter(({ state }) => state === OrderState.FILLED);
    const services = filled.map((order) => [...new Set(ofOrder(order).map(({ service }) => service))].sort());
    expect(services).toEqual(filled.map(() => ["surefill-server", "surefill-tracker"]));
  });

  it("given a call with a traceparent, so the call and the order's lifecycle are children of the caller's span", () => {
    const called = orders.find(({ clientOrderId }) => clientOrderId === "called");
    expect(called?.traceId).toBe(caller.traceId);
    const children = spans.filter(
      ({ traceId, parentSpanId }) => traceId === caller.traceId && parentSpanId === caller.spanId,
    );
    expect(children.map((span) => span.name).sort()).toEqual([
      "order.lifecycle",
      "surefill.v1.ExecutionService/ExecuteOrder",
    ]);
  });

  it("given a sent order, so its venue calls are CLIENT spans", () => {
    const clientKind = 3;
    const called = orders.find(({ clientOrderId }) => clientOrderId === "market-1");
    const calls = called === undefined ? [] : ofOrder(called).filter(({ kind }) => kind === clientKind);
    expect(calls.map((span) => span.name).sort()).toEqual(["venue.prepare sim", "venue.submit sim"]);
  });
});
