import { Code, ConnectError, type ContextValues, createContextKey, type Interceptor } from "@connectrpc/connect";
import {
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { OrderTelemetry, OrderTrace } from "@surefill/core";

interface CallTrace {
  readonly active: SpanContext;
  /** The caller's span, where it sent a traceparent. */
  readonly caller: SpanContext | undefined;
}

const callTraceKey = createContextKey<CallTrace | undefined>(undefined, { description: "the trace of the call" });

const headerGetter: TextMapGetter<Headers> = {
  get: (headers, name) => headers.get(name) ?? undefined,
  keys: (headers) => [...headers.keys()],
};

/** A SERVER span around every call, a child of the caller's span where a traceparent came with it. */
export function callTraces(tracer: Tracer): Interceptor {
  return (next) => async (request) => {
    const caller = propagation.extract(ROOT_CONTEXT, request.header, headerGetter);
    const name = `${request.service.typeName}/${request.method.name}`;
    const attributes = { "rpc.system.name": "connectrpc", "rpc.method": name };
    const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, caller);
    request.contextValues.set(callTraceKey, { active: span.spanContext(), caller: trace.getSpanContext(caller) });
    try {
      const response = await context.with(trace.setSpan(caller, span), () => next(request));
      if (!response.stream) {
        span.end();
        return response;
      }
      // A stream's answer begins at once; its span lasts until the last message.
      return { ...response, message: endingWith(span, response.message) };
    } catch (error) {
      endFailed(span, error);
      throw error;
    }
  };
}

/** The trace of an order placed by this call. */
export function beginTrace(telemetry: OrderTelemetry, values: ContextValues): OrderTrace | undefined {
  const call = values.get(callTraceKey);
  return telemetry.begin(call?.active, call?.caller);
}

async function* endingWith<Message>(span: Span, messages: AsyncIterable<Message>): AsyncGenerator<Message> {
  try {
    yield* messages;
    span.end();
  } catch (error) {
    endFailed(span, error);
    throw error;
  } finally {
    // The caller may stop reading; ending twice is ignored by the API.
    if (span.isRecording()) span.end();
  }
}

function endFailed(span: Span, error: unknown): void {
  const { code, rawMessage } = ConnectError.from(error);
  span.setAttribute("rpc.response.status_code", Code[code]);
  span.setStatus({ code: SpanStatusCode.ERROR, message: rawMessage });
  span.end();
}
