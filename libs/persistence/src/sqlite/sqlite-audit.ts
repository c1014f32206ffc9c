import {
  type AuditedBalance,
  type AuditReader,
  type BalanceKey,
  decimal,
  orderId,
  plus,
  type SignedQuantity,
  signedQuantity,
  subtractFromSignedQuantity,
} from "@surefill/core";
import type { Database } from "better-sqlite3";
import { type BalanceKeyRow, balanceKeyOf } from "../audit/balance-key.ts";
import { type NamesakeRow, orderDossiers } from "../audit/order-dossiers.ts";
import { storedRow } from "../audit/stored-row.ts";
import type { AttemptRow } from "../row/attempt-row.ts";
import type { EventRow } from "../row/event-row.ts";
import type { FillRow } from "../row/fill-row.ts";
import { type OrderRow, orderProgressRow, orderTermsRow } from "../row/order-row.ts";
import { checkLimit } from "../store/limit.ts";
import type { SqliteValue } from "./change-message.ts";

type Parameters = Readonly<Record<string, SqliteValue>>;

/** The AuditReader over SQLite, on this thread's connection: each call is one read transaction. */
export function sqliteAudit(database: Database, open: () => void): AuditReader {
  defineSum(database);
  const all = <Row>(sql: string) => database.prepare<[Parameters], Row>(sql);
  const ofThese = "order_id IN (SELECT value FROM json_each(:orderIds))";
  const count = database.prepare<[], { orders: number; balances: number }>(
    `SELECT (SELECT count(*) FROM orders) AS orders,
      (SELECT count(*) FROM positions) + (SELECT count(*) FROM holdings) AS balances`,
  );
  const ids = all<{ order_id: string }>(
    "SELECT order_id FROM orders WHERE order_id > :after ORDER BY order_id LIMIT :limit",
  );
  const orders = all<OrderRow>(`SELECT * FROM orders WHERE ${ofThese}`);
  const events = all<EventRow>(
    `SELECT * FROM order_events INDEXED BY order_events_version WHERE ${ofThese} ORDER BY seq LIMIT :limit`,
  );
  const fills = all<FillRow>(
    `SELECT * FROM fills INDEXED BY fills_order_id WHERE ${ofThese} ORDER BY seq LIMIT :limit`,
  );
  const attempts = all<AttemptRow>(`SELECT * FROM attempts WHERE ${ofThese} ORDER BY order_id, number`);
  const namesakes = all<NamesakeRow>(
    `SELECT o.order_id, other.order_id AS other FROM orders o
      JOIN orders other USING (client_order_id, account)
      WHERE o.${ofThese} AND other.order_id <> o.order_id`,
  );
  const tables = { POSITIONS: balanceTable(database, true), HOLDINGS: balanceTable(database, false) };

  return {
    async size() {
      open();
      return count.get() ?? { orders: 0, balances: 0 };
    },
    async orderIds(after = orderId("00000000-0000-0000-0000-000000000000"), limit) {
      open();
      checkLimit(limit);
      return ids.all({ after, limit }).map(({ order_id }) => orderId(order_id));
    },
    async dossiers(orderIds, eventsMax) {
      open();
      checkLimit(orderIds.length);
      const these = { orderIds: JSON.stringify(orderIds) };
      const read = database.transaction(() => {
        const found = events.all({ ...these, limit: eventsMax + 1 });
        if (found.length > eventsMax) return undefined;
        return orderDossiers({
          orders: orders.all(these),
          events: found,
          fills: fills.all({ ...these, limit: eventsMax }),
          attempts: attempts.all(these),
          namesakes: namesakes.all(these),
        });
      });
      return read();
    },
    rowOf: (order) => storedRow({ ...orderTermsRow(order), ...orderProgressRow(order) }),
    async balanceKeys(of, after, limit) {
      open();
      checkLimit(limit);
      return tables[of].keys(after, limit);
    },
    async balances(keys, fillsMax) {
      open();
      checkLimit(Math.max(keys.length, 1));
      const read = database.transaction(() =>
        keys.map((key) => tables[key.positionId === undefined ? "HOLDINGS" : "POSITIONS"].balance(key, fillsMax)),
      );
      return read();
    },
  };
}

/** Positions or holdings beside their fills. */
function balanceTable(database: Database, ofPositions: boolean) {
  const table = ofPositions ? "positions" : "holdings";
  const names = [...(ofPositions ? ["position_id"] : []), "instrument", "account", "venue"];
  const place = (prefix: string) => names.map((name) => `${prefix}${name}`).join(", ");
  const isThis = names.map((name) => `f.${name} = :${name}`).join(" AND ");
  const index = ofPositions ? "fills_position" : "fills_account";
  const keys = database.prepare<[Parameters], BalanceKeyRow>(
    `SELECT ${names.join(", ")} FROM ${table} WHERE :isFirst OR (${place("")}) > (${place(":")})
      ORDER BY ${names.join(", ")} LIMIT :limit`,
  );
  const stored = database.prepare<[Parameters], string>(`SELECT quantity FROM ${table} f WHERE ${isThis}`).pluck();
  const count = database
    .prepare<[Parameters], number>(
      `SELECT count(*) FROM (SELECT 1 FROM fills f INDEXED BY ${index} WHERE ${isThis} LIMIT :limit)`,
    )
    .pluck();
  const sum = database.prepare<[Parameters], { gross: string; fees: string }>(
    `SELECT decimal_sum(iif(f.side = 'SELL', '-', '') || f.last_quantity) AS gross,
        decimal_sum(iif(f.fee_asset = o.base, f.fee_amount, '0')) AS fees
        FROM fills f INDEXED BY ${index} LEFT JOIN orders o ON o.order_id = f.order_id WHERE ${isThis}`,
  );

  return {
    keys(after: BalanceKey | undefined, limit: number): readonly BalanceKey[] {
      const from = { ...parametersOf(after), isFirst: after === undefined ? 1 : 0, limit };
      return keys.all(from).map(balanceKeyOf);
    },
    balance(key: BalanceKey, fillsMax: number): AuditedBalance {
      const parameters = parametersOf(key);
      const row = stored.get(parameters);
      const isBounded = (count.get({ ...parameters, limit: fillsMax + 1 }) ?? 0) <= fillsMax;
      return {
        key,
        ...(row === undefined ? {} : { stored: signedQuantity(row) }),
        ...(isBounded ? { summed: summed(sum.get(parameters)) } : {}),
      };
    },
  };

  function parametersOf(key: BalanceKey | undefined): Parameters {
    const { instrument = "", account = "", venue = "" } = key ?? {};
    return { ...(ofPositions ? { position_id: key?.positionId ?? "" } : {}), instrument, account, venue };
  }
}

function summed(sums: { readonly gross: string; readonly fees: string } | undefined): SignedQuantity {
  return subtractFromSignedQuantity(signedQuantity(sums?.gross ?? "0"), decimal(sums?.fees ?? "0"));
}

/** Decimals are text here, which SQL can't add: they are added as everywhere else. */
function defineSum(database: Database): void {
  database.aggregate("decimal_sum", {
    start: "0",
    step: (total: string, next: string) => plus(decimal(total), decimal(next)),
  });
}
