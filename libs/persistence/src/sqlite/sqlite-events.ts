import type { EventLog, LoggedEvent } from "@surefill/core";
import type { Database } from "better-sqlite3";
import { columnNames } from "../row/column.ts";
import { type EventRow, eventColumns, eventOf, eventRow } from "../row/event-row.ts";
import { type CursorCodec, cursorCodec } from "../store/event-cursor.ts";
import { checkLimit } from "../store/limit.ts";
import type { SqliteValue } from "./change-message.ts";
import type { WriterThread } from "./writer-thread.ts";

interface SequencedRow extends EventRow {
  readonly seq: number;
}

const stream = cursorCodec("sqlite.", 1);
const history = cursorCodec("sqlite-order.", 1);

/** The EventLog over SQLite: one process writes at a time, so `seq` counts in commit order. */
export function sqliteEvents(database: Database, writer: WriterThread, open: () => void): EventLog {
  const select = (rest: string) =>
    database.prepare<[Readonly<Record<string, SqliteValue>>], SequencedRow>(
      `SELECT * FROM order_events ${rest} ORDER BY seq LIMIT :limit`,
    );
  // Not max(seq): it must stay where it is when old events are removed.
  const head = database
    .prepare<[], number>("SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'order_events'), 0)")
    .pluck();
  const narrowed = `(:account IS NULL OR account = :account) AND (:states IS NULL
    OR to_state IN (SELECT value FROM json_each(:states)) OR from_state IN (SELECT value FROM json_each(:states)))`;
  const afterAll = select(`WHERE seq > :seq AND ${narrowed}`);
  const afterOrders = select(
    `INDEXED BY order_events_version WHERE order_id IN (SELECT value FROM json_each(:orderIds)) AND seq > :seq
      AND ${narrowed}`,
  );
  const ofOrder = select("INDEXED BY order_events_version WHERE order_id = :orderId AND seq > :seq");

  return {
    async head() {
      open();
      return stream.cursorAt(head.get() ?? 0);
    },
    async after(cursor, { account = null, orderIds, states }, limit) {
      open();
      checkLimit(limit);
      const inStates = states === undefined ? null : JSON.stringify(states);
      const from = { seq: seqOf(stream, cursor), account, states: inStates, limit };
      const rows =
        orderIds === undefined
          ? afterAll.all(from)
          : afterOrders.all({ ...from, orderIds: JSON.stringify([...new Set(orderIds)]) });
      return rows.map((row) => logged(stream, row));
    },
    async tell(record) {
      open();
      const row = eventRow(record);
      await writer.call(
        "tell",
        columnNames(eventColumns).map((name) => row[name]),
      );
    },
    async ofOrder(orderId, limit, cursor) {
      open();
      checkLimit(limit);
      const seq = cursor === undefined ? 0 : seqOf(history, cursor);
      return ofOrder.all({ orderId, seq, limit }).map((row) => logged(history, row));
    },
  };
}

function logged(codec: CursorCodec, row: SequencedRow): LoggedEvent {
  return { ...eventOf(row), cursor: codec.cursorAt(row.seq) };
}

function seqOf(codec: CursorCodec, cursor: Parameters<CursorCodec["placesOf"]>[0]): number {
  return Number(codec.placesOf(cursor)[0]);
}
