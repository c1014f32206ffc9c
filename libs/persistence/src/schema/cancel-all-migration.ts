import type { MigrationInterface, QueryRunner } from "typeorm";

const postgres: readonly string[] = [
  `CREATE TABLE cancel_alls (
    campaign_id text COLLATE "C" NOT NULL,
    account text COLLATE "C" NOT NULL,
    venue text COLLATE "C" NOT NULL,
    instrument text COLLATE "C" NOT NULL,
    covers text NOT NULL,
    halts boolean NOT NULL,
    keeps_protection boolean NOT NULL,
    operator text NOT NULL,
    reason text NOT NULL,
    requested_at timestamptz NOT NULL,
    PRIMARY KEY (campaign_id)
  )`,
  `CREATE TABLE cancel_all_parts (
    campaign_id text COLLATE "C" NOT NULL,
    venue text COLLATE "C" NOT NULL,
    account text COLLATE "C" NOT NULL,
    state text NOT NULL,
    progress json NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (campaign_id, venue, account)
  )`,
  "CREATE INDEX cancel_all_parts_running ON cancel_all_parts (venue, account) WHERE state = 'RUNNING'",
  `CREATE TABLE cancel_all_targets (
    campaign_id text COLLATE "C" NOT NULL,
    venue text COLLATE "C" NOT NULL,
    account text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    target text COLLATE "C" NOT NULL,
    PRIMARY KEY (campaign_id, venue, account, kind, target)
  )`,
];

const sqlite: readonly string[] = [
  `CREATE TABLE cancel_alls (
    campaign_id TEXT PRIMARY KEY NOT NULL,
    account TEXT NOT NULL,
    venue TEXT NOT NULL,
    instrument TEXT NOT NULL,
    covers TEXT NOT NULL,
    halts INTEGER NOT NULL,
    keeps_protection INTEGER NOT NULL,
    operator TEXT NOT NULL,
    reason TEXT NOT NULL,
    requested_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE cancel_all_parts (
    campaign_id TEXT NOT NULL,
    venue TEXT NOT NULL,
    account TEXT NOT NULL,
    state TEXT NOT NULL,
    progress TEXT NOT NULL,
    ended_at INTEGER,
    PRIMARY KEY (campaign_id, venue, account)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX cancel_all_parts_running ON cancel_all_parts (venue, account) WHERE state = 'RUNNING'",
  `CREATE TABLE cancel_all_targets (
    campaign_id TEXT NOT NULL,
    venue TEXT NOT NULL,
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    PRIMARY KEY (campaign_id, venue, account, kind, target)
  ) STRICT, WITHOUT ROWID`,
];

/** CancelAll campaigns, a part for each venue account, and the orders that each is to cancel. */
export class AddCancelAlls1767402000000 implements MigrationInterface {
  readonly name = "AddCancelAlls1767402000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    const statements = queryRunner.connection.options.type === "postgres" ? postgres : sqlite;
    for (const statement of statements) await queryRunner.query(statement);
  }

  /** What was asked in an emergency would be forgotten: restore a backup instead. */
  async down(): Promise<void> {
    throw new Error("CancelAll campaigns can't be taken back; restore a backup");
  }
}
