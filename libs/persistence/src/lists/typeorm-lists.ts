import { type OrderLists, type OrderState, type Page, type PageRequest, venueId, wallTime } from "@surefill/core";
import type { DataSource, SelectQueryBuilder } from "typeorm";
import { type FillRow, fillOf } from "../row/fill-row.ts";
import { isoTime } from "../row/iso-time.ts";
import { type OrderRow, orderOf } from "../row/order-row.ts";
import { type HoldingRow, holdingOf, type PositionRow, positionOf } from "../row/position-row.ts";
import { type Dialect, type TableName, tables } from "../schema/entities.ts";
import { checkLimit } from "../store/limit.ts";
import { type PageKey, pageKey, pageToken } from "./page-token.ts";

/** How a list is sorted, newest first unless it says otherwise, and turned into values. */
interface List<Row, Item> {
  /** In page tokens; the table's name unless given. */
  readonly name?: string;
  readonly table: TableName;
  /** Columns that tell every two rows apart, the first by age. */
  readonly sort: readonly (keyof Row & string)[];
  readonly oldestFirst?: true;
  /** What stands for a column of `sort` that the table does not have. */
  readonly computed?: Readonly<Record<string, { readonly [D in Dialect]: string }>>;
  readonly decode: (row: Row) => Item;
}

const orders: List<OrderRow, ReturnType<typeof orderOf>> = { table: "orders", sort: ["order_id"], decode: orderOf };

/** A handful among the live ones, so the index of those is enough; an index on a state would slow each transition. */
const inDoubt: List<OrderRow & { readonly doubt_since: number }, ReturnType<typeof orderOf>> = {
  name: "in_doubt",
  table: "orders",
  sort: ["doubt_since", "order_id"],
  oldestFirst: true,
  computed: {
    doubt_since: {
      postgres: "(r.state_times ->> 'IN_DOUBT')::bigint",
      sqlite: "(r.state_times ->> 'IN_DOUBT')",
    },
  },
  decode: orderOf,
};

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

interface OpenCountRow {
  readonly venue: string;
  readonly state: OrderState;
  /** 64 bits, which Postgres' driver gives as text. */
  readonly orders: number | string;
  readonly since: number | string;
}

const openCounts = {
  postgres: `SELECT venue, state, count(*) AS orders, min(CAST(state_times ->> state AS bigint)) AS since
    FROM orders WHERE is_open GROUP BY venue, state`,
  sqlite: `SELECT venue, state, count(*) AS orders, min(state_times ->> state) AS since
    FROM orders WHERE is_open = 1 GROUP BY venue, state`,
} as const;

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
    async openCounts() {
      open();
      const isPostgres = dataSource.options.type === "postgres";
      const rows: OpenCountRow[] = await dataSource.query(isPostgres ? openCounts.postgres : openCounts.sqlite);
      return rows.map(({ venue, state, orders, since }) => ({
        venue: venueId(venue),
        state,
        orders: Number(orders),
        since: wallTime(Number(since)),
      }));
    },
    async inDoubt(filter, page) {
      open();
      const { account, venue } = filter;
      const isOpen = dataSource.options.type === "postgres" ? "r.is_open" : "r.is_open = 1";
      return pageOf(dataSource, inDoubt, filter, { account, venue, state: "IN_DOUBT" }, page, isOpen);
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
  condition?: string,
): Promise<Page<Item>> {
  checkLimit(size);
  const name = list.name ?? list.table;
  const dialect: Dialect = dataSource.options.type === "postgres" ? "postgres" : "sqlite";
  const after = token === undefined ? undefined : pageKey(name, filter, list.sort.length, token);
  const query = select(dataSource, list, dialect);
  if (condition !== undefined) query.andWhere(condition);
  for (const [column, value] of Object.entries(equal)) narrow(query, column, value);
  if (after !== undefined) goOn(query, list, after, dialect);
  const rows = await query.limit(size + 1).getRawMany<Row>();
  const shown = rows.slice(0, size);
  const items = shown.map(list.decode);
  const last = shown.at(-1);
  if (last === undefined || rows.length <= size) return { items };
  return { items, nextPageToken: pageToken(name, filter, keyOf(last, list.sort)) };
}

function select<Row, Item>(
  dataSource: DataSource,
  { table, sort, computed = {}, oldestFirst }: List<Row, Item>,
  dialect: Dialect,
): SelectQueryBuilder<object> {
  const query = dataSource.createQueryBuilder<object>(table, "r").select([]);
  for (const column of Object.keys(tables[table].columns)) query.addSelect(`r.${column}`, column);
  for (const [column, sql] of Object.entries(computed)) query.addSelect(sql[dialect], column);
  for (const column of sort) {
    query.addOrderBy(computed[column] === undefined ? `r.${column}` : column, oldestFirst ? "ASC" : "DESC");
  }
  return query;
}

/** Rows behind `after`, which row values compare as a whole; Postgres compares times with times. */
function goOn<Row, Item>(
  query: SelectQueryBuilder<object>,
  { sort, computed = {}, oldestFirst }: List<Row, Item>,
  after: PageKey,
  dialect: Dialect,
): void {
  const values = after.map((part, place) =>
    dialect === "postgres" && sort[place] === "opened_at" ? isoTime(wallTime(Number(part))) : part,
  );
  const names = values.map((_, place) => `:after${place}`);
  const parameters = Object.fromEntries(values.map((value, place) => [`after${place}`, value]));
  const columns = sort.map((column) => computed[column]?.[dialect] ?? `r.${column}`);
  query.andWhere(`(${columns.join(", ")}) ${oldestFirst ? ">" : "<"} (${names.join(", ")})`, parameters);
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
