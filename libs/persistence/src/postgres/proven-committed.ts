import type { Client } from "pg";
import type { EncodedChange } from "../commit/encoded-change.ts";
import { columnNames } from "../row/column.ts";
import { type EventRow, eventColumns } from "../row/event-row.ts";

/**
 * Orders out of `changes` whose change the database proves: the transition that it ends with is there, equal to ours in
 * every column; what is told beside a transition says too little to tell two writers apart. Version numbers are given once, so an equal event at our version is ours; an answer to an attempt without a
 * transition leaves no such trace and is never proven.
 */
export async function provenCommitted(client: Client, changes: readonly EncodedChange[]): Promise<ReadonlySet<string>> {
  const last = changes.flatMap(({ events }) => events.findLast(({ type }) => type === "order.transition") ?? []);
  const { rows } = await client.query<EventRow>(
    `SELECT ${columnNames(eventColumns).join(", ")} FROM order_events
      WHERE (order_id, version, type) IN (SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[]))`,
    [last.map(({ order_id }) => order_id), last.map(({ version }) => version), last.map(({ type }) => type)],
  );
  const stored = new Map(rows.map((row) => [row.order_id, row]));
  return new Set(last.filter((event) => isSame(event, stored.get(event.order_id))).map(({ order_id }) => order_id));
}

function isSame(ours: EventRow, stored: EventRow | undefined): boolean {
  return stored !== undefined && columnNames(eventColumns).every((name) => ours[name] === stored[name]);
}
