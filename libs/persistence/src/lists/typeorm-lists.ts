import { type OrderLists, type Page, type PageRequest, wallTime } from "@surefill/core";
import type { DataSource, SelectQueryBuilder } from "typeorm";
import { type FillRow, fillOf } from "../row/fill-row.ts";
import { isoTime } from "../row/iso-time.ts";
import { type OrderRow, orderOf } from "../row/order-row.ts";
import { type HoldingRow, holdingOf, type PositionRow, positionOf } from "../row/position-row.ts";
import { type TableName, tables } from "../schema/entities.ts";
import { checkLimit } from "../store/limit.ts";
import { type PageKey, pageKey, pageToken } from "./page-token.ts";

/** How a list is sorted, newest first, and turned into values. */
interface List<Row, Item> {
  readonly table: TableName;
  /** Columns that tell every two rows apart, the first by age. */
  readonly sort: readonly (keyof Row & string)[];
  readonly decode: (row: Row) => Item;
}

const orders: List<OrderRow, ReturnType<typeof orderOf>> = { table: "orders", sort: ["order_id"], decode: orderOf };

const fills: List<FillRow & { readonly seq: number }, ReturnType<typeof fillOf>> = {
  table: "fills",
  sort: ["seq"],
  decode: fillOf,
};

const positions: List<PositionRow, ReturnType<typeof positionOf>> = {
  table: "positions",
  sort: ["opened_at", "position_id", "instrument", "account", "venue"],
  decode: positionOf,
};

const holdings: List<HoldingRow, ReturnType<typeof holdingOf>> = {
  table: "holdings",
  sort: ["opened_at", "instrument", "account", "venue"],
  decode: holdingOf,
};

/**
 * The OrderLists through TypeORM's QueryBuilder: keyset pages, which neither repeat nor leave out a row however many
 * are added meanwhile. Order ids are UUIDv7, so orders are listed by id; fills by the order of recording.
 */
export function typeormLists(dataSource: DataSource, open: () => void): OrderLists {
  return {
    async orders(filter, page) {
      open();
      const { account, venue, instrument, strategyId, states } = filter;
      const equal = { account, venue, instrument, strategy_id: strategyId, state: states };
      return pageOf(dataSource, orders, filter, equal, page);
    },
    async fills(filter, page) {
      open();
      const { orderId, account, venue, instrument, positionId } = filter;
      const equal = { order_id: orderId, account, venue, instrument, position_id: positionId };
      return pageOf(dataSource, fills, filter, equal, page);
    },
    async positions(filter, page) {
      open();
      const { account, venue } = filter;
      return pageOf(dataSource, positions, filter, { account, venue }, page);
    },
    async holdings(filter, page) {
      open();
      const { account, venue } = filter;
      return pageOf(dataSource, holdings, filter, { account, venue }, page);
    },
  };
}

async function pageOf<Row extends object, Item>(
  dataSource: DataSource,
  list: List<Row, Item>,
  filter: object,
  equal: Readonly<Record<string, string | readonly string[] | undefined>>,
  { size, token }: PageRequest,
): Promise<Page<Item>> {
  checkLimit(size);
  const after = token === undefined ? undefined : pageKey(list.table, filter, list.sort.length, token);
  const query = select(dataSource, list);
  for (const [column, value] of Object.entries(equal)) narrow(query, column, value);
  if (after !== undefined) goOn(query, list.sort, after, dataSource.options.type === "postgres");
  const rows = await query.limit(size + 1).getRawMany<Row>();
  const shown = rows.slice(0, size);
  const items = shown.map(list.decode);
  const last = shown.at(-1);
  if (last === undefined || rows.length <= size) return { items };
  return { items, nextPageToken: pageToken(list.table, filter, keyOf(last, list.sort)) };
}

function select<Row, Item>(dataSource: DataSource, { table, sort }: List<Row, Item>): SelectQueryBuilder<object> {
  const query = dataSource.createQueryBuilder<object>(table, "r").select([]);
  for (const column of Object.keys(tables[table].columns)) query.addSelect(`r.${column}`, column);
  for (const column of sort) query.addOrderBy(`r.${column}`, "DESC");
  return query;
}

/** Rows behind `after`, which row values compare as a whole; Postgres compares times with times. */
function goOn(query: SelectQueryBuilder<object>, sort: readonly string[], after: PageKey, isPostgres: boolean): void {
  const values = after.map((part, place) =>
    isPostgres && sort[place] === "opened_at" ? isoTime(wallTime(Number(part))) : part,
  );
  const names = values.map((_, place) => `:after${place}`);
  const parameters = Object.fromEntries(values.map((value, place) => [`after${place}`, value]));
  query.andWhere(`(${sort.map((column) => `r.${column}`).join(", ")}) < (${names.join(", ")})`, parameters);
}

function narrow(
  query: SelectQueryBuilder<object>,
  column: string,
  value: string | readonly string[] | undefined,
): void {
  if (value === undefined) return;
  if (typeof value === "string") query.andWhere(`r.${column} = :${column}`, { [column]: value });
  else if (value.length === 0) query.andWhere("1 = 0");
  else query.andWhere(`r.${column} IN (:...${column})`, { [column]: value });
}

function keyOf<Row>(row: Row, sort: readonly (keyof Row & string)[]): PageKey {
  return sort.map((column) => {
    const part = row[column];
    return typeof part === "number" ? part : String(part);
  });
}
