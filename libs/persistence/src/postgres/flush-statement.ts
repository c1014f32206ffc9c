import { venueAccountKey } from "@surefill/core";
import type { EncodedChange } from "../commit/encoded-change.ts";
import { attemptAnswerColumns, preparedAttemptColumns } from "../row/attempt-row.ts";
import { type ColumnValue, columnNames, nullable, required } from "../row/column.ts";
import { eventColumns } from "../row/event-row.ts";
import { fillColumns } from "../row/fill-row.ts";
import { orderProgressColumns, orderTermsColumns } from "../row/order-row.ts";
import { holdingColumns, positionColumns } from "../row/position-row.ts";
import { BatchTable } from "./batch-table.ts";

/** The channel on which stores hear of each other's commits. */
export const channel = "surefill_changes";

/** Every row of a batch carries the place of its change, by which it is written or not, and answered. */
const place = { n: required("integer") };
/** The place of the fence that must hold; NULL where none must. */
const fence = { fence: nullable("integer") };

const tables = {
  fences: new BatchTable({
    ...place,
    account: required("text"),
    venue: required("text"),
    epoch: required("bigint"),
  }),
  placed: new BatchTable({ ...place, ...fence, ...orderTermsColumns, ...orderProgressColumns }),
  moved: new BatchTable({
    ...place,
    ...fence,
    order_id: required("uuid"),
    version_before: required("integer"),
    ...orderProgressColumns,
  }),
  events: new BatchTable({ ...place, ...eventColumns }),
  prepared: new BatchTable({ ...place, ...preparedAttemptColumns }),
  answers: new BatchTable({
    ...place,
    order_id: required("uuid"),
    number: required("integer"),
    ...attemptAnswerColumns,
  }),
  fills: new BatchTable({ ...place, ...fillColumns }),
  positions: new BatchTable({ ...place, ...positionColumns }),
  holdings: new BatchTable({ ...place, ...holdingColumns }),
};

type TableName = keyof typeof tables;
const batches: Readonly<Record<TableName, BatchTable<string>>> = tables;
type Rows = { readonly [T in TableName]: Readonly<Record<string, ColumnValue>>[] };

const tableNames = Object.keys(tables) as TableName[];

/** One statement that writes a batch of changes, as pg takes it. */
export interface FlushStatement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly string[];
  /** The fence that each change needs, by the places of both. */
  readonly fenceOfChange: readonly (number | undefined)[];
}

/** What the statement answers: places of the changes that were written and of the fences that held. */
export interface FlushRow {
  readonly written: readonly number[] | null;
  readonly held: readonly number[] | null;
}

/**
 * The statement that writes `changes`, no two of one order, in one transaction and one round trip. Rows go in as
 * arrays; a change that loses its race or its lease writes nothing, for everything else of it hangs on its order.
 */
export function flushStatement(changes: readonly EncodedChange[]): FlushStatement {
  const { rows, fenceOfChange } = batchRows(changes);
  const included = tableNames.filter((table) => rows[table].length > 0);
  const name = `flush_${included.join("_")}`;
  const text = texts.get(name) ?? flushText(included);
  texts.set(name, text);
  return { name, text, values: included.flatMap((table) => batches[table].arrays(rows[table])), fenceOfChange };
}

/** Texts by the tables that a batch has rows for: at most 2⁹, in practice a dozen. */
const texts = new Map<string, string>();

function batchRows(changes: readonly EncodedChange[]) {
  const rows: Rows = {
    ...{ fences: [], placed: [], moved: [], events: [], prepared: [], answers: [] },
    ...{ fills: [], positions: [], holdings: [] },
  };
  const fencePlaces = new Map<string, number>();
  const fenceOfChange: (number | undefined)[] = [];
  for (const [n, change] of changes.entries()) {
    const fencePlace = change.fence && fencePlaceOf(change.fence, fencePlaces, rows.fences);
    fenceOfChange.push(fencePlace);
    const { orderId: order_id, versionBefore, terms, progress } = change;
    const order = { n, fence: fencePlace ?? null, order_id, ...progress };
    if (terms !== undefined) rows.placed.push({ ...order, ...terms });
    else rows.moved.push({ ...order, version_before: versionBefore ?? null });
    for (const event of change.events) rows.events.push({ n, ...event });
    if (change.prepared !== undefined) rows.prepared.push({ n, ...change.prepared });
    if (change.answer !== undefined) rows.answers.push({ n, order_id, ...change.answer });
    for (const fill of change.fills) rows.fills.push({ n, ...fill });
    for (const position of change.positions) rows.positions.push({ n, ...position });
    for (const holding of change.holdings) rows.holdings.push({ n, ...holding });
  }
  return { rows, fenceOfChange };
}

/** One row per lease and epoch, however many changes rest on it. */
function fencePlaceOf(
  { venueAccount, epoch }: NonNullable<EncodedChange["fence"]>,
  places: Map<string, number>,
  rows: Rows["fences"],
): number {
  const key = `${venueAccountKey(venueAccount)}/${epoch}`;
  const known = places.get(key);
  if (known !== undefined) return known;
  const n = places.size;
  places.set(key, n);
  rows.push({ n, account: venueAccount.account, venue: venueAccount.venue, epoch });
  return n;
}

function flushText(included: readonly TableName[]): string {
  const firsts = new Map<TableName, number>();
  let parameters = 0;
  for (const table of included) {
    firsts.set(table, parameters + 1);
    parameters += batches[table].names.length;
  }
  const fenced = firsts.has("fences");
  const sqlOf = (table: TableName) => parts[table](firsts.get(table) ?? 0, fenced);
  const writers = [...(firsts.has("placed") ? ["placed_n"] : []), ...(firsts.has("moved") ? ["moved"] : [])];
  const written = `written AS (${writers.map((writer) => `SELECT n FROM ${writer}`).join(" UNION ALL ")})`;
  const orders = included.filter(isOrderPart).map(sqlOf);
  const others = included.filter((table) => !isOrderPart(table)).map(sqlOf);
  return `WITH ${[...orders, written, ...others].join(",\n")}
    SELECT (SELECT array_agg(n) FROM written) AS written,
      ${fenced ? "(SELECT array_agg(n) FROM fences)" : "NULL::integer[]"} AS held,
      (SELECT pg_notify('${channel}', '') FROM written LIMIT 1) AS notified`;
}

/** Whether a part decides what is written; the rest hangs on it. */
function isOrderPart(table: TableName): boolean {
  return table === "fences" || table === "placed" || table === "moved";
}

/** Rows whose change was written. IS TRUE keeps the planner from making a join of it: it is a look-up in a hash. */
function ofWritten(alias: string): string {
  return `(${alias}.n IN (SELECT n FROM written)) IS TRUE`;
}

function fenceHolds(fenced: boolean): string {
  return fenced ? "(r.fence IS NULL OR r.fence IN (SELECT n FROM fences))" : "TRUE";
}

/** Parts of their own names: `fills` is the table. */
function cteOf(table: TableName): string {
  return isOrderPart(table) ? table : `${table}_written`;
}

function insert(table: TableName, into: string, first: number, rest: string): string {
  const batch = batches[table];
  const names = batch.names.filter((name) => name !== "n" && name !== "fence");
  const values = names.map((name) => batch.value(name, `r.${name}`));
  return `${cteOf(table)} AS (INSERT INTO ${into} (${names.join(", ")})
    SELECT ${values.join(", ")} FROM ${batch.from("r", first)} ${rest})`;
}

/** Postings to one row are added up first, and rows are locked in one order, whoever writes. */
function addUp(table: "positions" | "holdings", key: readonly string[], first: number): string {
  const batch = batches[table];
  const keys = key.map((name) => `r.${name}`).join(", ");
  const openedAt = batch.value("opened_at", "min(r.opened_at)");
  const updatedAt = batch.value("updated_at", "max(r.updated_at)");
  return `${cteOf(table)} AS (INSERT INTO ${table} (${key.join(", ")}, quantity, simulated, opened_at, updated_at)
    SELECT ${keys}, sum(r.quantity), bool_or(r.simulated), ${openedAt}, ${updatedAt}
    FROM ${batch.from("r", first)} WHERE ${ofWritten("r")} GROUP BY ${keys} ORDER BY ${keys}
    ON CONFLICT (${key.join(", ")}) DO UPDATE SET quantity = ${table}.quantity + excluded.quantity,
      updated_at = greatest(${table}.updated_at, excluded.updated_at))`;
}

const parts: Readonly<Record<TableName, (first: number, fenced: boolean) => string>> = {
  // FOR SHARE: a takeover that comes meanwhile waits for this transaction, or this one for it and then finds it.
  fences: (first) => `fences AS (SELECT r.n FROM ${tables.fences.from("r", first)}
    JOIN venue_account_leases l ON l.account = r.account AND l.venue = r.venue
      AND l.epoch = r.epoch AND l.expires_at > clock_timestamp() FOR SHARE OF l)`,
  placed(first, fenced) {
    const orderIds = first + tables.placed.names.indexOf("order_id");
    return `${insert(
      "placed",
      "orders",
      first,
      `WHERE ${fenceHolds(fenced)}
      ON CONFLICT (client_order_id, account) DO NOTHING RETURNING order_id`,
    )},
      placed_n AS (SELECT r.n FROM unnest($${first}::integer[], $${orderIds}::uuid[]) AS r (n, order_id)
        WHERE (r.order_id IN (SELECT order_id FROM placed)) IS TRUE)`;
  },
  moved(first, fenced) {
    const set = columnNames(orderProgressColumns).map((name) => `${name} = ${tables.moved.value(name, `r.${name}`)}`);
    return `moved AS (UPDATE orders o SET ${set.join(", ")} FROM ${tables.moved.from("r", first)}
      WHERE o.order_id = r.order_id AND o.version = r.version_before AND ${fenceHolds(fenced)} RETURNING r.n)`;
  },
  events: (first) => insert("events", "order_events", first, `WHERE ${ofWritten("r")}`),
  prepared: (first) => insert("prepared", "attempts", first, `WHERE ${ofWritten("r")}`),
  answers: (first) => `${cteOf("answers")} AS (UPDATE attempts a SET outcome = r.outcome,
      raw_answer = coalesce(r.raw_answer, a.raw_answer), answered_at = ${tables.answers.value("answered_at", "r.answered_at")}
    FROM ${tables.answers.from("r", first)}
    WHERE a.order_id = r.order_id AND a.number = r.number AND ${ofWritten("r")})`,
  fills: (first) => insert("fills", "fills", first, `WHERE ${ofWritten("r")}`),
  positions: (first) => addUp("positions", ["position_id", "instrument", "account", "venue"], first),
  holdings: (first) => addUp("holdings", ["account", "instrument", "venue"], first),
};
