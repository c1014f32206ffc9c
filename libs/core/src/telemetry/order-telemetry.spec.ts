import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import type { Desk } from "../desk/desk.ts";
import { recordReport } from "../desk/record-report.ts";
import { place } from "../execution/place.ts";
import { requestCancel } from "../execution/request-cancel.ts";
import { sendCancel } from "../execution/send-cancel.ts";
import { submit } from "../execution/submit.ts";
import { instrumentId } from "../instrument/instrument.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import type { Instruction } from "../order/instruction.ts";
import type { Order } from "../order/order.ts";
import { attemptFor, deskForTests, fenceFor, keyOf, stored } from "../testing/desk-for-tests.ts";
import { busy, fillOf, limitBuy, lost, refused } from "../testing/order-fixtures.ts";
import { type RecordedSpan, RecordingTracer } from "../testing/recording-tracer.ts";
import type { VenueScript } from "../testing/scripted-venue.ts";
import { btcPrice, btcUsdt } from "../testing/venue-fixtures.ts";
import { lookUp } from "../tracking/look-up.ts";
import type { SubmitOutcome } from "../venue/venue.ts";
import { OrderTelemetry } from "./order-telemetry.ts";
import type { OrderTrace } from "./order-trace.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const lifecycleId = "b7ad6b7169203331";
const callerId = "00f067aa0ba902b7";
const sampled: OrderTrace = { traceId, spanId: lifecycleId, sampled: true };
const fromCaller: OrderTrace = { ...sampled, parentSpanId: callerId };

/** A desk whose spans are kept, at a venue where each call takes 7 ms; and a tracker on the same database. */
function setUp(script: VenueScript = {}) {
  const tracer = new RecordingTracer();
  const telemetry = new OrderTelemetry(tracer, tracer);
  const test = deskForTests({ desk: { telemetry } });
  const tracker = deskForTests({ beside: test, desk: { telemetry } });
  const taking =
    <Call extends readonly unknown[], Answer>(answer: (...call: Call) => Promise<Answer>) =>
    (...call: Call) => {
      test.clock.advance(7);
      return answer(...call);
    };
  const { submit: submitted, lookup, cancel } = script;
  Object.assign(test.venue.script, {
    prices: async () => new Map([[btcUsdt.symbol, btcPrice]]),
    prepare: taking(async (request) => ({ kind: "PREPARED" as const, attempt: attemptFor(test, request) })),
    ...(submitted && { submit: taking(submitted) }),
    ...(lookup && { lookup: taking(lookup) }),
    ...(cancel && { cancel: taking(cancel) }),
  } satisfies VenueScript);
  const placed = async (trace: OrderTrace | undefined = sampled, rest: Partial<Instruction> = {}): Promise<Order> => {
    const requestedAt = test.clock.wall();
    test.clock.advance(3);
    const placement = await place(test.desk, { ...limitBuy, ...rest }, { requestedAt, ...(trace && { trace }) });
    if (placement.kind !== "PLACED") throw new Error(placement.kind);
    test.clock.advance(2);
    return placement.order;
  };
  const submittedOrder = async (order: Order): Promise<Order> => {
    return submit(test.desk, test.entry, await stored(test, order), await fenceFor(test));
  };
  const told = async (desk: Desk, order: Order, report: Partial<ExecutionReport>): Promise<Order> => {
    test.clock.advance(5);
    const about = { submitKey: keyOf(order.orderId, 1), evidence: { kind: "TRADE" }, fills: [], ...report } as const;
    return recordReport(desk, await stored(test, order), about);
  };
  return { ...test, tracker, tracer, placed, submittedOrder, told };
}

const named = (spans: readonly RecordedSpan[]) => spans.map(({ name }) => name);
const lifecycles = (spans: readonly RecordedSpan[]) => spans.filter(({ name }) => name === "order.lifecycle");

/** What must hold of all spans of one order that has ended. */
function expectOneTrace(spans: readonly RecordedSpan[], { parentSpanId }: OrderTrace = sampled): void {
  const [lifecycle, ...others] = lifecycles(spans);
  if (lifecycle === undefined) throw new Error("no order.lifecycle");
  expect(others).toEqual([]);
  expect(lifecycle).toMatchObject({ traceId, spanId: lifecycleId, parentSpanId });
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
  for (const span of spans) {
    expect(span.end).toBeGreaterThanOrEqual(span.start);
    if (span === lifecycle) continue;
    if (span.parentSpanId === undefined) {
      // What came after the end: a trace of its own that leads here.
      expect(span.traceId).not.toBe(traceId);
      expect(span.links.map(({ context }) => [context.traceId, context.spanId])).toEqual([[traceId, lifecycleId]]);
      continue;
    }
    expect(span).toMatchObject({ traceId, parentSpanId: lifecycleId, links: [] });
    expect(span.start).toBeGreaterThanOrEqual(lifecycle.start);
    expect(span.end).toBeLessThanOrEqual(lifecycle.end);
  }
}

const accepted: SubmitOutcome = { kind: "ACCEPTED" };
const whole = { fills: [fillOf("F1", "1")] };

describe("one order, one trace", () => {
  it("given an order that a server sends and a tracker sees filled, so its spans tell where the time went", async () => {
    const test = setUp({ submit: async () => accepted });
    const order = await test.placed();
    await test.submittedOrder(order);
    await test.told(test.tracker.desk, order, whole);
    const { spans } = test.tracer;
    const since = (at: number) => (at - order.requestedAt) / 1_000;
    expect(spans.map(({ name, start, end }) => [name, since(start), since(end)])).toEqual([
      ["order PENDING", 0, 3],
      ["order PENDING → SUBMITTED", 3, 12],
      ["venue.prepare paper", 5, 12],
      ["order SUBMITTED → CONFIRMING", 12, 19],
      ["venue.submit paper", 12, 19],
      ["order CONFIRMING → FILLED", 19, 24],
      ["order.lifecycle", 0, 24],
    ]);
    expectOneTrace(spans);
  });

  it("given one that is filled at once, so both transitions are told, the second without a time of its own", async () => {
    const test = setUp();
    const order = await test.placed();
    test.venue.script.submit = async () => {
      test.clock.advance(7);
      return {
        kind: "ACCEPTED",
        report: { submitKey: keyOf(order.orderId, 1), evidence: { kind: "FILLED" }, ...whole },
      };
    };
    await test.submittedOrder(order);
    expect(named(test.tracer.spans).slice(-4)).toEqual([
      "order SUBMITTED → CONFIRMING",
      "order CONFIRMING → FILLED",
      "order.lifecycle",
      "venue.submit paper",
    ]);
    const filled = test.tracer.spans.find(({ name }) => name === "order CONFIRMING → FILLED");
    expect(filled?.start).toBe(filled?.end);
    expectOneTrace(test.tracer.spans);
  });

  it("given a retry, so each attempt's spans say which one it is", async () => {
    const outcomes: SubmitOutcome[] = [
      { kind: "REJECTED", error: busy },
      { kind: "REJECTED", error: refused },
    ];
    const test = setUp({ submit: async () => outcomes.shift() ?? accepted });
    const order = await test.placed();
    await test.submittedOrder(order);
    test.clock.advance(1_000);
    await test.submittedOrder(order);
    const attempts = test.tracer.spans.map(({ name, attributes }) => [name, attributes["order.attempt"]]);
    expect(attempts).toEqual([
      ["order PENDING", 0],
      ["order PENDING → SUBMITTED", 1],
      ["venue.prepare paper", 1],
      ["order SUBMITTED → FAILED", 1],
      ["venue.submit paper", 1],
      ["order FAILED → SUBMITTED", 2],
      ["venue.prepare paper", 2],
      ["order SUBMITTED → REJECTED", 2],
      ["order.lifecycle", 2],
      ["venue.submit paper", 2],
    ]);
    expectOneTrace(test.tracer.spans);
  });

  it("given a lost answer, a look-up by the tracker and a cancel, so each call is a CLIENT span with its outcome", async () => {
    const test = setUp({
      submit: async () => ({ kind: "UNKNOWN", error: lost }),
      cancel: async () => ({ kind: "ACCEPTED" }),
    });
    const order = await test.placed();
    await test.submittedOrder(order);
    const open = { submitKey: keyOf(order.orderId, 1), evidence: { kind: "OPEN" }, fills: [] } as const;
    test.tracker.venue.script.lookup = async () => ({ kind: "FOUND", report: open });
    const found = await lookUp(test.tracker.desk, test.tracker.entry, await stored(test, order));
    const cancelling = await requestCancel(test.desk, found, "test");
    await sendCancel(test.desk, test.entry, cancelling);
    await test.told(test.tracker.desk, order, { evidence: { kind: "CANCELLED" } });
    const calls = test.tracer.spans.filter(({ kind }) => kind === SpanKind.CLIENT);
    expect(calls.map(({ name, attributes }) => [name, attributes["venue.outcome"]])).toEqual([
      ["venue.prepare paper", "PREPARED"],
      ["venue.submit paper", "UNKNOWN"],
      ["venue.lookup paper", "FOUND"],
      ["venue.cancel paper", "ACCEPTED"],
    ]);
    expectOneTrace(test.tracer.spans);
  });

  it("given an order that is denied, so it is its whole life", async () => {
    const test = setUp();
    await test.placed(sampled, { instrument: instrumentId("NO/SUCH") });
    expect(named(test.tracer.spans)).toEqual(["order DENIED", "order.lifecycle"]);
    expect(test.tracer.spans[0]?.attributes["order.reason"]).toBe("INSTRUMENT_UNKNOWN");
    expectOneTrace(test.tracer.spans);
  });

  it("given a transition, so its span says from where, to where, why and by what", async () => {
    const test = setUp({ submit: async () => ({ kind: "REJECTED", error: refused }) });
    const order = await test.placed();
    await test.submittedOrder(order);
    const span = test.tracer.spans.find(({ name }) => name === "order SUBMITTED → REJECTED");
    expect(span?.attributes).toEqual({
      ...{ "order.id": order.orderId, "order.client_id": "order-1", "order.account": "alice", "order.venue": "paper" },
      ...{ "order.instrument": "BTC/USDT", "order.side": "BUY", "order.type": "LIMIT" },
      ...{ "order.state.from": "SUBMITTED", "order.state.to": "REJECTED", "order.attempt": 1, "order.version": 3 },
      ...{ "order.cause": "REJECTED", "order.reason": "INSUFFICIENT_FUNDS" },
    });
  });
});

describe("the lifecycle", () => {
  it("given an order that is live, so there is none yet", async () => {
    const test = setUp({ submit: async () => accepted });
    await test.submittedOrder(await test.placed());
    expect(lifecycles(test.tracer.spans)).toEqual([]);
  });

  it("given a caller's span, so it is that span's child; without one, the root of its trace", async () => {
    for (const trace of [fromCaller, sampled]) {
      const test = setUp();
      await requestCancel(test.desk, await test.placed(trace), "test");
      expectOneTrace(test.tracer.spans, trace);
    }
  });

  it.each([
    ["FILLED", SpanStatusCode.UNSET, undefined],
    ["CANCELLED", SpanStatusCode.UNSET, undefined],
    ["REJECTED", SpanStatusCode.ERROR, "INSUFFICIENT_FUNDS"],
    ["FAILED", SpanStatusCode.ERROR, "INSUFFICIENT_FUNDS"],
  ] as const)("given the end %s, so its status is %i and the reason %s", async (state, code, message) => {
    const test = setUp();
    const order = await test.placed();
    test.venue.script.submit = async (): Promise<SubmitOutcome> => {
      const submitKey = keyOf(order.orderId, 1);
      switch (state) {
        case "FILLED":
          return { kind: "ACCEPTED", report: { submitKey, evidence: { kind: "FILLED" }, ...whole } };
        case "CANCELLED":
          return { kind: "ACCEPTED", report: { submitKey, evidence: { kind: "CANCELLED" }, fills: [] } };
        case "REJECTED":
          return { kind: "REJECTED", error: refused };
        case "FAILED":
          return { kind: "NOT_SENT", error: refused };
      }
    };
    expect((await test.submittedOrder(order)).state).toBe(state);
    const [lifecycle] = lifecycles(test.tracer.spans);
    expect(lifecycle?.status).toEqual(message === undefined ? { code } : { code, message });
    expect(lifecycle?.attributes["order.state.to"]).toBe(state);
  });
});

describe("what comes after the end", () => {
  it("given a late fill, so its span is a trace of its own, linked to the order's, and the lifecycle is not told again", async () => {
    const test = setUp({ submit: async () => accepted });
    const order = await test.placed();
    await test.submittedOrder(order);
    await test.told(test.desk, order, { evidence: { kind: "CANCELLED" } });
    await test.told(test.tracker.desk, order, { fills: [fillOf("F1", "0.4")] });
    const late = test.tracer.spans.at(-1);
    expect(late?.name).toBe("order CANCELLED → CANCELLED");
    expect(late?.parentSpanId).toBeUndefined();
    expect(late?.links).toHaveLength(1);
    expectOneTrace(test.tracer.spans);
  });

  it("given an answer that comes after the stream told the end, so its span is linked, for it would stick out", async () => {
    const test = setUp();
    const order = await test.placed();
    test.venue.script.submit = async () => {
      test.clock.advance(7);
      await test.told(test.tracker.desk, order, { evidence: { kind: "FILLED" }, ...whole });
      test.clock.advance(50);
      return accepted;
    };
    expect((await test.submittedOrder(order)).state).toBe("FILLED");
    const call = test.tracer.spans.find(({ name }) => name === "venue.submit paper");
    expect(call?.links).toHaveLength(1);
    expectOneTrace(test.tracer.spans);
  });
});

describe("an order that nobody traces", () => {
  it("has no spans", async () => {
    const test = setUp({ submit: async () => accepted });
    const placement = await place(test.desk, limitBuy, { requestedAt: test.clock.wall() });
    if (placement.kind !== "PLACED") throw new Error(placement.kind);
    const order = await test.submittedOrder(placement.order);
    await test.told(test.desk, order, whole);
    expect(test.tracer.spans).toEqual([]);
  });
});
