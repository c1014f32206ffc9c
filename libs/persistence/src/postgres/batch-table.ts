import type { Column, ColumnKind, ColumnValue } from "../row/column.ts";

/** The type of each kind as an array parameter. Times go as microseconds: timeSql makes a timestamptz of them. */
const arrayTypes: Readonly<Record<ColumnKind, string>> = {
  uuid: "uuid[]",
  text: "text[]",
  integer: "integer[]",
  bigint: "bigint[]",
  decimal: "numeric[]",
  time: "bigint[]",
  flag: "boolean[]",
  json: "json[]",
  bytes: "bytea[]",
};

/** Exact: an interval times a whole number of microseconds is rounded to microseconds, of which there are fewer than 2⁵³. */
function timeSql(expression: string): string {
  return `timestamptz 'epoch' + ${expression} * interval '1 microsecond'`;
}

/** A batch of rows that a statement reads as a table: one array parameter for each column. */
export class BatchTable<Name extends string> {
  readonly names: readonly Name[];
  readonly #kinds: readonly ColumnKind[];

  constructor(columns: Readonly<Record<Name, Column>>) {
    this.names = Object.keys(columns) as Name[];
    this.#kinds = this.names.map((name) => columns[name].kind);
  }

  /** The table as it stands in FROM, its parameters counted from `first`. */
  from(alias: string, first: number): string {
    const arrays = this.#kinds.map((kind, place) => `$${first + place}::${arrayTypes[kind]}`);
    return `unnest(${arrays.join(", ")}) AS ${alias} (${this.names.join(", ")})`;
  }

  /** The value of a column as the target table has it; `expression` is the column or an aggregate of it. */
  value(name: Name, expression: string): string {
    return this.#kinds[this.names.indexOf(name)] === "time" ? timeSql(expression) : expression;
  }

  /** The parameters. */
  arrays(rows: readonly { readonly [N in Name]: ColumnValue }[]): readonly string[] {
    return this.names.map((name, place) => {
      const write = writers[this.#kinds[place] ?? "text"];
      let text = "{";
      for (const row of rows) {
        const value = row[name];
        if (text.length > 1) text += ",";
        text += value === null ? "NULL" : write(value);
      }
      return `${text}}`;
    });
  }
}

const plain = (value: ColumnValue): string => String(value);
const quoted = (value: ColumnValue): string => `"${String(value).replace(/["\\]/g, "\\$&")}"`;

/** One element of an array, as Postgres reads it. */
const writers: Readonly<Record<ColumnKind, (value: ColumnValue) => string>> = {
  uuid: plain,
  integer: plain,
  bigint: plain,
  decimal: plain,
  time: plain,
  flag: plain,
  text: quoted,
  json: quoted,
  bytes: (value) => `"\\\\x${value instanceof Uint8Array ? Buffer.from(value).toString("hex") : ""}"`,
};
