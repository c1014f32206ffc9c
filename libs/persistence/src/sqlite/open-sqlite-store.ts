import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { type Store, SurefillError } from "@surefill/core";
import { DataSource } from "typeorm";
import { CommitGroup, refusedRow } from "../commit/commit-group.ts";
import type { EncodedChange } from "../commit/encoded-change.ts";
import { typeormLists } from "../lists/typeorm-lists.ts";
import { entities } from "../schema/entities.ts";
import { migrateSqlite, migrations, migrationsTableName } from "../schema/migrate.ts";
import { changeMessage } from "./change-message.ts";
import { busyMs, openDatabase, unavailable } from "./open-database.ts";
import { sqliteAudit } from "./sqlite-audit.ts";
import { sqliteCancelAlls } from "./sqlite-cancel-alls.ts";
import { SqliteChangeFeed } from "./sqlite-change-feed.ts";
import { sqliteEvents } from "./sqlite-events.ts";
import { sqliteEvidence } from "./sqlite-evidence.ts";
import { sqliteFillCursors, sqliteUnmatchedFills } from "./sqlite-fills.ts";
import { sqliteLeases } from "./sqlite-leases.ts";
import { sqliteOrders } from "./sqlite-orders.ts";
import { sqlitePositions } from "./sqlite-positions.ts";
import { sqliteRates } from "./sqlite-rates.ts";
import { sqliteControlEvents, sqliteTradingStates } from "./sqlite-trading.ts";
import { WriterThread } from "./writer-thread.ts";

/** Batches that the writing thread has: while it writes one, the next is there already. */
const lanes = 2;

/**
 * The store in one file on a local disk, for one machine: any number of its processes may have it open. Commits are
 * written by a thread of their own, reads happen on the calling thread.
 */
export async function openSqliteStore(file: string): Promise<Store> {
  await mkdir(dirname(file), { recursive: true }).catch((cause: unknown) => {
    throw unavailable(file, cause);
  });
  const database = await openDatabase(file);
  const dataSource = await openDataSource(file);
  const writer = await WriterThread.open(file);
  const changes = new SqliteChangeFeed(database);
  const group = new CommitGroup(
    Array.from({ length: lanes }, () => (batch: readonly EncodedChange[]) => write(writer, batch)),
    () => changes.notify(),
  );
  let closing: Promise<void> | undefined;
  const open = () => {
    if (closing !== undefined) throw new SurefillError("STORE_UNAVAILABLE", "the store is closed");
  };

  return {
    orders: sqliteOrders(database, group, open),
    lists: typeormLists(dataSource, open),
    leases: sqliteLeases(database, writer, open),
    fillCursors: sqliteFillCursors(database, writer, open),
    unmatchedFills: sqliteUnmatchedFills(database, writer, open),
    positions: sqlitePositions(database, open),
    tradingStates: sqliteTradingStates(database, writer, { open, onCommitted: () => changes.notify() }),
    evidence: sqliteEvidence(database, writer, open),
    rates: sqliteRates(database, writer, open),
    controlEvents: sqliteControlEvents(database, open),
    events: sqliteEvents(database, writer, open),
    audit: sqliteAudit(database, open),
    cancelAlls: sqliteCancelAlls(database, writer, { open, onCommitted: () => changes.notify() }),
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
    changes.close();
    await writer.close();
    await dataSource.destroy();
    database.close();
  }
}

async function write(writer: WriterThread, batch: readonly EncodedChange[]) {
  const answers = await writer.call("write", batch.map(changeMessage));
  return answers.map((answer, place) =>
    typeof answer === "string"
      ? ({ kind: answer } as const)
      : refusedRow(batch[place]?.orderId ?? "", answer.refused, answer.refused),
  );
}

async function openDataSource(file: string): Promise<DataSource> {
  const dataSource = new DataSource({
    type: "better-sqlite3",
    database: file,
    timeout: busyMs,
    entities: [...entities("sqlite")],
    migrations,
    migrationsTableName,
  });
  try {
    await dataSource.initialize();
    await migrateSqlite(dataSource);
    return dataSource;
  } catch (cause) {
    throw unavailable(file, cause);
  }
}
