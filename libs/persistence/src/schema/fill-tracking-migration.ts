import type { MigrationInterface, QueryRunner } from "typeorm";

const postgres = [
  `CREATE TABLE fill_cursors (
    venue text COLLATE "C" NOT NULL,
    account text COLLATE "C" NOT NULL,
    next text,
    since timestamptz NOT NULL,
    PRIMARY KEY (account, venue)
  ) WITH (fillfactor = 50)`,
  `CREATE TABLE unmatched_fills (
    seq bigint GENERATED ALWAYS AS IDENTITY,
    venue_order_id text COLLATE "C" NOT NULL,
    venue_fill_id text COLLATE "C" NOT NULL,
    account text COLLATE "C" NOT NULL,
    venue text COLLATE "C" NOT NULL,
    instrument text COLLATE "C",
    submit_key text COLLATE "C",
    last_quantity numeric NOT NULL,
    last_price numeric NOT NULL,
    fee_asset text,
    fee_amount numeric,
    liquidity text,
    venue_time timestamptz NOT NULL,
    kept_at timestamptz NOT NULL,
    PRIMARY KEY (seq)
  )`,
];

const sqlite = [
  `CREATE TABLE fill_cursors (
    venue TEXT NOT NULL,
    account TEXT NOT NULL,
    next TEXT,
    since INTEGER NOT NULL,
    PRIMARY KEY (account, venue)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE unmatched_fills (
    seq INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    venue_order_id TEXT NOT NULL,
    venue_fill_id TEXT NOT NULL,
    account TEXT NOT NULL,
    venue TEXT NOT NULL,
    instrument TEXT,
    submit_key TEXT,
    last_quantity TEXT NOT NULL,
    last_price TEXT NOT NULL,
    fee_asset TEXT,
    fee_amount TEXT,
    liquidity TEXT,
    venue_time INTEGER NOT NULL,
    kept_at INTEGER NOT NULL
  ) STRICT`,
];

const indexes = [
  // What the venue did not tell is part of the key as well: one that tells more is another report.
  `CREATE UNIQUE INDEX unmatched_fills_venue_fill_id ON unmatched_fills
    (venue_order_id, venue_fill_id, account, venue, coalesce(instrument, ''), coalesce(submit_key, ''))`,
  "CREATE INDEX unmatched_fills_account ON unmatched_fills (account, venue, seq)",
];

/** How far fills have been read, and those whose order is not known yet. */
export class FillTracking1767312000000 implements MigrationInterface {
  readonly name = "FillTracking1767312000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    const tables = queryRunner.connection.options.type === "postgres" ? postgres : sqlite;
    for (const statement of [...tables, ...indexes]) await queryRunner.query(statement);
  }

  /** There is no way back: kept fills would be lost. Restore a backup instead. */
  async down(): Promise<void> {
    throw new Error("kept fills can't be given up; restore a backup");
  }
}
