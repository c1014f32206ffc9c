import { type EventCursor, type EventLog, type LoggedEvent, wallTime } from "@surefill/core";
import { type ColumnValue, columnNames } from "../row/column.ts";
import { type EventRow, eventColumns, eventOf, eventRow } from "../row/event-row.ts";
import { isoTime } from "../row/iso-time.ts";
import { type CursorCodec, cursorCodec } from "../store/event-cursor.ts";
import { checkLimit } from "../store/limit.ts";
import { channel } from "./flush-statement.ts";
import type { Reader } from "./reader.ts";

interface PlacedRow extends EventRow {
  /** xid8: 64 bits, so text. */
  readonly xid: string;
  readonly seq: number;
}

const stream = cursorCodec("postgres.", 2);
const history = cursorCodec("postgres-order.", 1);

const names = columnNames(eventColumns);
const tellEvent = `WITH told AS (
    INSERT INTO order_events (${names.join(", ")}) VALUES (${names.map((_, place) => `$${place + 1}`).join(", ")})
    ON CONFLICT (order_id, version, type) DO NOTHING RETURNING 1)
  SELECT pg_notify('${channel}', '') FROM told`;

/** Behind every `seq` of a transaction. */
const seqMax = "9223372036854775807";

const after = `(xid, seq) > ($1::xid8, $2::bigint) AND xid < pg_snapshot_xmin(pg_current_snapshot())
  AND ($3::text IS NULL OR account = $3)
  AND ($5::text[] IS NULL OR to_state = ANY ($5) OR from_state = ANY ($5)) ORDER BY xid, seq LIMIT $4`;
const afterAll = `SELECT * FROM order_events WHERE ${after}`;
const afterOrders = `SELECT * FROM order_events WHERE order_id = ANY ($6::uuid[]) AND ${after}`;

/**
 * The EventLog over Postgres. Transactions end in another order than they take their numbers, so `seq` alone would skip
 * events. The stream is in the order of (xid, seq) and ends before the first transaction that is still running: nothing
 * can appear behind a cursor any more. A transaction that writes and stays open holds the stream back, for all readers.
 */
export function postgresEvents(reader: Reader, open: () => void): EventLog {
  return {
    async head() {
      open();
      const text = "SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::numeric - 1)::text AS xid";
      const [row] = await reader.read<{ readonly xid: string }>("event_head", text);
      return stream.cursorAt(row?.xid ?? "0", seqMax);
    },
    async after(cursor, { account = null, orderIds, states = null }, limit) {
      open();
      checkLimit(limit);
      const values = [...stream.placesOf(cursor), account, limit, states];
      const rows =
        orderIds === undefined
          ? await reader.read<PlacedRow>("events_after", afterAll, values)
          : await reader.read<PlacedRow>("events_of_orders_after", afterOrders, [...values, orderIds]);
      return rows.map((row) => logged(row, stream.cursorAt(row.xid, row.seq)));
    },
    async ofOrder(orderId, limit, cursor) {
      open();
      checkLimit(limit);
      // Not held back: an order's events are committed in their order, and whoever saw a commit finds it here.
      const text = "SELECT * FROM order_events WHERE order_id = $1 AND seq > $2::bigint ORDER BY seq LIMIT $3";
      const from = cursor === undefined ? "0" : seqOf(history, cursor);
      const rows = await reader.read<PlacedRow>("events_of_order", text, [orderId, from, limit]);
      return rows.map((row) => logged(row, history.cursorAt(row.seq)));
    },
    async tell(record) {
      open();
      await reader.write("tell_event", tellEvent, valuesOf(eventRow(record)));
    },
  };
}

function valuesOf(row: EventRow): readonly ColumnValue[] {
  return names.map((name) => (name === "at" ? isoTime(wallTime(row.at)) : row[name]));
}

function logged(row: PlacedRow, cursor: EventCursor): LoggedEvent {
  return { ...eventOf(row), cursor };
}

function seqOf(codec: CursorCodec, cursor: EventCursor): string {
  return codec.placesOf(cursor)[0] ?? "0";
}
