import type { MigrationInterface, QueryRunner } from "typeorm";

const types = {
  postgres: { json: "json", time: "timestamptz" },
  sqlite: { json: "TEXT", time: "INTEGER" },
} as const;

/** Attempts that turned up at their venue though their order had gone on without them, and when to cancel one next. */
export class SurplusAttempts1768100000000 implements MigrationInterface {
  readonly name = "SurplusAttempts1768100000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    const { json, time } = types[queryRunner.connection.options.type === "postgres" ? "postgres" : "sqlite"];
    await queryRunner.query(`ALTER TABLE orders ADD COLUMN surplus_attempts ${json}`);
    await queryRunner.query(`ALTER TABLE orders ADD COLUMN surplus_due_at ${time}`);
    // Of ended orders too, and of next to none.
    const where = "WHERE surplus_due_at IS NOT NULL";
    await queryRunner.query(`CREATE INDEX orders_surplus_due ON orders (surplus_due_at) ${where}`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query("DROP INDEX orders_surplus_due");
    for (const column of ["surplus_due_at", "surplus_attempts"]) {
      await queryRunner.query(`ALTER TABLE orders DROP COLUMN ${column}`);
    }
  }
}
