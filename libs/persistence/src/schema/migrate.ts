import type { DataSource } from "typeorm";
import { CreateTables1767225600000 } from "./create-tables-migration.ts";

/** Every migration, in order. */
export const migrations = [CreateTables1767225600000];

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
