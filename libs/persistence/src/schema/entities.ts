import { EntitySchema, type EntitySchemaColumnOptions } from "typeorm";
import { attemptAnswerColumns, preparedAttemptColumns } from "../row/attempt-row.ts";
import { type Column, type ColumnKind, type Columns, required } from "../row/column.ts";
import { eventColumns } from "../row/event-row.ts";
import { fillColumns } from "../row/fill-row.ts";
import { orderProgressColumns, orderTermsColumns } from "../row/order-row.ts";
import { holdingColumns, positionColumns } from "../row/position-row.ts";

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
}

const leaseColumns: Columns<Lease> = {
  venue: required("text"),
  account: required("text"),
  owner: required("text"),
  epoch: required("bigint"),
  expires_at: required("time"),
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
  venue_account_leases: { columns: leaseColumns, key: ["account", "venue"] },
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
