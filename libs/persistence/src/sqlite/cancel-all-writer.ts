import type { Database } from "better-sqlite3";
import {
  type CancelAllPartRow,
  type CancelAllRow,
  type CancelAllTargetRow,
  cancelAllColumns,
  cancelAllPartColumns,
  cancelAllTargetColumns,
} from "../row/cancel-all-row.ts";
import { type ColumnValue, columnNames } from "../row/column.ts";
import type { ControlEventRow } from "../row/control-event-row.ts";
import type { SqliteValue } from "./change-message.ts";
import type { TradingStateCall, TradingWriter } from "./trading-writer.ts";
import type { WriteTransaction } from "./write-transaction.ts";

/** A campaign to begin; `ended` tells of the end of one that has nothing to do. */
export interface BeginCall {
  readonly campaign: CancelAllRow;
  readonly parts: readonly CancelAllPartRow[];
  readonly halt: TradingStateCall | undefined;
  readonly started: ControlEventRow;
  readonly ended: ControlEventRow;
}

/** FULL: too many scopes are restricted already; nothing was begun. */
export type BeginAnswer = "BEGUN" | "FOUND" | "FULL";

/** A part as it is now; `ended` tells of the campaign's end where this is the last part to end. */
export interface SavePartCall {
  readonly part: CancelAllPartRow;
  readonly ended: ControlEventRow | undefined;
}

/** CancelAll campaigns in SQLite: one transaction a call. Runs in the worker thread. */
export class CancelAllWriter {
  readonly #transactions: WriteTransaction;
  readonly #trading: TradingWriter;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database, transactions: WriteTransaction, trading: TradingWriter) {
    this.#transactions = transactions;
    this.#trading = trading;
    this.#statements = prepare(database);
  }

  begin({ campaign, parts, halt, started, ended }: BeginCall): BeginAnswer {
    const { isThere, insertCampaign, insertPart, insertOwnTargets } = this.#statements;
    return this.#transactions.run(() => {
      if (isThere.get([campaign.campaign_id]) !== undefined) return "FOUND";
      if (halt !== undefined && this.#trading.setInTransaction(halt) === undefined) return "FULL";
      insertCampaign.run(valuesOf(campaign, campaignNames));
      for (const part of parts) insertPart.run(valuesOf(part, partNames));
      insertOwnTargets.run([campaign.campaign_id]);
      this.#trading.addEvent(started);
      if (parts.length === 0) this.#trading.addEvent(ended);
      return "BEGUN";
    });
  }

  addTargets(rows: readonly CancelAllTargetRow[]): void {
    this.#transactions.run(() => {
      for (const row of rows) this.#statements.insertTarget.run(valuesOf(row, targetNames));
    });
  }

  savePart({ part, ended }: SavePartCall): void {
    const { savePart, isRunning } = this.#statements;
    const { campaign_id, venue, account, state, progress, ended_at } = part;
    this.#transactions.run(() => {
      const { changes } = savePart.run([state, progress, ended_at, campaign_id, venue, account]);
      if (changes === 1 && ended !== undefined && isRunning.get([campaign_id]) === undefined) {
        this.#trading.addEvent(ended);
      }
    });
  }
}

const campaignNames = columnNames(cancelAllColumns);
const partNames = columnNames(cancelAllPartColumns);
const targetNames = columnNames(cancelAllTargetColumns);

function valuesOf<Row extends { readonly [N in Name]: ColumnValue }, Name extends string>(
  row: Row,
  names: readonly Name[],
): readonly SqliteValue[] {
  return names.map((name) => {
    const value: ColumnValue = row[name];
    return typeof value === "boolean" ? Number(value) : value;
  });
}

function prepare(database: Database) {
  const run = (sql: string) => database.prepare<[readonly SqliteValue[]]>(sql);
  const into = (table: string, names: readonly string[]) =>
    `INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`;
  return {
    isThere: run("SELECT 1 FROM cancel_alls WHERE campaign_id = ?"),
    insertCampaign: run(`INSERT ${into("cancel_alls", campaignNames)}`),
    insertPart: run(`INSERT ${into("cancel_all_parts", partNames)}`),
    insertTarget: run(`INSERT OR IGNORE ${into("cancel_all_targets", targetNames)}`),
    // A scope without an instrument is the empty one.
    insertOwnTargets: run(
      `INSERT INTO cancel_all_targets (campaign_id, venue, account, kind, target)
        SELECT parts.campaign_id, orders.venue, orders.account, 'OWN', orders.order_id
          FROM cancel_alls campaign JOIN cancel_all_parts parts ON parts.campaign_id = campaign.campaign_id
            JOIN orders ON orders.venue = parts.venue AND orders.account = parts.account
          WHERE orders.is_open = 1 AND campaign.campaign_id = ?
            AND campaign.instrument IN ('', orders.instrument)
            AND NOT (campaign.keeps_protection AND orders.purpose IN ('STOP', 'TARGET'))`,
    ),
    savePart: run(
      `UPDATE cancel_all_parts SET state = ?, progress = ?, ended_at = ?
        WHERE campaign_id = ? AND venue = ? AND account = ? AND state = 'RUNNING'`,
    ),
    isRunning: run("SELECT 1 FROM cancel_all_parts WHERE campaign_id = ? AND state = 'RUNNING' LIMIT 1"),
  };
}
