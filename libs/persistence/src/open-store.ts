import type { Log, Store } from "@surefill/core";

/** Which database: a file of one machine, or a Postgres that several servers share. */
export type StoreConfig =
  | { readonly kind: "sqlite"; readonly file: string }
  | { readonly kind: "postgres"; readonly url: string };

/**
 * Opens the database, brings its schema up to date and gives the ports over it.
 * @throws SurefillError STORE_UNAVAILABLE with what to do when it can't be reached or used.
 */
export async function openStore(config: StoreConfig, { log }: { readonly log: Log }): Promise<Store> {
  switch (config.kind) {
    case "sqlite": {
      const { openSqliteStore } = await import("./sqlite/open-sqlite-store.ts");
      return openSqliteStore(config.file);
    }
    case "postgres": {
      const { openPostgresStore } = await import("./postgres/open-postgres-store.ts");
      return openPostgresStore(config.url, log);
    }
  }
}
