import { ROOT_CONTEXT } from "@opentelemetry/api";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { describe, expect, it } from "vitest";
import { PresetIds } from "./preset-ids.ts";

describe("PresetIds, as the SDK uses them", () => {
  const ids = new PresetIds();
  const exporter = new InMemorySpanExporter();
  const tracer = new TracerProvider({
    idGenerator: ids,
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  }).getTracer("spec");
  const traceId = "0af7651916cd43dd8448eb211c80319c";

  it("given both ids preset, so the next root has them, and the one after it has others", () => {
    const spanId = ids.newSpanId();
    ids.presetNext(spanId, traceId);
    const [preset, other] = [tracer.startSpan("a", {}, ROOT_CONTEXT), tracer.startSpan("b", {}, ROOT_CONTEXT)].map(
      (span) => span.spanContext(),
    );
    expect(preset).toMatchObject({ spanId, traceId });
    expect(other?.spanId).not.toBe(spanId);
    expect(other?.traceId).not.toBe(traceId);
  });
});
