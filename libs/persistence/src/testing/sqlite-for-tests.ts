import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OpenedStore } from "@surefill/core/testing/order-store-conformance";
import { openDatabase } from "../sqlite/open-database.ts";
import { openSqliteStore } from "../sqlite/open-sqlite-store.ts";

/** A SQLite store in a directory of its own, which goes with it. */
export async function openSqliteForTests(): Promise<OpenedStore & { readonly file: string }> {
  const directory = await mkdtemp(join(tmpdir(), "surefill-sqlite-"));
  const file = join(directory, "surefill.db");
  const store = await openSqliteStore(file);
  return {
    file,
    store,
    another: () => openSqliteStore(file),
    async passTime(ms) {
      const database = await openDatabase(file);
      database.prepare("UPDATE venue_account_leases SET expires_at = expires_at - ?").run(ms * 1_000);
      database.close();
    },
    async dispose() {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
}
