import type { MigrationInterface, QueryRunner } from "typeorm";

const postgresTable = `CREATE TABLE rate_ledgers (
    venue text COLLATE "C" NOT NULL,
    account text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    ledger json NOT NULL,
    PRIMARY KEY (account, venue)
  ) WITH (fillfactor = 50)`;

const sqliteTable = `CREATE TABLE rate_ledgers (
    venue TEXT NOT NULL,
    account TEXT NOT NULL,
    version INTEGER NOT NULL,
    ledger TEXT NOT NULL,
    PRIMARY KEY (account, venue)
  ) STRICT, WITHOUT ROWID`;

/** What venue accounts' requests have used up of their limits, shared by all processes. */
export class CreateRateLedgers1768000000000 implements MigrationInterface {
  readonly name = "CreateRateLedgers1768000000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(queryRunner.connection.options.type === "postgres" ? postgresTable : sqliteTable);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query("DROP TABLE rate_ledgers");
  }
}
