import { SurefillError } from "../error/surefill-error.ts";
import type { Brand } from "../id/brand.ts";
import type { OrderEventRecord } from "../order/order-event-record.ts";
import type { OrderId } from "../order/order-id.ts";
import type { OrderState } from "../order/order-state.ts";

/** A place in the event stream, opaque to everyone but the store that gave it; at most 128 characters. */
export type EventCursor = Brand<string, "EventCursor">;

const cursorPattern = /^[!-~]{1,128}$/;

/** @throws SurefillError CURSOR_INVALID for what no store can have given; the store itself checks the rest. */
export function eventCursor(text: string): EventCursor {
  if (!cursorPattern.test(text)) throw new SurefillError("CURSOR_INVALID", "that is not a cursor of this server");
  return text as EventCursor;
}

/** An event and the cursor after it. */
export interface LoggedEvent extends OrderEventRecord {
  readonly cursor: EventCursor;
}

/** Which events; absent fields don't narrow. */
export interface EventFilter {
  readonly account?: string;
  readonly orderIds?: readonly OrderId[];
  /** Events that lead into, happen in or lead out of one of these: so that the end of a state is seen as well. */
  readonly states?: readonly OrderState[];
}

/** PORT: the outbox. Every event is seen exactly once by a reader that follows the cursors, in commit order. */
export interface EventLog {
  /** Behind the last event that a reader can see now. */
  head(): Promise<EventCursor>;
  /** Events after `cursor`, at most `limit`. @throws SurefillError CURSOR_INVALID for a cursor it did not give. */
  after(cursor: EventCursor, filter: EventFilter, limit: number): Promise<readonly LoggedEvent[]>;
  /** The history of one order, oldest first: events after `cursor`, at most `limit`. */
  ofOrder(orderId: OrderId, limit: number, cursor?: EventCursor): Promise<readonly LoggedEvent[]>;
  /** Adds what is told beside the transitions of an order; nothing where (order, version, type) was told already. */
  tell(record: OrderEventRecord): Promise<void>;
}
