import type { VenueAccount } from "../account/venue-account.ts";
import type { OrderError } from "../error/order-error.ts";
import type { WallTime } from "../time/wall-time.ts";
import type { OrderTerms } from "./order.ts";
import type { OrderEvent } from "./order-event.ts";
import type { ClientOrderId, OrderId } from "./order-id.ts";
import type { OrderNotice } from "./order-notice.ts";
import type { OrderState } from "./order-state.ts";

/** The beginning of an order: PENDING, AWAITING_CONFIRMATION with its deadline, or DENIED with its error. */
export interface Placed {
  readonly type: "PLACED";
  readonly terms: OrderTerms;
  readonly error?: OrderError;
  readonly confirmBy?: WallTime;
}

export type RecordedCause = Placed | OrderEvent | OrderNotice;

/** The kinds of event; consumers pass over those they do not know. */
export type OrderEventRecordType =
  | "order.transition"
  | "order.late_fill"
  | "order.overfill"
  | "order.surplus_attempt"
  | "order.execution_started"
  | "order.executed"
  | "order.execution_failed"
  | "order.recovered"
  | "slippage.alert"
  | "audit.violation";

/** One row of an order's history, which is also the outbox. Unique by (orderId, version, type). */
export interface OrderEventRecord extends VenueAccount {
  readonly orderId: OrderId;
  readonly clientOrderId: ClientOrderId;
  /** The order's version after it. */
  readonly version: number;
  readonly type: OrderEventRecordType;
  /** All that the transition needed: the causes of an order's transitions, applied in turn, replay to its row. */
  readonly cause: RecordedCause;
  /** Absent in the first row. */
  readonly from?: OrderState;
  readonly to: OrderState;
  /** 0 before the first attempt. */
  readonly attemptNumber: number;
  readonly at: WallTime;
}
