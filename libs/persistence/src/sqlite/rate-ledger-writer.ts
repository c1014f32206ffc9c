import type { Database } from "better-sqlite3";
import type { RateLedgerRow } from "../row/rate-ledger-row.ts";
import type { WriteTransaction } from "./write-transaction.ts";

/** A replacement of a ledger, if its version is still `versionBefore`; 0 where there is none yet. */
export interface RateLedgerCall extends Omit<RateLedgerRow, "version"> {
  readonly versionBefore: number;
}

/** Ledgers of requests in SQLite. Runs in the worker thread. */
export class RateLedgerWriter {
  /** Whether it was written. */
  readonly replace: (call: RateLedgerCall) => boolean;

  constructor(database: Database, transactions: WriteTransaction) {
    const insert = database.prepare<[string, string, string]>(
      "INSERT INTO rate_ledgers (account, venue, version, ledger) VALUES (?, ?, 1, ?) ON CONFLICT DO NOTHING",
    );
    const update = database.prepare<[string, string, string, number]>(
      "UPDATE rate_ledgers SET version = version + 1, ledger = ? WHERE account = ? AND venue = ? AND version = ?",
    );
    const replaceNow = ({ account, venue, versionBefore, ledger }: RateLedgerCall): boolean => {
      const { changes } =
        versionBefore === 0 ? insert.run(account, venue, ledger) : update.run(ledger, account, venue, versionBefore);
      return changes > 0;
    };
    this.replace = (call) => transactions.run(() => replaceNow(call));
  }
}
