import { randomFillSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Random, Store } from "@surefill/core";
import { openStore, type StoreConfig } from "@surefill/persistence";
import { silentLog } from "@surefill/persistence/testing";
import { Client } from "pg";
import type { Contender } from "./contender.ts";
import { type RunFigures, runInFlight } from "./in-flight.ts";
import { accountOf, type OrderLife, orderLife, venue } from "./order-life.ts";
import { findPgbench, pgbenchScript, runPgbench } from "./pgbench.ts";
import { statementPerTransition } from "./postgres-statement-contender.ts";
import { sqliteTransactionPerTransition } from "./sqlite-transaction-contender.ts";
import { storeContender } from "./store-contender.ts";

export type EntryName = "postgres_store" | "postgres_statement" | "pgbench" | "sqlite_store" | "sqlite_transaction";

/** One who takes a turn in every round. */
export interface Entry {
  readonly name: EntryName;
  readonly title: string;
  /** Fills caches and finds out how many orders a run will need. */
  warmUp(inFlight: number): Promise<void>;
  run(inFlight: number, seconds: number): Promise<RunFigures>;
  close(): Promise<void>;
}

const leaseTtlMs = 24 * 3_600_000;
/** As many as orders in flight at most, so that no two of them wait for one holding or lease. */
const postgresAccounts = 128;
/** What one machine trades for. SQLite has one writer, so that sharing a holding costs nobody anything. */
const sqliteAccounts = 8;
const pgbenchClientsMax = 64;
/** Orders are made before a run, so that making them is not measured; these many fit into memory. */
const livesMax = 60_000;
const warmUpLives = 300;
/** A run may turn out faster than the one before. */
const headroom = 1.3;

/** What making the orders left behind is collected before a run, not in it. */
setFlagsFromString("--expose_gc");
const collectGarbage: () => void = runInNewContext("gc");

/** Not the system's generator for each id: that would be measured when a run is prepared, not when it runs. */
const random: Random = {
  bytes: (length) => randomFillSync(new Uint8Array(length)),
  unit: Math.random,
};

export async function sqliteEntries(directory: string): Promise<readonly Entry[]> {
  const [ours, theirs] = [join(directory, "store.db"), join(directory, "transaction.db")];
  const store = await leasedStore({ kind: "sqlite", file: ours }, sqliteAccounts);
  const other = await leasedStore({ kind: "sqlite", file: theirs }, sqliteAccounts);
  await other.store.close();
  return [
    nodeEntry("sqlite_store", "SQLite, the store", storeContender(store.store), store.epochs),
    nodeEntry("sqlite_transaction", "SQLite, a transaction each", sqliteTransactionPerTransition(theirs), other.epochs),
  ];
}

export async function postgresEntries(
  urls: { readonly store: string; readonly statement: string; readonly pgbench: string },
  directory: string,
): Promise<readonly Entry[]> {
  const store = await leasedStore({ kind: "postgres", url: urls.store }, postgresAccounts);
  const statement = await leasedStore({ kind: "postgres", url: urls.statement }, postgresAccounts);
  await statement.store.close();
  const settled = (url: string) => () => checkpoint(url);
  const contender = await statementPerTransition(urls.statement);
  const entries = [
    nodeEntry("postgres_store", "Postgres, the store", storeContender(store.store), store.epochs, settled(urls.store)),
    nodeEntry("postgres_statement", "Postgres, a statement each", contender, statement.epochs, settled(urls.statement)),
  ];
  const pgbench = await findPgbench();
  if (pgbench === undefined) {
    process.stderr.write("\n  NOT MEASURED: pgbench is neither on the PATH nor where pg_config says\n\n");
    return entries;
  }
  return [...entries, await pgbenchEntry(pgbench, urls.pgbench, directory)];
}

/** A contender in this process. `settle` lets the database finish what the last run left. */
function nodeEntry(
  name: EntryName,
  title: string,
  contender: Contender,
  epochs: readonly number[],
  settle: () => Promise<void> = async () => {},
): Entry {
  const rates = new Map<number, number>();
  const measure = async (inFlight: number, count: number, seconds: number): Promise<RunFigures> => {
    const lives = Array.from({ length: count }, (_, number): OrderLife => orderLife(number, epochs, random));
    collectGarbage();
    await settle();
    const figures = await runInFlight(contender, lives, inFlight, seconds);
    rates.set(inFlight, figures.ordersPerSecond);
    return figures;
  };
  return {
    name,
    title,
    async warmUp(inFlight) {
      await measure(inFlight, warmUpLives + 10 * inFlight, 2);
    },
    run(inFlight, seconds) {
      const needed = Math.ceil((rates.get(inFlight) ?? 0) * seconds * headroom) + inFlight;
      return measure(inFlight, Math.min(needed, livesMax), seconds);
    },
    close: () => contender.close(),
  };
}

async function pgbenchEntry(pgbench: string, url: string, directory: string): Promise<Entry> {
  const { store, epochs } = await leasedStore({ kind: "postgres", url }, postgresAccounts);
  await store.close();
  const script = join(directory, "order.pgbench");
  await writeFile(script, pgbenchScript(orderLife(0, epochs, random), postgresAccounts));
  let runs = 0;
  const measure = async (inFlight: number, seconds: number): Promise<RunFigures> => {
    runs += 1;
    await checkpoint(url);
    return runPgbench(pgbench, url, script, { clients: Math.min(inFlight, pgbenchClientsMax), seconds, run: runs });
  };
  return {
    name: "pgbench",
    title: "Postgres, pgbench",
    warmUp: async (inFlight) => {
      await measure(inFlight, 1);
    },
    run: measure,
    close: async () => {},
  };
}

/** A store in a fresh database, with a lease for each account. */
async function leasedStore(
  config: StoreConfig,
  accounts: number,
): Promise<{ readonly store: Store; readonly epochs: readonly number[] }> {
  const store = await openStore(config, { log: silentLog });
  const epochs: number[] = [];
  for (let number = 0; number < accounts; number += 1) {
    const answer = await store.leases.acquire({ venue, account: accountOf(number) }, "bench", leaseTtlMs);
    if (answer.kind !== "HELD") throw new Error("a lease in a fresh database is taken");
    epochs.push(answer.epoch);
  }
  return { store, epochs };
}

/** So that no run pays for the pages of the one before. Without the right to, runs are noisier, not wrong. */
async function checkpoint(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("CHECKPOINT");
  } catch {
    // Only a superuser or pg_checkpoint may.
  } finally {
    await client.end();
  }
}
