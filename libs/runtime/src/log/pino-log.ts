import { trace } from "@opentelemetry/api";
import type { Log } from "@surefill/core";
import { type DestinationStream, destination, pino, stdSerializers } from "pino";

export const logLevels = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/** Names under which secrets travel; their values never reach a log, however deep they stand. */
const secretNames = ["password", "secret", "apiKey", "api_key", "privateKey", "private_key", "token", "authorization"];

/** JSON lines on standard error, one write each, with the ids of the active span where there is one. */
export function pinoLog(
  service: string,
  level: LogLevel,
  stream: DestinationStream = destination({ fd: 2, sync: true }),
): Log {
  return pino(
    {
      level,
      base: { service },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: stdSerializers.errWithCause },
      redact: { paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: "[redacted]" },
      mixin: activeSpanIds,
    },
    stream,
  );
}

function activeSpanIds(): Record<string, string> {
  const span = trace.getActiveSpan()?.spanContext();
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
}
