import { randomBytes } from "node:crypto";
import type { IdGenerator } from "@opentelemetry/sdk-trace";
import type { SpanIds } from "@surefill/core";

/** Random span and trace ids, unless the next ones were fixed before: the SDK asks for the span's id first. */
export class PresetIds implements IdGenerator, SpanIds {
  #spanId: string | undefined;
  #traceId: string | undefined;

  newSpanId(): string {
    return randomBytes(8).toString("hex");
  }

  presetNext(spanId: string, traceId?: string): void {
    this.#spanId = spanId;
    this.#traceId = traceId;
  }

  generateSpanId(): string {
    const spanId = this.#spanId ?? this.newSpanId();
    this.#spanId = undefined;
    return spanId;
  }

  generateTraceId(): string {
    const traceId = this.#traceId ?? randomBytes(16).toString("hex");
    this.#traceId = undefined;
    return traceId;
  }
}
