import type { MigrationInterface, QueryRunner } from "typeorm";

const postgres: readonly string[] = [
  `CREATE TABLE trading_states (
    account text COLLATE "C" NOT NULL,
    venue text COLLATE "C" NOT NULL,
    instrument text COLLATE "C" NOT NULL,
    state text NOT NULL,
    operator text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL,
    epoch bigint NOT NULL,
    PRIMARY KEY (account, venue, instrument)
  )`,
  `CREATE TABLE control_events (
    number bigint NOT NULL,
    type text COLLATE "C" NOT NULL,
    account text COLLATE "C" NOT NULL,
    venue text COLLATE "C" NOT NULL,
    instrument text COLLATE "C" NOT NULL,
    operator text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL,
    cause json NOT NULL,
    PRIMARY KEY (number)
  )`,
  "ALTER TABLE venue_account_leases ADD COLUMN trading_epoch bigint NOT NULL DEFAULT 0",
  `CREATE INDEX orders_of_position ON orders (instructed_position_id)
    WHERE is_open AND instructed_position_id IS NOT NULL`,
];

const sqlite: readonly string[] = [
  `CREATE TABLE trading_states (
    account TEXT NOT NULL,
    venue TEXT NOT NULL,
    instrument TEXT NOT NULL,
    state TEXT NOT NULL,
    operator TEXT NOT NULL,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    PRIMARY KEY (account, venue, instrument)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE control_events (
    number INTEGER PRIMARY KEY NOT NULL,
    type TEXT NOT NULL,
    account TEXT NOT NULL,
    venue TEXT NOT NULL,
    instrument TEXT NOT NULL,
    operator TEXT NOT NULL,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL,
    cause TEXT NOT NULL
  ) STRICT`,
  "ALTER TABLE venue_account_leases ADD COLUMN trading_epoch INTEGER NOT NULL DEFAULT 0",
  `CREATE INDEX orders_of_position ON orders (instructed_position_id)
    WHERE is_open = 1 AND instructed_position_id IS NOT NULL`,
];

/** Trading states, what operators did, and the epoch in each lease that attempts are refused by. */
export class AddTradingStates1767398400000 implements MigrationInterface {
  readonly name = "AddTradingStates1767398400000";

  async up(queryRunner: QueryRunner): Promise<void> {
    const statements = queryRunner.connection.options.type === "postgres" ? postgres : sqlite;
    for (const statement of statements) await queryRunner.query(statement);
  }

  /** Restrictions would be forgotten: restore a backup instead. */
  async down(): Promise<void> {
    throw new Error("trading states can't be taken back; restore a backup");
  }
}
