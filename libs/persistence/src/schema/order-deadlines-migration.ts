import type { MigrationInterface, QueryRunner } from "typeorm";

const postgres = [
  "ALTER TABLE orders ADD COLUMN expire_time timestamptz",
  "ALTER TABLE orders ADD COLUMN execution_timeout_ms bigint",
  "ALTER TABLE orders ADD COLUMN cancel_error json",
];

const sqlite = [
  "ALTER TABLE orders ADD COLUMN expire_time INTEGER",
  "ALTER TABLE orders ADD COLUMN execution_timeout_ms INTEGER",
  "ALTER TABLE orders ADD COLUMN cancel_error TEXT",
];

/** Orders that are given up by their own terms: at their expire_time, or when their execution takes too long. */
export class OrderDeadlines1768000100000 implements MigrationInterface {
  readonly name = "OrderDeadlines1768000100000";

  async up(queryRunner: QueryRunner): Promise<void> {
    const statements = queryRunner.connection.options.type === "postgres" ? postgres : sqlite;
    for (const statement of statements) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const column of ["expire_time", "execution_timeout_ms", "cancel_error"]) {
      await queryRunner.query(`ALTER TABLE orders DROP COLUMN ${column}`);
    }
  }
}
