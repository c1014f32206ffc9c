import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, type SpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { type OrderMetrics, OrderTelemetry } from "@surefill/core";
import { PresetIds } from "./preset-ids.ts";

/** Tracing as one process sees it. */
export interface Telemetry {
  readonly orders: OrderTelemetry;
  /** Sends what is not sent yet; resolves also where the receiver can't be reached. */
  readonly shutdown: () => Promise<void>;
}

/** Spans that may wait for the exporter; beyond that they are dropped, never the orders. */
const queueMax = 20_000;

/**
 * Starts tracing. Spans go by OTLP over HTTP to the endpoint that the standard variables name
 * (OTEL_EXPORTER_OTLP_ENDPOINT or …_TRACES_ENDPOINT, such as http://127.0.0.1:4318); without one, nothing is exported
 * and nothing is recorded. To be called once, before the first span.
 */
export function startTelemetry(
  service: string,
  { env = process.env, metrics }: { readonly env?: NodeJS.ProcessEnv; readonly metrics?: OrderMetrics } = {},
): Telemetry {
  const isOn = (env.OTEL_EXPORTER_OTLP_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? "") !== "";
  if (!isOn) return silent(metrics);
  const processor = new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), maxQueueSize: queueMax });
  return exporting(service, [processor], metrics);
}

/** Tracing into the given processors. */
export function exporting(service: string, spanProcessors: SpanProcessor[], metrics?: OrderMetrics): Telemetry {
  const ids = new PresetIds();
  const resource = resourceFromAttributes({ "service.name": service });
  const provider = new TracerProvider({ resource, idGenerator: ids, spanProcessors });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  return {
    orders: new OrderTelemetry(provider.getTracer("surefill"), ids, metrics),
    shutdown: () => provider.shutdown().catch(() => undefined),
  };
}

function silent(metrics: OrderMetrics | undefined): Telemetry {
  const orders = new OrderTelemetry(trace.getTracer("surefill"), new PresetIds(), metrics);
  return { orders, shutdown: async () => undefined };
}
