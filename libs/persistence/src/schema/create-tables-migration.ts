import type { MigrationInterface, QueryRunner } from "typeorm";
import { postgresTables } from "./postgres-tables.ts";
import { sqliteTables } from "./sqlite-tables.ts";

/** Version 1. TypeORM sorts migrations by the milliseconds at the end of their names. */
export class CreateTables1767225600000 implements MigrationInterface {
  readonly name = "CreateTables1767225600000";

  async up(queryRunner: QueryRunner): Promise<void> {
    const statements = queryRunner.connection.options.type === "postgres" ? postgresTables : sqliteTables;
    for (const statement of statements) await queryRunner.query(statement);
  }

  /** There is no way back: it would drop every order there ever was. Restore a backup instead. */
  async down(): Promise<void> {
    throw new Error("the first schema can't be taken back; restore a backup");
  }
}
