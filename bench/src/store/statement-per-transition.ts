/**
 * The four transitions as one hand-written statement each, with named parameters: what a careful programmer writes
 * without group commit. Each sets only the columns that its transition changes, in one round trip and one implicit
 * transaction, and does not NOTIFY.
 */
export const transitionStatements = {
  PENDING: `WITH o AS (
    INSERT INTO orders (order_id, account, client_order_id, venue, instrument, side, type, time_in_force, limit_price,
      quantity, instructed_price, max_slippage_bps, purpose, strategy_id, tags, base, quote, position_id, simulated,
      requested_at, trace, version, state, is_open, next_action_at, attempt_count, failed_prepares, cum_quantity,
      cum_quote_quantity, fees, expected_price, state_times, updated_at)
    VALUES (:order_id::uuid, :account::text, :client_order_id::text, 'paper', 'BTC/USDT', 'BUY', 'LIMIT', 'GTC',
      90000.5, 0.25, 90000.5, 50, 'ENTRY', 'trend', '{"desk":"a"}', 'BTC', 'USDT', :position_id::text, true,
      :at::timestamptz, :trace::json, 1, 'PENDING', true, :at::timestamptz, 0, 0, 0, 0, '{}', 90000.5,
      :state_times::json, :at::timestamptz)
    ON CONFLICT (client_order_id, account) DO NOTHING RETURNING order_id)
  INSERT INTO order_events (order_id, version, type, client_order_id, account, venue, cause, to_state, attempt_number, at)
    SELECT order_id, 1, 'order.transition', :client_order_id::text, :account::text, 'paper', :cause::json, 'PENDING', 0,
      :at::timestamptz FROM o`,

  SUBMITTED: `WITH l AS (
    SELECT 1 FROM venue_account_leases WHERE account = :account::text AND venue = 'paper' AND epoch = :epoch::bigint
      AND expires_at > clock_timestamp() FOR SHARE),
  o AS (UPDATE orders SET version = 2, state = 'SUBMITTED', next_action_at = NULL, attempt_count = 1,
      state_times = :state_times::json, updated_at = :at::timestamptz, attempt_number = 1,
      submit_key = :submit_key::text, valid_until = :valid_until::timestamptz, prepared_at = :at::timestamptz
    WHERE order_id = :order_id::uuid AND version = 1 AND EXISTS (SELECT FROM l) RETURNING order_id),
  a AS (INSERT INTO attempts (order_id, number, venue, submit_key, valid_until, prepared_at, payload)
    SELECT order_id, 1, 'paper', :submit_key::text, :valid_until::timestamptz, :at::timestamptz, :payload::bytea FROM o)
  INSERT INTO order_events (order_id, version, type, client_order_id, account, venue, cause, from_state, to_state,
      attempt_number, at)
    SELECT order_id, 2, 'order.transition', :client_order_id::text, :account::text, 'paper', :cause::json, 'PENDING',
      'SUBMITTED', 1, :at::timestamptz FROM o`,

  CONFIRMING: `WITH o AS (
    UPDATE orders SET version = 3, state = 'CONFIRMING', state_times = :state_times::json,
      answered_at = :at::timestamptz, updated_at = :at::timestamptz, venue_order_id = :venue_order_id::text
    WHERE order_id = :order_id::uuid AND version = 2 RETURNING order_id),
  a AS (UPDATE attempts SET outcome = 'ACCEPTED', raw_answer = :raw_answer::text, answered_at = :at::timestamptz
    WHERE order_id = (SELECT order_id FROM o) AND number = 1)
  INSERT INTO order_events (order_id, version, type, client_order_id, account, venue, cause, from_state, to_state,
      attempt_number, at)
    SELECT order_id, 3, 'order.transition', :client_order_id::text, :account::text, 'paper', :cause::json, 'SUBMITTED',
      'CONFIRMING', 1, :at::timestamptz FROM o`,

  FILLED: `WITH o AS (
    UPDATE orders SET version = 4, state = 'FILLED', is_open = false, cum_quantity = 0.25,
      cum_quote_quantity = 22500.125, fees = '{"USDT":"0"}', state_times = :state_times::json,
      first_fill_at = :at::timestamptz, updated_at = :at::timestamptz
    WHERE order_id = :order_id::uuid AND version = 3 RETURNING order_id),
  f AS (INSERT INTO fills (venue_order_id, venue_fill_id, instrument, account, venue, order_id, position_id, side,
      last_quantity, last_price, fee_asset, fee_amount, liquidity, venue_time, recorded_at, simulated)
    SELECT :venue_order_id::text, :venue_fill_id::text, 'BTC/USDT', :account::text, 'paper', order_id,
      :position_id::text, 'BUY', 0.25, 90000.5, 'USDT', 0, 'TAKER', :at::timestamptz, :at::timestamptz, true FROM o),
  p AS (INSERT INTO positions AS p (position_id, instrument, account, venue, quantity, simulated, opened_at, updated_at)
    SELECT :position_id::text, 'BTC/USDT', :account::text, 'paper', 0.25, true, :at::timestamptz, :at::timestamptz FROM o
    ON CONFLICT (position_id, instrument, account, venue) DO UPDATE SET quantity = p.quantity + excluded.quantity,
      updated_at = greatest(p.updated_at, excluded.updated_at)),
  h AS (INSERT INTO holdings AS h (instrument, account, venue, quantity, simulated, opened_at, updated_at)
    SELECT 'BTC/USDT', :account::text, 'paper', 0.25, true, :at::timestamptz, :at::timestamptz FROM o
    ON CONFLICT (account, instrument, venue) DO UPDATE SET quantity = h.quantity + excluded.quantity,
      updated_at = greatest(h.updated_at, excluded.updated_at))
  INSERT INTO order_events (order_id, version, type, client_order_id, account, venue, cause, from_state, to_state,
      attempt_number, at)
    SELECT order_id, 4, 'order.transition', :client_order_id::text, :account::text, 'paper', :cause::json, 'CONFIRMING',
      'FILLED', 1, :at::timestamptz FROM o`,
} as const;

export type Transition = keyof typeof transitionStatements;

/** A parameter: a name after a single colon; casts have two. */
const parameter = /(?<!:):([a-z_]+)/g;

/** A statement with its parameters counted, as Postgres takes it, and their names in that order. */
export function counted(statement: string): { readonly text: string; readonly names: readonly string[] } {
  const names: string[] = [];
  const text = statement.replace(parameter, (_, name: string) => {
    if (!names.includes(name)) names.push(name);
    return `$${names.indexOf(name) + 1}`;
  });
  return { text, names };
}

/** A statement with a question mark for each parameter, as SQLite takes it, and their names one by one. */
export function positional(statement: string): { readonly text: string; readonly names: readonly string[] } {
  const names = [...statement.matchAll(parameter)].map(([, name = ""]) => name);
  return { text: statement.replace(parameter, "?"), names };
}

/** A statement with its parameters replaced by SQL. */
export function substituted(statement: string, sql: Readonly<Record<string, string>>): string {
  return statement.replace(parameter, (_, name: string) => sql[name] ?? "NULL");
}
