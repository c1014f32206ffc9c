import type { EncodedChange } from "../commit/encoded-change.ts";
import { columnNames } from "../row/column.ts";
import { orderProgressColumns } from "../row/order-row.ts";
import type { ArrayWriter } from "./array-writer.ts";
import type { BatchTable } from "./batch-table.ts";
import { type FlushParameters, type FlushTableName, flushParameters, flushTables } from "./flush-tables.ts";
import { sharesTradingLock } from "./trading-lock.ts";

/** The channel on which stores hear of each other's commits. */
export const channel = "surefill_changes";

/** One statement that writes a batch of changes, as pg takes it. */
export interface FlushStatement {
  readonly query: { readonly name: string; readonly text: string; readonly values: Buffer[] };
  readonly fenceOfChange: FlushParameters["fenceOfChange"];
}

/**
 * What the statement answers: places of the changes that were written, of the fences whose lease is held, and of those
 * among them that knew the last trading state.
 */
export interface FlushRow {
  readonly written: readonly number[] | null;
  readonly held: readonly number[] | null;
  readonly current: readonly number[] | null;
}

/**
 * The statement that writes `changes`, no two of one order, in one transaction and one round trip. Rows go in as
 * arrays, which stand in `writer` until the next statement; a change that loses its race or its lease writes nothing,
 * for everything else of it hangs on its order.
 */
export function flushStatement(changes: readonly EncodedChange[], writer: ArrayWriter): FlushStatement {
  const { arrays, fenceOfChange } = flushParameters(changes, writer);
  const included = [...arrays.keys()];
  const name = nameOf(included);
  const text = texts.get(name) ?? flushText(included);
  texts.set(name, text);
  return { query: { name, text, values: [...arrays.values()].flat() }, fenceOfChange };
}

/** Texts by the tables that a batch has rows of: at most 2⁹, in practice a dozen or two. */
const texts = new Map<string, string>();

const tableNames = Object.keys(flushTables) as FlushTableName[];

/** A bit for each table: Postgres cuts names at 63 bytes, and two that are cut alike would be one statement. */
function nameOf(included: readonly FlushTableName[]): string {
  return `flush_${included.reduce((bits, table) => bits | (1 << tableNames.indexOf(table)), 0)}`;
}

function flushText(included: readonly FlushTableName[]): string {
  const firsts = new Map<FlushTableName, number>();
  let parameters = 0;
  for (const table of included) {
    firsts.set(table, parameters + 1);
    parameters += flushTables[table].names.length;
  }
  const fenced = firsts.has("fences");
  const sqlOf = (table: FlushTableName) => parts[table](firsts.get(table) ?? 0, fenced);
  const writers = [...(firsts.has("placed") ? ["placed_n"] : []), ...(firsts.has("moved") ? ["moved"] : [])];
  const written = `written AS (${writers.map((writer) => `SELECT n FROM ${writer}`).join(" UNION ALL ")})`;
  const orders = included.filter(isOrderPart).map(sqlOf);
  const others = included.filter((table) => !isOrderPart(table)).map(sqlOf);
  return `WITH ${[...orders, written, ...others].join(",\n")}
    SELECT (SELECT array_agg(n) FROM written) AS written,
      ${fenced ? "(SELECT array_agg(n) FROM fences)" : "NULL::integer[]"} AS held,
      ${fenced ? "(SELECT array_agg(n) FROM fences WHERE is_current)" : "NULL::integer[]"} AS current,
      (SELECT pg_notify('${channel}', '') FROM written LIMIT 1) AS notified`;
}

/** Whether a part decides what is written; the rest hangs on it. */
function isOrderPart(table: FlushTableName): boolean {
  return table === "fences" || table === "placed" || table === "moved";
}

/** Rows whose change was written. IS TRUE keeps the planner from making a join of it: it is a look-up in a hash. */
const ofWritten = "(r.n IN (SELECT n FROM written)) IS TRUE";

function fenceHolds(fenced: boolean): string {
  return fenced ? "(r.fence IS NULL OR r.fence IN (SELECT n FROM fences WHERE is_current))" : "TRUE";
}

/** Parts of their own names: `fills` is the table. */
function cteOf(table: FlushTableName): string {
  return isOrderPart(table) ? table : `${table}_written`;
}

function insert<Row>(table: FlushTableName, batch: BatchTable<Row>, into: string, first: number, rest: string): string {
  const names = batch.names.filter((name) => name !== "n" && name !== "fence");
  return `${cteOf(table)} AS (INSERT INTO ${into} (${names.join(", ")})
    SELECT ${names.map((name) => `r.${name}`).join(", ")} FROM ${batch.from("r", first)} ${rest})`;
}

/** Postings to one row are added up first, and rows are locked in one order, whoever writes. */
function addUp(table: "positions" | "holdings", key: readonly string[], first: number): string {
  const keys = key.map((name) => `r.${name}`).join(", ");
  return `${cteOf(table)} AS (INSERT INTO ${table} (${key.join(", ")}, quantity, simulated, opened_at, updated_at)
    SELECT ${keys}, sum(r.quantity), bool_or(r.simulated), min(r.opened_at), max(r.updated_at)
    FROM ${flushTables[table].from("r", first)} WHERE ${ofWritten} GROUP BY ${keys} ORDER BY ${keys}
    ON CONFLICT (${key.join(", ")}) DO UPDATE SET quantity = ${table}.quantity + excluded.quantity,
      updated_at = greatest(${table}.updated_at, excluded.updated_at))`;
}

/** The parts by their table; `first` counts parameters. */
const parts: Readonly<Record<FlushTableName, (first: number, fenced: boolean) => string>> = {
  // FOR SHARE: a takeover that comes meanwhile waits for this transaction, or this one for it and then finds it. So it
  // is with a change of a trading state, which stamps the leases.
  fences: (first) => `fences AS (SELECT r.n,
      (r.trading_epoch IS NULL OR l.trading_epoch <= r.trading_epoch) AS is_current
    FROM ${flushTables.fences.from("r", first)}
    JOIN venue_account_leases l ON l.account = r.account AND l.venue = r.venue
      AND l.epoch = r.epoch AND l.expires_at > clock_timestamp()
    WHERE ${sharesTradingLock} FOR SHARE OF l)`,
  placed(first, fenced) {
    const { placed } = flushTables;
    const orderIds = first + placed.names.indexOf("order_id");
    const conflict = "ON CONFLICT (client_order_id, account) DO NOTHING RETURNING order_id";
    return `${insert("placed", placed, "orders", first, `WHERE ${fenceHolds(fenced)} ${conflict}`)},
      placed_n AS (SELECT r.n
        FROM (SELECT unnest($${first}::integer[]) AS n, unnest($${orderIds}::text[])::uuid AS order_id) AS r
        WHERE (r.order_id IN (SELECT order_id FROM placed)) IS TRUE)`;
  },
  moved(first, fenced) {
    const set = columnNames(orderProgressColumns).map((name) => `${name} = r.${name}`);
    return `moved AS (UPDATE orders o SET ${set.join(", ")} FROM ${flushTables.moved.from("r", first)}
      WHERE o.order_id = r.order_id AND o.version = r.version_before AND ${fenceHolds(fenced)} RETURNING r.n)`;
  },
  events: (first) => insert("events", flushTables.events, "order_events", first, `WHERE ${ofWritten}`),
  prepared: (first) => insert("prepared", flushTables.prepared, "attempts", first, `WHERE ${ofWritten}`),
  answers: (first) => `${cteOf("answers")} AS (UPDATE attempts a SET outcome = r.outcome,
      raw_answer = coalesce(r.raw_answer, a.raw_answer), answered_at = r.answered_at
    FROM ${flushTables.answers.from("r", first)}
    WHERE a.order_id = r.order_id AND a.number = r.number AND ${ofWritten})`,
  fills: (first) => insert("fills", flushTables.fills, "fills", first, `WHERE ${ofWritten}`),
  positions: (first) => addUp("positions", ["position_id", "instrument", "account", "venue"], first),
  holdings: (first) => addUp("holdings", ["account", "instrument", "venue"], first),
};
