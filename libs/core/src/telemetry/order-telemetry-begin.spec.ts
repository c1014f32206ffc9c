import { type SpanContext, TraceFlags } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { RecordingTracer } from "../testing/recording-tracer.ts";
import { OrderTelemetry } from "./order-telemetry.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const callerId = "00f067aa0ba902b7";

describe("beginning an order's trace", () => {
  const active: SpanContext = { traceId, spanId: "1111111111111111", traceFlags: TraceFlags.SAMPLED };
  const caller: SpanContext = { traceId, spanId: callerId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
  const begun = (...spans: [active: SpanContext | undefined, caller: SpanContext | undefined]) => {
    const tracer = new RecordingTracer();
    return new OrderTelemetry(tracer, tracer).begin(...spans);
  };
  const spanId = "0000000000000001";

  it.each([
    ["no active span", undefined, undefined, undefined],
    ["an invalid one", { ...active, traceId: "0".repeat(32) }, undefined, undefined],
    ["an active span", active, undefined, { traceId, spanId, sampled: true }],
    ["a caller's span in its trace", active, caller, { traceId, spanId, parentSpanId: callerId, sampled: true }],
    [
      "a caller's span of another trace",
      active,
      { ...caller, traceId: "1".repeat(32) },
      { traceId, spanId, sampled: true },
    ],
    [
      "a trace that is not sampled",
      { ...active, traceFlags: TraceFlags.NONE },
      undefined,
      { traceId, spanId, sampled: false },
    ],
  ])("given %s, so it is %o", (_given, activeSpan, callerSpan, so) => {
    expect(begun(activeSpan, callerSpan)).toEqual(so);
  });
});
