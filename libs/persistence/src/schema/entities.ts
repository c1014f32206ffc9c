import { EntitySchema, type EntitySchemaColumnOptions } from "typeorm";
import { attemptAnswerColumns, preparedAttemptColumns } from "../row/attempt-row.ts";
import { cancelAllColumns, cancelAllPartColumns, cancelAllTargetColumns } from "../row/cancel-all-row.ts";
import { type Column, type ColumnKind, type Columns, nullable, required } from "../row/column.ts";
import { controlEventColumns } from "../row/control-event-row.ts";
import { eventColumns } from "../row/event-row.ts";
import { keptEvidenceColumns } from "../row/evidence-row.ts";
import { fillColumns } from "../row/fill-row.ts";
import { orderProgressColumns, orderTermsColumns } from "../row/order-row.ts";
import { holdingColumns, positionColumns } from "../row/position-row.ts";
import { rateLedgerColumns } from "../row/rate-ledger-row.ts";
import { tradingStateColumns } from "../row/trading-state-row.ts";
import { unmatchedFillColumns } from "../row/unmatched-fill-row.ts";

export type Dialect = "postgres" | "sqlite";

/** What TypeORM calls each kind of column. Nothing is ever created from this: the migrations are written by hand. */
export const columnTypes = {
  postgres: {
    ...{ uuid: "uuid", text: "text", integer: "integer", bigint: "bigint", decimal: "numeric" },
    ...{ time: "timestamptz", flag: "boolean", json: "json", bytes: "bytea" },
  },
  sqlite: {
    ...{ uuid: "text", text: "text", integer: "integer", bigint: "integer", decimal: "text" },
    ...{ time: "integer", flag: "integer", json: "text", bytes: "blob" },
  },
} as const satisfies Record<Dialect, Record<ColumnKind, EntitySchemaColumnOptions["type"]>>;

interface Lease {
  readonly venue: string;
  readonly account: string;
  readonly owner: string;
  readonly epoch: number;
  readonly expires_at: number;
  /** Of the last change of a trading state: attempts that were judged by an earlier one are refused. */
  readonly trading_epoch: number;
}

const leaseColumns: Columns<Lease> = {
  venue: required("text"),
  account: required("text"),
  owner: required("text"),
  epoch: required("bigint"),
  expires_at: required("time"),
  trading_epoch: required("bigint"),
};

interface FillCursor {
  readonly venue: string;
  readonly account: string;
  readonly next: string | null;
  readonly since: number;
}

const fillCursorColumns: Columns<FillCursor> = {
  venue: required("text"),
  account: required("text"),
  next: nullable("text"),
  since: required("time"),
};

/** Places in the order of writing; `xid`, which Postgres' events have beside it, is of a type TypeORM does not know. */
const seq = { seq: required("bigint") };

/** Every table with its columns and its primary key. */
export const tables = {
  orders: { columns: { ...orderTermsColumns, ...orderProgressColumns }, key: ["order_id"] },
  attempts: { columns: { ...preparedAttemptColumns, ...attemptAnswerColumns }, key: ["order_id", "number"] },
  fills: { columns: { ...seq, ...fillColumns }, key: ["seq"] },
  order_events: { columns: { ...seq, ...eventColumns }, key: ["seq"] },
  positions: { columns: positionColumns, key: ["position_id", "instrument", "account", "venue"] },
  holdings: { columns: holdingColumns, key: ["account", "instrument", "venue"] },
  trading_states: { columns: tradingStateColumns, key: ["account", "venue", "instrument"] },
  cancel_alls: { columns: cancelAllColumns, key: ["campaign_id"] },
  cancel_all_parts: { columns: cancelAllPartColumns, key: ["campaign_id", "venue", "account"] },
  cancel_all_targets: {
    columns: cancelAllTargetColumns,
    key: ["campaign_id", "venue", "account", "kind", "target"],
  },
  control_events: { columns: controlEventColumns, key: ["number"] },
  rate_ledgers: { columns: rateLedgerColumns, key: ["account", "venue"] },
  venue_account_leases: { columns: leaseColumns, key: ["account", "venue"] },
  fill_cursors: { columns: fillCursorColumns, key: ["account", "venue"] },
  order_evidence: { columns: keptEvidenceColumns, key: ["order_id", "number"] },
  unmatched_fills: { columns: { ...seq, ...unmatchedFillColumns }, key: ["seq"] },
} as const satisfies Record<string, { readonly columns: object; readonly key: readonly string[] }>;

export type TableName = keyof typeof tables;

/** The tables as TypeORM sees them. */
export function entities(dialect: Dialect): readonly EntitySchema[] {
  return Object.entries(tables).map(([name, { columns, key }]) => {
    const keys: readonly string[] = key;
    const described = Object.entries<Column>(columns).map(([column, { kind, nullable }]) => [
      column,
      { type: columnTypes[dialect][kind], nullable, primary: keys.includes(column) },
    ]);
    return new EntitySchema({ name, tableName: name, columns: Object.fromEntries(described) });
  });
}
