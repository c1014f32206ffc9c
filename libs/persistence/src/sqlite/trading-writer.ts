import type { Database } from "better-sqlite3";
import { columnNames } from "../row/column.ts";
import { type ControlEventRow, controlEventColumns } from "../row/control-event-row.ts";
import { type TradingStateRow, tradingStateColumns } from "../row/trading-state-row.ts";
import type { SqliteValue } from "./change-message.ts";
import type { WriteTransaction } from "./write-transaction.ts";

/** A state to set, and the event that tells of it once its number and what was before are known. */
export interface TradingStateCall {
  readonly row: TradingStateRow;
  readonly event: ControlEventRow;
  readonly restrictionsMax: number;
}

/** The epoch of the change, or undefined where too many scopes are restricted. */
export type TradingStateAnswer = number | undefined;

/** Trading states in SQLite: no other writer can come between the statements of one call. Runs in the worker thread. */
export class TradingWriter {
  readonly #transactions: WriteTransaction;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database, transactions: WriteTransaction) {
    this.#transactions = transactions;
    this.#statements = prepare(database);
  }

  set(call: TradingStateCall): TradingStateAnswer {
    return this.#transactions.run(() => this.setInTransaction(call));
  }

  /** As set, in a transaction that the caller has begun. */
  setInTransaction({ row, event, restrictionsMax }: TradingStateCall): TradingStateAnswer {
    const { before, summary, upsert, stampLeases } = this.#statements;
    const scope = [row.account, row.venue, row.instrument];
    const { epoch = 0, others = 0 } = summary.get(scope) ?? {};
    if (row.state !== "ACTIVE" && others >= restrictionsMax) return undefined;
    const from = before.get(scope) ?? "ACTIVE";
    upsert.run(valuesOf({ ...row, epoch: epoch + 1 }, tradingStateNames));
    stampLeases.run([epoch + 1]);
    this.addEvent({ ...event, cause: JSON.stringify({ type: event.type, from, to: row.state }) });
    return epoch + 1;
  }

  /** Adds an event behind the last one, in a transaction that the caller has begun. */
  addEvent(event: ControlEventRow): void {
    const { lastEvent, insertEvent } = this.#statements;
    insertEvent.run(valuesOf({ ...event, number: (lastEvent.get() ?? 0) + 1 }, controlEventNames));
  }
}

const tradingStateNames = columnNames(tradingStateColumns);
const controlEventNames = columnNames(controlEventColumns);

function valuesOf<Row extends { readonly [N in Name]: SqliteValue }, Name extends string>(
  row: Row,
  names: readonly Name[],
): readonly SqliteValue[] {
  return names.map((name) => row[name]);
}

function prepare(database: Database) {
  const inserted = (names: readonly string[]) => `(${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`;
  const isThis = "account = ? AND venue = ? AND instrument = ?";
  return {
    before: database.prepare<[readonly string[]], string>(`SELECT state FROM trading_states WHERE ${isThis}`).pluck(),
    summary: database.prepare<[readonly string[]], { readonly epoch: number; readonly others: number }>(
      `SELECT coalesce(max(epoch), 0) AS epoch,
        coalesce(sum(state <> 'ACTIVE' AND NOT (${isThis})), 0) AS others FROM trading_states`,
    ),
    upsert: database.prepare<[readonly SqliteValue[]]>(
      `INSERT OR REPLACE INTO trading_states ${inserted(tradingStateNames)}`,
    ),
    stampLeases: database.prepare<[readonly SqliteValue[]]>("UPDATE venue_account_leases SET trading_epoch = ?"),
    lastEvent: database.prepare<[], number>("SELECT max(number) FROM control_events").pluck(),
    insertEvent: database.prepare<[readonly SqliteValue[]]>(
      `INSERT INTO control_events ${inserted(controlEventNames)}`,
    ),
  };
}
