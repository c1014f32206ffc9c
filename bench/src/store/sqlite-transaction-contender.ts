import { addSignedQuantity, type OrderChange, signedQuantity } from "@surefill/core";
import BetterSqlite, { type Database } from "better-sqlite3";
import type { Contender } from "./contender.ts";
import { positional, type Transition } from "./statement-per-transition.ts";
import { transitionOf, transitionValues } from "./transition-values.ts";

const event = (version: number, from: string, to: string, attempt: number) => `
  INSERT INTO order_events (order_id, version, type, client_order_id, account, venue, cause, from_state, to_state,
    attempt_number, at)
  VALUES (:order_id, ${version}, 'order.transition', :client_order_id, :account, 'paper', :cause, ${from}, '${to}',
    ${attempt}, :at)`;

/** The statements of each transition, written by hand; each sets only what its transition changes. */
const statements: Readonly<Record<Transition, readonly string[]>> = {
  PENDING: [
    `INSERT INTO orders (order_id, account, client_order_id, venue, instrument, side, type, time_in_force, limit_price,
      quantity, instructed_price, max_slippage_bps, purpose, strategy_id, tags, base, quote, position_id, simulated,
      requested_at, trace, version, state, is_open, next_action_at, attempt_count, failed_prepares, cum_quantity,
      cum_quote_quantity, fees, expected_price, state_times, updated_at)
    VALUES (:order_id, :account, :client_order_id, 'paper', 'BTC/USDT', 'BUY', 'LIMIT', 'GTC', '90000.5', '0.25',
      '90000.5', 50, 'ENTRY', 'trend', '{"desk":"a"}', 'BTC', 'USDT', :position_id, 1, :at, :trace, 1, 'PENDING', 1,
      :at, 0, 0, '0', '0', '{}', '90000.5', :state_times, :at)
    ON CONFLICT (client_order_id, account) DO NOTHING`,
    event(1, "NULL", "PENDING", 0),
  ],
  SUBMITTED: [
    `UPDATE orders SET version = 2, state = 'SUBMITTED', next_action_at = NULL, attempt_count = 1,
      state_times = :state_times, updated_at = :at, attempt_number = 1, submit_key = :submit_key,
      valid_until = :valid_until, prepared_at = :at
    WHERE order_id = :order_id AND version = 1 AND EXISTS (SELECT 1 FROM venue_account_leases
      WHERE account = :account AND venue = 'paper' AND epoch = :epoch AND expires_at > :at)`,
    `INSERT INTO attempts (order_id, number, venue, submit_key, valid_until, prepared_at, payload)
    VALUES (:order_id, 1, 'paper', :submit_key, :valid_until, :at, :payload)`,
    event(2, "'PENDING'", "SUBMITTED", 1),
  ],
  CONFIRMING: [
    `UPDATE orders SET version = 3, state = 'CONFIRMING', state_times = :state_times, answered_at = :at,
      updated_at = :at, venue_order_id = :venue_order_id WHERE order_id = :order_id AND version = 2`,
    `UPDATE attempts SET outcome = 'ACCEPTED', raw_answer = :raw_answer, answered_at = :at
    WHERE order_id = :order_id AND number = 1`,
    event(3, "'SUBMITTED'", "CONFIRMING", 1),
  ],
  FILLED: [
    `UPDATE orders SET version = 4, state = 'FILLED', is_open = 0, cum_quantity = '0.25',
      cum_quote_quantity = '22500.125', fees = '{"USDT":"0"}', state_times = :state_times, first_fill_at = :at,
      updated_at = :at WHERE order_id = :order_id AND version = 3`,
    `INSERT INTO fills (venue_order_id, venue_fill_id, instrument, account, venue, order_id, position_id, side,
      last_quantity, last_price, fee_asset, fee_amount, liquidity, venue_time, recorded_at, simulated)
    VALUES (:venue_order_id, :venue_fill_id, 'BTC/USDT', :account, 'paper', :order_id, :position_id, 'BUY', '0.25',
      '90000.5', 'USDT', '0', 'TAKER', :at, :at, 1)`,
    event(4, "'CONFIRMING'", "FILLED", 1),
  ],
};

type Step = (values: Readonly<Record<string, unknown>>) => { readonly changes: number };

/** One transaction per transition on this thread, with the settings that the store's connection has. */
export function sqliteTransactionPerTransition(file: string): Contender {
  const database = new BetterSqlite(file, { timeout: 5_000 });
  for (const setting of ["journal_mode = WAL", "synchronous = FULL", "wal_autocheckpoint = 4000"]) {
    database.pragma(setting);
  }
  const begin = database.prepare("BEGIN IMMEDIATE");
  const commit = database.prepare("COMMIT");
  const stepsOf = (transition: Transition) => statements[transition].map((text) => step(database, text));
  const steps: Readonly<Record<Transition, readonly Step[]>> = {
    PENDING: stepsOf("PENDING"),
    SUBMITTED: stepsOf("SUBMITTED"),
    CONFIRMING: stepsOf("CONFIRMING"),
    FILLED: stepsOf("FILLED"),
  };
  const post = postings(database);
  return {
    name: "one transaction per transition",
    async commit(change) {
      const transition = transitionOf(change);
      const values = transitionValues(change, (time) => time);
      begin.run();
      for (const run of steps[transition]) {
        if (run(values).changes !== 1) throw new Error(`${transition} of ${change.order.orderId} wrote nothing`);
      }
      if (transition === "FILLED") post(change);
      commit.run();
    },
    async close() {
      database.close();
    },
  };
}

function step(database: Database, statement: string): Step {
  const { text, names } = positional(statement);
  const prepared = database.prepare<[readonly unknown[]]>(text);
  return (values) => prepared.run(names.map((name) => values[name]));
}

/** Sums are decimals in text, so they are added here: read, add, write. */
function postings(database: Database): (change: OrderChange) => void {
  const findPosition = database
    .prepare<[string, string], string>(
      `SELECT quantity FROM positions WHERE position_id = ? AND instrument = 'BTC/USDT' AND account = ?
      AND venue = 'paper'`,
    )
    .pluck();
  const insertPosition = database.prepare("INSERT INTO positions VALUES (?, 'BTC/USDT', ?, 'paper', '0.25', 1, ?, ?)");
  const findHolding = database
    .prepare<[string], string>(
      "SELECT quantity FROM holdings WHERE account = ? AND instrument = 'BTC/USDT' AND venue = 'paper'",
    )
    .pluck();
  const insertHolding = database.prepare("INSERT INTO holdings VALUES ('BTC/USDT', ?, 'paper', '0.25', 1, ?, ?)");
  const updateHolding = database.prepare(
    `UPDATE holdings SET quantity = ?, updated_at = max(updated_at, ?)
      WHERE account = ? AND instrument = 'BTC/USDT' AND venue = 'paper'`,
  );
  return ({ order }) => {
    const { positionId, updatedAt, instruction } = order;
    const { account } = instruction;
    if (findPosition.get(positionId, account) !== undefined) throw new Error("every order opens its own position here");
    insertPosition.run(positionId, account, updatedAt, updatedAt);
    const held = findHolding.get(account);
    if (held === undefined) insertHolding.run(account, updatedAt, updatedAt);
    else updateHolding.run(addSignedQuantity(signedQuantity(held), signedQuantity("0.25")), updatedAt, account);
  };
}
