import { SurefillError } from "../error/surefill-error.ts";
import type { EventCursor, EventFilter, EventLog, LoggedEvent } from "../event/event-log.ts";
import type { OrderEventRecord } from "../order/order-event-record.ts";
import type { OrderId } from "../order/order-id.ts";
import { eventKey, type MemoryTables } from "./memory-store-tables.ts";

// Cursors of the stream and of one order's history differ, as in every store: only the stream's are safe to tail from.
const streamPrefix = "memory.";
const historyPrefix = "memory-order.";

/** The EventLog over MemoryTables; a cursor holds the number of events before it. */
export function memoryEvents(tables: MemoryTables, open: () => void): EventLog {
  return {
    async head() {
      open();
      return cursorAt(streamPrefix, tables.events.length);
    },
    async after(cursor, filter, limit) {
      open();
      const matches = matcher(filter);
      const found: LoggedEvent[] = [];
      for (let place = placeOf(streamPrefix, cursor); place < tables.events.length && found.length < limit; place++) {
        const record = tables.events[place];
        if (record !== undefined && matches(record)) {
          found.push({ ...record, cursor: cursorAt(streamPrefix, place + 1) });
        }
      }
      return found;
    },
    async tell(record) {
      open();
      if (tables.eventKeys.has(eventKey(record))) return;
      tables.putEvent(record);
      for (const listener of tables.listeners) queueMicrotask(listener);
    },
    async ofOrder(orderId, limit, cursor) {
      open();
      const from = cursor === undefined ? 0 : placeOf(historyPrefix, cursor);
      const places = (tables.eventPlacesByOrder.get(orderId) ?? []).filter((place) => place >= from).slice(0, limit);
      return places.flatMap((place) => {
        const record = tables.events[place];
        return record === undefined ? [] : [{ ...record, cursor: cursorAt(historyPrefix, place + 1) }];
      });
    },
  };
}

function matcher({ account, orderIds, states }: EventFilter): (record: OrderEventRecord) => boolean {
  const ids: ReadonlySet<OrderId> | undefined = orderIds && new Set(orderIds);
  return (record) =>
    (account === undefined || record.account === account) &&
    (ids?.has(record.orderId) ?? true) &&
    (states === undefined || states.some((state) => state === record.from || state === record.to));
}

function cursorAt(prefix: string, place: number): EventCursor {
  return `${prefix}${place}` as EventCursor;
}

function placeOf(prefix: string, cursor: EventCursor): number {
  const digits = cursor.startsWith(prefix) ? cursor.slice(prefix.length) : "";
  if (!/^[0-9]{1,15}$/.test(digits)) throw new SurefillError("CURSOR_INVALID", "not a cursor of this event log");
  return Number(digits);
}
