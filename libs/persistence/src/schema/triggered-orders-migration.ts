import type { MigrationInterface, QueryRunner } from "typeorm";

const postgres = [
  "ALTER TABLE orders ADD COLUMN trigger_price numeric",
  "ALTER TABLE orders ADD COLUMN post_only boolean NOT NULL DEFAULT false",
];

const sqlite = [
  "ALTER TABLE orders ADD COLUMN trigger_price TEXT",
  "ALTER TABLE orders ADD COLUMN post_only INTEGER NOT NULL DEFAULT 0",
];

/** Orders that wait for a price, and orders that only rest. The default is for those from before. */
export class TriggeredOrders1768000200000 implements MigrationInterface {
  readonly name = "TriggeredOrders1768000200000";

  async up(queryRunner: QueryRunner): Promise<void> {
    const statements = queryRunner.connection.options.type === "postgres" ? postgres : sqlite;
    for (const statement of statements) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const column of ["trigger_price", "post_only"]) {
      await queryRunner.query(`ALTER TABLE orders DROP COLUMN ${column}`);
    }
  }
}
