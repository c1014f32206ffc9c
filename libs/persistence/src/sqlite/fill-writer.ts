import type { Database } from "better-sqlite3";
import { columnNames } from "../row/column.ts";
import { type UnmatchedFillRow, unmatchedFillColumns } from "../row/unmatched-fill-row.ts";
import type { SqliteValue } from "./change-message.ts";
import type { WriteTransaction } from "./write-transaction.ts";

/** A fill cursor as it is stored. */
export interface FillCursorRow {
  readonly account: string;
  readonly venue: string;
  readonly next: string | null;
  readonly since: number;
}

/** Which unmatched fills are given up. */
export interface PruneCall {
  readonly account: string;
  readonly venue: string;
  readonly before: number;
  readonly countMax: number;
}

/** Fill cursors and unmatched fills in SQLite: a transaction a call. Runs in the worker thread. */
export class FillWriter {
  readonly saveCursor: (row: FillCursorRow) => void;
  readonly keep: (rows: readonly UnmatchedFillRow[]) => void;
  readonly remove: (seqs: readonly number[]) => void;
  readonly prune: (call: PruneCall) => number;

  constructor(database: Database, transactions: WriteTransaction) {
    const saveCursor = database.prepare<[FillCursorRow]>(
      `INSERT INTO fill_cursors (account, venue, next, since) VALUES (:account, :venue, :next, :since)
        ON CONFLICT DO UPDATE SET next = excluded.next, since = excluded.since`,
    );
    const names = columnNames<UnmatchedFillRow>(unmatchedFillColumns);
    const insert = database.prepare<[Record<string, SqliteValue>]>(
      `INSERT INTO unmatched_fills (${names.join(", ")}) VALUES (${names.map((name) => `:${name}`).join(", ")})
        ON CONFLICT DO NOTHING`,
    );
    const remove = database.prepare<[number]>("DELETE FROM unmatched_fills WHERE seq = ?");
    const prune = database.prepare<[PruneCall]>(
      `DELETE FROM unmatched_fills WHERE account = :account AND venue = :venue AND (kept_at < :before OR seq <=
        (SELECT seq FROM unmatched_fills WHERE account = :account AND venue = :venue
          ORDER BY seq DESC LIMIT 1 OFFSET :countMax))`,
    );
    this.saveCursor = (row) => transactions.run(() => saveCursor.run(row));
    this.keep = (rows) =>
      transactions.run(() => {
        for (const row of rows) insert.run({ ...row });
      });
    this.remove = (seqs) =>
      transactions.run(() => {
        for (const seq of seqs) remove.run(seq);
      });
    this.prune = (call) => transactions.run(() => prune.run(call).changes);
  }
}
