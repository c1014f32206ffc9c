import type { RateLedgerStore } from "@surefill/core";
import type { Database } from "better-sqlite3";
import { ledgerJson, noAccount, type RateLedgerRow, storedLedger } from "../row/rate-ledger-row.ts";
import type { WriterThread } from "./writer-thread.ts";

/** The RateLedgerStore over SQLite. The machine's clock is the database's, as for leases. */
export function sqliteRates(database: Database, writer: WriterThread, open: () => void): RateLedgerStore {
  const find = database.prepare<[string, string], Pick<RateLedgerRow, "version" | "ledger">>(
    "SELECT version, ledger FROM rate_ledgers WHERE account = ? AND venue = ?",
  );
  return {
    async read({ venue, account = noAccount }) {
      open();
      return storedLedger(find.get(account, venue), Date.now() * 1_000);
    },
    async replace({ venue, account = noAccount }, versionBefore, ledger) {
      open();
      return writer.call("replaceRateLedger", { venue, account, versionBefore, ledger: ledgerJson(ledger) });
    },
  };
}
