/**
 * How a value is kept, whatever the dialect:
 * - uuid, text, json: text; `uuid` is a uuid in Postgres, `json` keeps the text as it was written
 * - decimal: an exact decimal as text; NUMERIC in Postgres, TEXT in SQLite, whose NUMERIC is a double
 * - time: whole microseconds since 1970; timestamptz in Postgres, INTEGER in SQLite
 * - flag: a boolean in Postgres, 0 or 1 in SQLite
 */
export type ColumnKind = "uuid" | "text" | "integer" | "bigint" | "decimal" | "time" | "flag" | "json" | "bytes";

export interface Column {
  readonly kind: ColumnKind;
  readonly nullable: boolean;
}

interface Required extends Column {
  readonly nullable: false;
}

interface Nullable extends Column {
  readonly nullable: true;
}

export function required(kind: ColumnKind): Required {
  return { kind, nullable: false };
}

export function nullable(kind: ColumnKind): Nullable {
  return { kind, nullable: true };
}

/** A column for each field of a row, nullable where the field is: a field without a column does not compile. */
export type Columns<Row> = { readonly [K in keyof Row & string]: null extends Row[K] ? Nullable : Required };

export type ColumnValue = string | number | boolean | Uint8Array | null;

/** A flag as it is read: SQLite has no booleans. */
export type Flag = boolean | 0 | 1;

export function isTrue(flag: Flag): boolean {
  return flag === true || flag === 1;
}

/** The names of the columns, in their order. */
export function columnNames<Row>(columns: Columns<Row>): readonly (keyof Row & string)[] {
  return Object.keys(columns) as (keyof Row & string)[];
}
