import type { DataSource } from "typeorm";
import { AddCancelAlls1767402000000 } from "./cancel-all-migration.ts";
import { CreateRateLedgers1768000000000 } from "./create-rate-ledgers-migration.ts";
import { CreateTables1767225600000 } from "./create-tables-migration.ts";
import { FillTracking1767312000000 } from "./fill-tracking-migration.ts";
import { IndexFillsByPosition1767484800000 } from "./index-fills-by-position-migration.ts";
import { OrderDeadlines1768000100000 } from "./order-deadlines-migration.ts";
import { OrderEvidence1767657600000 } from "./order-evidence-migration.ts";
import { SurplusAttempts1768100000000 } from "./surplus-attempts-migration.ts";
import { AddTradingStates1767398400000 } from "./trading-state-migration.ts";
import { TriggeredOrders1768000200000 } from "./triggered-orders-migration.ts";

/** Every migration, in order. */
export const migrations = [
  CreateTables1767225600000,
  FillTracking1767312000000,
  AddTradingStates1767398400000,
  OrderEvidence1767657600000,
  IndexFillsByPosition1767484800000,
  CreateRateLedgers1768000000000,
  OrderDeadlines1768000100000,
  AddCancelAlls1767402000000,
  TriggeredOrders1768000200000,
  SurplusAttempts1768100000000,
];

export const migrationsTableName = "surefill_migrations";

/** Brings a SQLite database up to date. One process does it, in one transaction that the others wait for. */
export async function migrateSqlite(dataSource: DataSource): Promise<void> {
  await dataSource.query("BEGIN IMMEDIATE");
  try {
    await dataSource.runMigrations({ transaction: "none" });
    await dataSource.query("COMMIT");
  } catch (error) {
    await dataSource.query("ROLLBACK");
    throw error;
  }
}
