import type { RateLedgerStore } from "@surefill/core";
import { ledgerJson, noAccount, type RateLedgerRow, storedLedger } from "../row/rate-ledger-row.ts";
import type { Reader } from "./reader.ts";

type LedgerRow = { readonly [K in "version" | "ledger"]: RateLedgerRow[K] | null } & { readonly now: number };

/** One row whether there is a ledger or not, for the clock is wanted either way. */
const read = `SELECT clock_timestamp() AS now, l.version, l.ledger FROM (SELECT) AS always
  LEFT JOIN rate_ledgers l ON l.account = $1 AND l.venue = $2`;

const insert = `INSERT INTO rate_ledgers (account, venue, version, ledger) VALUES ($1, $2, 1, $3)
  ON CONFLICT DO NOTHING RETURNING version`;

const update = `UPDATE rate_ledgers SET version = version + 1, ledger = $3
  WHERE account = $1 AND venue = $2 AND version = $4 RETURNING version`;

/** The RateLedgerStore over Postgres: time is the server's, the same for all. */
export function postgresRates(reader: Reader, open: () => void): RateLedgerStore {
  return {
    async read({ venue, account = noAccount }) {
      open();
      const [row] = await reader.read<LedgerRow>("rate_ledger_read", read, [account, venue]);
      const { version = null, ledger = null, now = 0 } = row ?? {};
      return storedLedger(version === null || ledger === null ? undefined : { version, ledger }, now);
    },
    async replace({ venue, account = noAccount }, versionBefore, ledger) {
      open();
      const values = [account, venue, ledgerJson(ledger)];
      const written =
        versionBefore === 0
          ? await reader.write("rate_ledger_insert", insert, values)
          : await reader.write("rate_ledger_update", update, [...values, versionBefore]);
      return written.length > 0;
    },
  };
}
