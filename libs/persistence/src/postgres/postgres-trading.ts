import {
  type ControlEvent,
  type ControlEventLog,
  restrictionsMax,
  type ScopedTradingState,
  SurefillError,
  type TradingStateChange,
  type TradingStateStore,
} from "@surefill/core";
import type { ClientBase } from "pg";
import { columnNames } from "../row/column.ts";
import {
  type ControlEventRow,
  controlEventColumns,
  controlEventOf,
  controlEventRow,
} from "../row/control-event-row.ts";
import { isoTime } from "../row/iso-time.ts";
import {
  type TradingStateRow,
  tradingStateColumns,
  tradingStateOf,
  tradingStateRow,
} from "../row/trading-state-row.ts";
import { checkLimit } from "../store/limit.ts";
import { sharedByTurn } from "../store/shared-by-turn.ts";
import { channel } from "./flush-statement.ts";
import type { Reader } from "./reader.ts";
import { lockTradingStates } from "./trading-lock.ts";

interface ReadRow extends TradingStateRow {
  readonly last_epoch: number;
}

const readAll = `SELECT t.*, e.last_epoch FROM (SELECT coalesce(max(epoch), 0) AS last_epoch FROM trading_states) e
  LEFT JOIN trading_states t ON t.state <> 'ACTIVE' ORDER BY t.epoch`;

/** The TradingStateStore over Postgres. */
export function postgresTradingStates(reader: Reader, open: () => void): TradingStateStore {
  // Each order asks when it is placed and when it is sent: under load they come together.
  const readShared = sharedByTurn(() => reader.read<ReadRow>("trading_states", readAll));
  return {
    async set(change) {
      open();
      return reader.transaction((client) => setTradingState(client, change));
    },
    async read() {
      open();
      const rows = await readShared();
      // Without a restriction there is one row, of which only the epoch is there.
      const restrictions = rows.filter(({ state }) => state !== null).map(tradingStateOf);
      return { epoch: rows[0]?.last_epoch ?? 0, restrictions };
    },
  };
}

/** The ControlEventLog over Postgres: writers have the lock of trading states, so numbers count in commit order. */
export function postgresControlEvents(reader: Reader, open: () => void): ControlEventLog {
  return {
    async after(after, limit) {
      open();
      checkLimit(limit);
      const text = "SELECT * FROM control_events WHERE number > $1 ORDER BY number LIMIT $2";
      return (await reader.read<ControlEventRow>("control_events", text, [after, limit])).map(controlEventOf);
    },
  };
}

/** Sets a state and the epoch of every lease, in the caller's transaction. */
export async function setTradingState(client: ClientBase, change: TradingStateChange): Promise<ScopedTradingState> {
  await lockTradingStates(client);
  const { account, venue, instrument } = tradingStateRow(change, 0);
  const { rows } = await client.query<{ before: TradingStateRow["state"] | null; epoch: number; others: number }>(
    `SELECT max(state) FILTER (WHERE is_this) AS before, coalesce(max(epoch), 0) AS epoch,
        count(*) FILTER (WHERE state <> 'ACTIVE' AND NOT is_this) AS others
      FROM (SELECT *, (account, venue, instrument) = ($1, $2, $3) AS is_this FROM trading_states) AS t`,
    [account, venue, instrument],
  );
  const { before, epoch, others } = rows[0] ?? { before: null, epoch: 0, others: 0 };
  if (change.state !== "ACTIVE" && others >= restrictionsMax) {
    throw new SurefillError("OVERLOADED", `${restrictionsMax} scopes are restricted already; lift some`);
  }
  const row = tradingStateRow(change, epoch + 1);
  await upsertState(client, row);
  await client.query("UPDATE venue_account_leases SET trading_epoch = $1", [row.epoch]);
  const { scope, operator, reason, at } = change;
  await insertControlEvent(client, {
    ...{ scope, operator, reason, at },
    cause: { type: "trading_state.changed", from: before ?? "ACTIVE", to: change.state },
  });
  await client.query("SELECT pg_notify($1, '')", [channel]);
  return tradingStateOf(row);
}

async function upsertState(client: ClientBase, row: TradingStateRow): Promise<void> {
  const names = columnNames(tradingStateColumns);
  const values = names.map((name) => (name === "at" ? isoTime(tradingStateOf(row).at) : row[name]));
  await client.query(
    `INSERT INTO trading_states (${names.join(", ")}) VALUES (${names.map((_, place) => `$${place + 1}`).join(", ")})
      ON CONFLICT (account, venue, instrument) DO UPDATE SET state = excluded.state, operator = excluded.operator,
        reason = excluded.reason, at = excluded.at, epoch = excluded.epoch`,
    values,
  );
}

/** In a transaction that has the lock of trading states. */
export async function insertControlEvent(client: ClientBase, event: Omit<ControlEvent, "number">): Promise<void> {
  const names = columnNames(controlEventColumns).filter((name) => name !== "number");
  const row = controlEventRow(event, 0);
  const values = names.map((name) => (name === "at" ? isoTime(event.at) : row[name]));
  await client.query(
    `INSERT INTO control_events (number, ${names.join(", ")})
      SELECT coalesce(max(number), 0) + 1, ${names.map((name, place) => `$${place + 1}${casts[name] ?? ""}`).join(", ")}
      FROM control_events`,
    values,
  );
}

const casts: Readonly<Record<string, string>> = { at: "::timestamptz", cause: "::json" };
