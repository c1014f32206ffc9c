import { types } from "pg";
import { type ColumnKind, type Columns, type ColumnValue, columnNames } from "../row/column.ts";
import type { ArrayWriter, Range } from "./array-writer.ts";

const { BOOL, BYTEA, INT4, INT8, JSON: JSON_OID, TEXT, TIMESTAMPTZ } = types.builtins;

/** 2000-01-01T00:00Z, from which Postgres counts microseconds. */
const postgresEpoch = 946_684_800_000_000;

interface Wire {
  /** The elements' type on the way. */
  readonly type: string;
  readonly oid: number;
  readonly write: (writer: ArrayWriter, value: NonNullable<ColumnValue>) => void;
  /** The type of the column, where it is not that of the elements. */
  readonly cast?: string;
}

const text = (writer: ArrayWriter, value: NonNullable<ColumnValue>): void => writer.text(String(value));

/** How each kind travels. What Postgres reads from text as fast as from bytes goes as text. */
const wires: Readonly<Record<ColumnKind, Wire>> = {
  uuid: { type: "text", oid: TEXT, write: text, cast: "uuid" },
  text: { type: "text", oid: TEXT, write: text },
  integer: { type: "integer", oid: INT4, write: (writer, value) => writer.int32(Number(value)) },
  bigint: { type: "bigint", oid: INT8, write: (writer, value) => writer.int64(Number(value)) },
  decimal: { type: "text", oid: TEXT, write: text, cast: "numeric" },
  time: {
    type: "timestamptz",
    oid: TIMESTAMPTZ,
    write: (writer, value) => writer.int64(Number(value) - postgresEpoch),
  },
  flag: { type: "boolean", oid: BOOL, write: (writer, value) => writer.flag(value === true) },
  json: { type: "json", oid: JSON_OID, write: text },
  bytes: {
    type: "bytea",
    oid: BYTEA,
    write: (writer, value) => writer.raw(value instanceof Uint8Array ? value : new Uint8Array()),
  },
};

/** A column of a batch: its kind, and where a row has its value. */
export interface BatchColumn<Row> {
  readonly kind: ColumnKind;
  readonly read: (row: Row) => ColumnValue;
}

/** Columns that stand as they are in a part of the row; NULL where that part is absent. */
export function columnsOf<Row, Part>(
  columns: Columns<Part>,
  partOf: (row: Row) => { readonly [N in keyof Part & string]: ColumnValue } | undefined,
): Readonly<Record<string, BatchColumn<Row>>> {
  const described = columnNames(columns).map((name): [string, BatchColumn<Row>] => [
    name,
    { kind: columns[name].kind, read: (row) => partOf(row)?.[name] ?? null },
  ]);
  return Object.fromEntries(described);
}

/** A batch of rows that a statement reads as a table: one array parameter for each column. */
export class BatchTable<Row> {
  readonly names: readonly string[];
  readonly #columns: readonly (BatchColumn<Row> & Wire)[];

  constructor(columns: Readonly<Record<string, BatchColumn<Row>>>) {
    this.names = Object.keys(columns);
    this.#columns = Object.values(columns).map((column) => ({ ...column, ...wires[column.kind] }));
  }

  /**
   * The table as it stands in FROM, its parameters counted from `first`. Calls of unnest side by side in a SELECT give
   * their rows in step and as they are read; as a table function each of them would first be written out as a whole.
   */
  from(alias: string, first: number): string {
    const columns = this.#columns.map(({ type, cast }, place) => {
      const element = `unnest($${first + place}::${type}[])`;
      return `${cast === undefined ? element : `${element}::${cast}`} AS ${this.names[place]}`;
    });
    return `(SELECT ${columns.join(", ")}) AS ${alias}`;
  }

  /** The parameters, as places in `writer`. */
  arrays(rows: readonly Row[], writer: ArrayWriter): readonly Range[] {
    return this.#columns.map(({ oid, read, write }) => writer.array(oid, rows, read, write));
  }
}
