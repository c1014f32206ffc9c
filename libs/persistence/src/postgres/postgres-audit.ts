import { type AuditedBalance, type AuditReader, type BalanceKey, orderId, signedQuantity } from "@surefill/core";
import type { QueryResultRow } from "pg";
import { type BalanceKeyRow, balanceKeyOf } from "../audit/balance-key.ts";
import { type NamesakeRow, orderDossiers } from "../audit/order-dossiers.ts";
import { storedRow } from "../audit/stored-row.ts";
import type { AttemptRow } from "../row/attempt-row.ts";
import type { EventRow } from "../row/event-row.ts";
import type { FillRow } from "../row/fill-row.ts";
import { type OrderRow, orderProgressRow, orderTermsRow } from "../row/order-row.ts";
import { checkLimit } from "../store/limit.ts";
import type { Reader } from "./reader.ts";

const ofThese = "order_id = ANY ($1::uuid[])";
const beforeAll = "00000000-0000-0000-0000-000000000000";

const namesakes = `SELECT o.order_id, other.order_id AS other FROM orders o
  JOIN orders other USING (client_order_id, account) WHERE o.${ofThese} AND other.order_id <> o.order_id`;

/** The AuditReader over Postgres: each call is one statement, or one snapshot, that no writer waits for. */
export function postgresAudit(reader: Reader, open: () => void): AuditReader {
  return {
    async size() {
      open();
      const text = `SELECT (SELECT count(*) FROM orders) AS orders,
        (SELECT count(*) FROM positions) + (SELECT count(*) FROM holdings) AS balances`;
      const [row] = await reader.read<{ orders: number; balances: number }>("audit_size", text);
      return row ?? { orders: 0, balances: 0 };
    },
    async orderIds(after, limit) {
      open();
      checkLimit(limit);
      const text = "SELECT order_id FROM orders WHERE order_id > $1 ORDER BY order_id LIMIT $2";
      const rows = await reader.read<{ order_id: string }>("audit_ids", text, [after ?? beforeAll, limit]);
      return rows.map(({ order_id }) => orderId(order_id));
    },
    async dossiers(orderIds, eventsMax) {
      open();
      checkLimit(orderIds.length);
      return reader.snapshot(async (client) => {
        const read = async <Row extends QueryResultRow>(text: string, ...values: readonly unknown[]) =>
          (await client.query<Row>(text, [orderIds, ...values])).rows;
        const limit = eventsMax + 1;
        const events = await read<EventRow>(`SELECT * FROM order_events WHERE ${ofThese} ORDER BY seq LIMIT $2`, limit);
        if (events.length > eventsMax) return undefined;
        return orderDossiers({
          orders: await read<OrderRow>(`SELECT * FROM orders WHERE ${ofThese}`),
          events,
          fills: await read<FillRow>(`SELECT * FROM fills WHERE ${ofThese} ORDER BY seq LIMIT $2`, limit),
          attempts: await read<AttemptRow>(`SELECT * FROM attempts WHERE ${ofThese} ORDER BY order_id, number`),
          namesakes: await read<NamesakeRow>(namesakes),
        });
      });
    },
    rowOf: (order) => storedRow({ ...orderTermsRow(order), ...orderProgressRow(order) }),
    async balanceKeys(of, after, limit) {
      open();
      checkLimit(limit);
      return (await tables[of].keys(reader, after, limit)).map(balanceKeyOf);
    },
    async balances(keys, fillsMax) {
      open();
      checkLimit(Math.max(keys.length, 1));
      const isPosition = (key: BalanceKey) => key.positionId !== undefined;
      const positions = keys.filter(isPosition);
      const holdings = keys.filter((key) => !isPosition(key));
      const found = new Map<BalanceKey, AuditedBalance>();
      for (const balance of await tables.POSITIONS.balances(reader, positions, fillsMax))
        found.set(balance.key, balance);
      for (const balance of await tables.HOLDINGS.balances(reader, holdings, fillsMax)) found.set(balance.key, balance);
      return keys.map((key) => found.get(key) ?? { key });
    },
  };
}

const tables = { POSITIONS: balanceTable(true), HOLDINGS: balanceTable(false) };

interface BalanceRow {
  readonly n: number;
  readonly stored: string | null;
  readonly fills: number;
  readonly summed: string | null;
}

/** Positions or holdings beside their fills; each page is one statement, so both are of the same moment. */
function balanceTable(ofPositions: boolean) {
  const table = ofPositions ? "positions" : "holdings";
  const names = [...(ofPositions ? ["position_id"] : []), "instrument", "account", "venue"] as const;
  const columns = names.join(", ");
  const parameters = names.map((_, place) => `$${place + 2}`).join(", ");
  const keys = `SELECT ${columns} FROM ${table} WHERE $1 OR (${columns}) > (${parameters})
    ORDER BY ${columns} LIMIT $${names.length + 2}`;
  const arrays = names.map((_, place) => `$${place + 2}::text[]`).join(", ");
  const isThis = names.map((name) => `f.${name} = k.${name}`).join(" AND ");
  const balances = `SELECT k.n::integer AS n, b.quantity AS stored, s.fills, s.summed
    FROM unnest(${arrays}) WITH ORDINALITY AS k(${columns}, n)
    LEFT JOIN ${table} b USING (${columns})
    CROSS JOIN LATERAL (SELECT count(*) AS fills, coalesce(sum(change), 0) AS summed FROM (
      SELECT CASE f.side WHEN 'SELL' THEN -f.last_quantity ELSE f.last_quantity END
        - CASE WHEN f.fee_asset = o.base THEN f.fee_amount ELSE 0 END AS change
      FROM fills f LEFT JOIN orders o USING (order_id) WHERE ${isThis} LIMIT $1::bigint + 1) AS changes) AS s`;
  const values = ({ positionId, instrument, account, venue }: BalanceKey): readonly string[] => [
    ...(ofPositions ? [positionId ?? ""] : []),
    ...[instrument, account, venue],
  ];

  return {
    keys(reader: Reader, after: BalanceKey | undefined, limit: number): Promise<readonly BalanceKeyRow[]> {
      const from = after === undefined ? names.map(() => "") : values(after);
      return reader.read<BalanceKeyRow>(`audit_${table}`, keys, [after === undefined, ...from, limit]);
    },
    async balances(reader: Reader, of: readonly BalanceKey[], fillsMax: number): Promise<readonly AuditedBalance[]> {
      if (of.length === 0) return [];
      const transposed = names.map((_, place) => of.map((key) => values(key)[place]));
      const rows = await reader.read<BalanceRow>(`audit_sums_of_${table}`, balances, [fillsMax, ...transposed]);
      return rows.flatMap(({ n, stored, fills, summed }) => {
        const key = of[n - 1];
        if (key === undefined) return [];
        return {
          key,
          ...(stored === null ? {} : { stored: signedQuantity(stored) }),
          ...(fills > fillsMax || summed === null ? {} : { summed: signedQuantity(summed) }),
        };
      });
    },
  };
}
