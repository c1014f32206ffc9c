import type { MigrationInterface, QueryRunner } from "typeorm";

const postgres = `CREATE TABLE order_evidence (
  order_id uuid NOT NULL,
  number integer NOT NULL,
  attempt_number integer NOT NULL,
  operation text NOT NULL,
  outcome text NOT NULL,
  count integer NOT NULL,
  asked_at timestamptz NOT NULL,
  answered_at timestamptz NOT NULL,
  last_asked_at timestamptz NOT NULL,
  last_answered_at timestamptz NOT NULL,
  as_of timestamptz,
  detail text NOT NULL,
  PRIMARY KEY (order_id, number)
) WITH (fillfactor = 70)`;

const sqlite = `CREATE TABLE order_evidence (
  order_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  attempt_number INTEGER NOT NULL,
  operation TEXT NOT NULL,
  outcome TEXT NOT NULL,
  count INTEGER NOT NULL,
  asked_at INTEGER NOT NULL,
  answered_at INTEGER NOT NULL,
  last_asked_at INTEGER NOT NULL,
  last_answered_at INTEGER NOT NULL,
  as_of INTEGER,
  detail TEXT NOT NULL,
  PRIMARY KEY (order_id, number)
) STRICT, WITHOUT ROWID`;

/** What venues were asked about orders, where the orders' own rows don't say it. */
export class OrderEvidence1767657600000 implements MigrationInterface {
  readonly name = "OrderEvidence1767657600000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(queryRunner.connection.options.type === "postgres" ? postgres : sqlite);
  }

  /** There is no way back: evidence would be lost. Restore a backup instead. */
  async down(): Promise<void> {
    throw new Error("evidence can't be given up; restore a backup");
  }
}
