import type { StoredRow } from "@surefill/core";
import { type Column, type ColumnValue, isTrue } from "../row/column.ts";
import { type OrderRow, orderProgressColumns, orderTermsColumns } from "../row/order-row.ts";

const { is_open: _open, next_action_at: _due, ...columns } = { ...orderTermsColumns, ...orderProgressColumns };

/** The columns that events set, each in one spelling: what was stored and what would be stored can be compared. */
export function storedRow(row: OrderRow): StoredRow {
  const entries = Object.entries<Column>(columns).map(([name, { kind }]) => {
    const value: ColumnValue = row[name as keyof OrderRow];
    return [name, value === null ? null : spelt(value, kind)];
  });
  return Object.fromEntries(entries);
}

function spelt(value: NonNullable<ColumnValue>, kind: Column["kind"]): string {
  if (kind === "flag") return String(isTrue(value === true || value === 1));
  return kind === "json" ? canonicalJson(String(value)) : String(value);
}

/** Keys in order: which one was written first says nothing. */
function canonicalJson(json: string): string {
  return JSON.stringify(JSON.parse(json), (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
