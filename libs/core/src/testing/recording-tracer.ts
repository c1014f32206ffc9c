import {
  type Attributes,
  type Context,
  type HrTime,
  type Link,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput,
  TraceFlags,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { SpanIds } from "../telemetry/order-telemetry.ts";

/** A span as it was exported; times in microseconds. */
export interface RecordedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly kind: SpanKind;
  readonly start: number;
  readonly end: number;
  readonly attributes: Attributes;
  readonly links: readonly Link[];
  readonly status: SpanStatus;
}

/** A tracer that keeps what it would export, in the order in which spans end. Only what order telemetry uses works. */
export class RecordingTracer implements Tracer, SpanIds {
  readonly spans: RecordedSpan[] = [];
  #ids = 0;
  #preset: { readonly spanId: string; readonly traceId?: string } | undefined;

  newSpanId(): string {
    this.#ids += 1;
    return this.#ids.toString(16).padStart(16, "0");
  }

  presetNext(spanId: string, traceId?: string): void {
    this.#preset = traceId === undefined ? { spanId } : { spanId, traceId };
  }

  startSpan(name: string, options: SpanOptions = {}, context?: Context): Span {
    const preset = this.#preset;
    this.#preset = undefined;
    const parent = options.root || context === undefined ? undefined : trace.getSpanContext(context);
    if (parent !== undefined && preset?.traceId !== undefined) throw new Error("a trace id for a span with a parent");
    const spanId = preset?.spanId ?? this.newSpanId();
    const traceId = parent?.traceId ?? preset?.traceId ?? `root-${spanId}`;
    let status: SpanStatus = { code: SpanStatusCode.UNSET };
    const end = (at?: TimeInput) => {
      this.spans.push({
        ...{ name, traceId, spanId, parentSpanId: parent?.spanId, kind: options.kind ?? SpanKind.INTERNAL },
        ...{ start: microseconds(options.startTime), end: microseconds(at), status },
        ...{ attributes: options.attributes ?? {}, links: options.links ?? [] },
      });
    };
    return {
      ...unused,
      end,
      spanContext: (): SpanContext => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED }),
      setStatus(given) {
        status = given;
        return this;
      },
    };
  }

  startActiveSpan(): never {
    throw new Error("order telemetry makes no span active");
  }
}

const refuse = (): never => {
  throw new Error("order telemetry sets everything at the start");
};

const unused = {
  setAttribute: refuse,
  setAttributes: refuse,
  addEvent: refuse,
  addLink: refuse,
  addLinks: refuse,
  updateName: refuse,
  recordException: refuse,
  isRecording: () => true,
};

/** Order telemetry gives times from records, never "now". */
function microseconds(at: TimeInput | undefined): number {
  if (!Array.isArray(at)) throw new Error("a span without a recorded time");
  const [seconds, nanoseconds]: HrTime = at;
  return seconds * 1e6 + nanoseconds / 1e3;
}
