import { type Log, type Store, SurefillError } from "@surefill/core";
import type { Client } from "pg";
import { DataSource } from "typeorm";
import { CommitGroup } from "../commit/commit-group.ts";
import { typeormLists } from "../lists/typeorm-lists.ts";
import { entities } from "../schema/entities.ts";
import { migrations, migrationsTableName } from "../schema/migrate.ts";
import { ChangeFlusher } from "./change-flusher.ts";
import { connect, connectionConfig, unavailable } from "./connection.ts";
import { postgresAudit } from "./postgres-audit.ts";
import { postgresCancelAlls } from "./postgres-cancel-alls.ts";
import { PostgresChangeFeed } from "./postgres-change-feed.ts";
import { postgresEvents } from "./postgres-events.ts";
import { postgresEvidence } from "./postgres-evidence.ts";
import { postgresFillCursors, postgresUnmatchedFills } from "./postgres-fills.ts";
import { postgresLeases } from "./postgres-leases.ts";
import { postgresOrders } from "./postgres-orders.ts";
import { postgresPositions } from "./postgres-positions.ts";
import { postgresRates } from "./postgres-rates.ts";
import { postgresControlEvents, postgresTradingStates } from "./postgres-trading.ts";
import { Reader } from "./reader.ts";

/** Flushes under way at the same time: while one waits for its answer, the next is written. */
const lanes = 2;
const listConnectionsMax = 2;
/** Any number, the same in all processes: the lock under which one of them migrates. */
const migrationLock = 7_214_608_153;

/** The store in a Postgres that any number of servers and trackers share. */
export async function openPostgresStore(url: string, log: Log): Promise<Store> {
  const dataSource = await migrated(url);
  const flushers = Array.from({ length: lanes }, () => new ChangeFlusher(url, log));
  const reader = new Reader(url);
  const changes = new PostgresChangeFeed(url, log);
  await Promise.all(flushers.map((flusher) => flusher.open()));
  const group = new CommitGroup(
    flushers.map((flusher) => (batch) => flusher.flush(batch)),
    () => changes.notify(),
  );
  let closing: Promise<void> | undefined;
  const open = () => {
    if (closing !== undefined) throw new SurefillError("STORE_UNAVAILABLE", "the store is closed");
  };

  return {
    orders: postgresOrders(reader, group, open),
    lists: typeormLists(dataSource, open),
    leases: postgresLeases(reader, open),
    fillCursors: postgresFillCursors(reader, open),
    unmatchedFills: postgresUnmatchedFills(reader, open),
    positions: postgresPositions(reader, open),
    tradingStates: postgresTradingStates(reader, open),
    evidence: postgresEvidence(reader, open),
    rates: postgresRates(reader, open),
    events: postgresEvents(reader, open),
    controlEvents: postgresControlEvents(reader, open),
    audit: postgresAudit(reader, open),
    cancelAlls: postgresCancelAlls(reader, open),
    changes: {
      subscribe(listener) {
        open();
        return changes.subscribe(listener);
      },
    },
    close() {
      closing ??= closeAll();
      return closing;
    },
  };

  async function closeAll(): Promise<void> {
    await group.close();
    await Promise.all([
      ...flushers.map((flusher) => flusher.close()),
      changes.close(),
      reader.close(),
      dataSource.destroy(),
    ]);
  }
}

/** The database with its schema up to date. One process migrates, the others wait for it. */
async function migrated(url: string): Promise<DataSource> {
  const dataSource = new DataSource({
    type: "postgres",
    extra: { ...connectionConfig(url), max: listConnectionsMax },
    // Broken idle connections are replaced by the pool.
    poolErrorHandler: () => {},
    installExtensions: false,
    entities: [...entities("postgres")],
    migrations,
    migrationsTableName,
  });
  const locked = await connect(url, ["lock_timeout=0"]);
  try {
    await locked.query("SELECT pg_advisory_lock($1)", [migrationLock]);
    await dataSource.initialize();
    await dataSource.runMigrations({ transaction: "all" });
    await checkEventOrder(locked);
    return dataSource;
  } catch (cause) {
    if (dataSource.isInitialized) await dataSource.destroy();
    throw unavailable(url, cause);
  } finally {
    // The lock goes with the connection.
    await locked.end();
  }
}

/**
 * Cursors rest on transaction numbers, which begin anew in another cluster: events restored from a backup with higher
 * numbers would hide until the cluster's own reach them, and new ones would come before them.
 */
async function checkEventOrder(client: Client): Promise<void> {
  const { rows } = await client.query<{ readonly is_ahead: boolean }>(
    "SELECT EXISTS (SELECT FROM order_events WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())) AS is_ahead",
  );
  if (rows[0]?.is_ahead !== true) return;
  const text = "its events come from another cluster, whose transaction numbers are ahead of this one's";
  const todo =
    "run UPDATE order_events SET xid = '3' while no server runs; readers then have to begin without a cursor";
  throw new Error(`${text}: ${todo}`);
}
