/**
 * The trace that an order lives in, stored with it and continued by every process that moves it. `spanId` is the id of
 * the order.lifecycle span, fixed when the order is accepted and exported when it ends.
 */
export interface OrderTrace {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  /** The caller's span, if it sent one: the parent of order.lifecycle. */
  readonly parentSpanId?: string;
  readonly sampled: boolean;
}
