import { type OrderDossier, orderId, type UnreadableOrder, wallTime } from "@surefill/core";
import { type AttemptRow, attemptOfRow } from "../row/attempt-row.ts";
import { isTrue } from "../row/column.ts";
import { type EventRow, eventOf } from "../row/event-row.ts";
import { type FillRow, fillOf } from "../row/fill-row.ts";
import { type OrderRow, orderOf } from "../row/order-row.ts";
import { storedRow } from "./stored-row.ts";

/** A second order under the same (account, client_order_id). */
export interface NamesakeRow {
  readonly order_id: string;
  readonly other: string;
}

/** Everything of some orders, as rows of one moment. */
export interface DossierRows {
  readonly orders: readonly OrderRow[];
  readonly events: readonly EventRow[];
  readonly fills: readonly FillRow[];
  readonly attempts: readonly AttemptRow[];
  readonly namesakes: readonly NamesakeRow[];
}

/** A dossier for each order; one with a row that can't be read says so, and keeps no other from being read. */
export function orderDossiers(rows: DossierRows): readonly (OrderDossier | UnreadableOrder)[] {
  const ofOrder = ({ order_id }: { readonly order_id: string }) => order_id;
  const events = Map.groupBy(rows.events, ofOrder);
  const fills = Map.groupBy(rows.fills, ofOrder);
  const attempts = Map.groupBy(rows.attempts, ofOrder);
  const namesakes = Map.groupBy(rows.namesakes, ofOrder);
  return rows.orders.map((row) => {
    const id = orderId(row.order_id);
    try {
      return {
        kind: "READ",
        orderId: id,
        order: orderOf(row),
        row: storedRow(row),
        isOpen: isTrue(row.is_open),
        ...(row.next_action_at === null ? {} : { nextActionAt: wallTime(row.next_action_at) }),
        events: (events.get(id) ?? []).map(eventOf),
        fills: (fills.get(id) ?? []).map(fillOf),
        attempts: (attempts.get(id) ?? []).map(attemptOfRow),
        namesakes: (namesakes.get(id) ?? []).map(({ other }) => orderId(other)),
      };
    } catch (error) {
      return { kind: "UNREADABLE", orderId: id, reason: error instanceof Error ? error.message : String(error) };
    }
  });
}
