import {
  type Attributes,
  type HrTime,
  isSpanContextValid,
  type Link,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { AuditStep } from "../audit/audit.ts";
import type { OrderTransitions } from "../order/change-order.ts";
import { isTerminal, type Order } from "../order/order.ts";
import type { OrderEventRecord } from "../order/order-event-record.ts";
import type { WallTime } from "../time/wall-time.ts";
import type { OrderMetrics } from "./order-metrics.ts";
import type { OrderTrace } from "./order-trace.ts";

/** PORT: lets a span be exported under an id that was fixed before, maybe by another process. */
export interface SpanIds {
  newSpanId(): string;
  /** The next span started gets this id; `traceId` is given for a span without a parent, and only then. */
  presetNext(spanId: string, traceId?: string): void;
}

/** A call to a venue, once its answer is recorded. */
export interface VenueCall {
  readonly operation: "prepare" | "submit" | "lookup" | "cancel";
  readonly startedAt: WallTime;
  readonly endedAt: WallTime;
  readonly outcome: string;
  readonly attemptNumber: number;
}

/**
 * One order, one trace. Under order.lifecycle [request, end] lie a span per transition, which covers the time spent
 * before it since the transition before, and a CLIENT span per venue call. All are made from recorded times once their
 * change is durable, so that children lie inside their parent whichever process made them.
 */
export class OrderTelemetry {
  readonly #tracer: Tracer;
  readonly #spanIds: SpanIds;
  readonly #metrics: OrderMetrics | undefined;

  constructor(tracer: Tracer, spanIds: SpanIds, metrics?: OrderMetrics) {
    this.#tracer = tracer;
    this.#spanIds = spanIds;
    this.#metrics = metrics;
  }

  /** The trace of an order that is being accepted: that of the active span; undefined where nothing is traced. */
  begin(active: SpanContext | undefined, caller: SpanContext | undefined): OrderTrace | undefined {
    if (active === undefined || !isSpanContextValid(active)) return undefined;
    return {
      traceId: active.traceId,
      spanId: this.#spanIds.newSpanId(),
      ...(caller?.traceId === active.traceId ? { parentSpanId: caller.spanId } : {}),
      sampled: (active.traceFlags & TraceFlags.SAMPLED) !== 0,
    };
  }

  /** Exports the spans of a change that became durable; `before` is undefined for a new order. */
  committed(before: Order | undefined, after: Pick<OrderTransitions, "order" | "records">): void {
    this.#metrics?.committed(before, after);
    const { order } = after;
    if (order.trace === undefined) return;
    const late = before !== undefined && isTerminal(before);
    let since = before === undefined ? order.requestedAt : before.updatedAt;
    for (const record of after.records) {
      if (record.type !== "order.transition") continue;
      this.#transition(order, order.trace, record, since, late);
      since = record.at;
    }
    if (isTerminal(order) && !late) this.#lifecycle(order, order.trace);
  }

  /** Counts a page of an audit. */
  audited(step: AuditStep): void {
    this.#metrics?.audited(step);
  }

  /** Exports a venue call as its order is after the answer was recorded. */
  venueCall(order: Order, call: VenueCall): void {
    if (order.trace === undefined) return;
    // An answer can come after the stream has told the end; its span must not stick out of the lifecycle then.
    const inside = !isTerminal(order) || call.endedAt <= order.updatedAt;
    const { venue } = order.instruction;
    const options = {
      kind: SpanKind.CLIENT,
      startTime: hrTime(call.startedAt),
      attributes: {
        ...orderAttributes(order),
        "order.attempt": call.attemptNumber,
        "venue.operation": call.operation,
        "venue.outcome": call.outcome,
      },
    };
    this.#start(`venue.${call.operation} ${venue}`, order.trace, inside, options).end(hrTime(call.endedAt));
  }

  #transition(order: Order, trace: OrderTrace, record: OrderEventRecord, since: WallTime, late: boolean): void {
    const attributes = {
      ...orderAttributes(order),
      "order.state.to": record.to,
      ...(record.from === undefined ? {} : { "order.state.from": record.from }),
      "order.attempt": record.attemptNumber,
      "order.version": record.version,
      "order.cause": record.cause.type,
      ...("error" in record.cause && record.cause.error !== undefined
        ? { "order.reason": record.cause.error.code }
        : {}),
    };
    const name = record.from === undefined ? `order ${record.to}` : `order ${record.from} → ${record.to}`;
    this.#start(name, trace, !late, { startTime: hrTime(since), attributes }).end(hrTime(record.at));
  }

  #lifecycle(order: Order, orderTrace: OrderTrace): void {
    const { parentSpanId } = orderTrace;
    // Without a caller the lifecycle is a root of its trace, beside the call that placed the order.
    this.#spanIds.presetNext(orderTrace.spanId, parentSpanId === undefined ? orderTrace.traceId : undefined);
    const span = this.#tracer.startSpan(
      "order.lifecycle",
      {
        startTime: hrTime(order.requestedAt),
        attributes: { ...orderAttributes(order), "order.state.to": order.state, "order.attempt": order.attemptCount },
      },
      parentSpanId === undefined
        ? ROOT_CONTEXT
        : trace.setSpanContext(ROOT_CONTEXT, spanContext(orderTrace, parentSpanId)),
    );
    if (order.state === "FAILED" || order.state === "REJECTED" || order.state === "DENIED") {
      span.setStatus({ code: SpanStatusCode.ERROR, message: order.lastError?.code ?? order.state });
    }
    span.end(hrTime(order.updatedAt));
  }

  #start(
    name: string,
    orderTrace: OrderTrace,
    inside: boolean,
    options: { kind?: SpanKind; startTime: HrTime; attributes: Attributes },
  ) {
    const lifecycle = spanContext(orderTrace, orderTrace.spanId);
    if (inside) return this.#tracer.startSpan(name, options, trace.setSpanContext(ROOT_CONTEXT, lifecycle));
    const links: Link[] = [{ context: lifecycle }];
    return this.#tracer.startSpan(name, { ...options, root: true, links }, ROOT_CONTEXT);
  }
}

function spanContext(orderTrace: OrderTrace, spanId: string): SpanContext {
  const traceFlags = orderTrace.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return { traceId: orderTrace.traceId, spanId, traceFlags, isRemote: true };
}

function hrTime(at: WallTime): HrTime {
  const seconds = Math.floor(at / 1e6);
  return [seconds, Math.round((at - seconds * 1e6) * 1000)];
}

function orderAttributes(order: Order): Attributes {
  const { venue, account, instrument, side, pricing, clientOrderId } = order.instruction;
  return {
    "order.id": order.orderId,
    "order.client_id": clientOrderId,
    "order.account": account,
    "order.venue": venue,
    "order.instrument": instrument,
    "order.side": side,
    "order.type": pricing.type,
  };
}
