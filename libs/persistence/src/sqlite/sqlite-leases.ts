import { type LeaseStore, type VenueAccount, venueAccountKey } from "@surefill/core";
import type { Database } from "better-sqlite3";
import type { WriterThread } from "./writer-thread.ts";

/** The LeaseStore over SQLite. The machine's clock is the database's: every process on the file has the same. */
export function sqliteLeases(database: Database, writer: WriterThread, open: () => void): LeaseStore {
  const held = database.prepare<[string, number], Pick<VenueAccount, "venue" | "account">>(
    `SELECT venue, account FROM venue_account_leases
      WHERE (venue, account) IN (SELECT value ->> 'venue', value ->> 'account' FROM json_each(?)) AND expires_at > ?`,
  );
  return {
    async acquire({ venue, account }, owner, ttlMs) {
      open();
      if (!(ttlMs > 0)) throw new RangeError(`a lease of ${ttlMs} ms`);
      return writer.call("acquire", { venue, account, owner, ttlMs });
    },
    async release({ venue, account }, owner) {
      open();
      await writer.call("release", { venue, account, owner });
    },
    async held(venueAccounts) {
      open();
      const keys = new Set(held.all(JSON.stringify(venueAccounts), Date.now() * 1_000).map(venueAccountKey));
      return venueAccounts.filter((venueAccount) => keys.has(venueAccountKey(venueAccount)));
    },
  };
}
