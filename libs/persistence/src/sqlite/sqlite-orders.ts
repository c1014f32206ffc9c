import { fillKey, firstUuidV7, type OrderStore, venueFillId, venueOrderId, wallTime } from "@surefill/core";
import type { Database } from "better-sqlite3";
import type { CommitGroup } from "../commit/commit-group.ts";
import { type AttemptRow, attemptOfRow } from "../row/attempt-row.ts";
import type { FillRow } from "../row/fill-row.ts";
import { type LiveOrderRow, liveOrderColumns, liveOrderOf } from "../row/live-order-row.ts";
import { type OrderRow, orderOf } from "../row/order-row.ts";
import { checkLimit } from "../store/limit.ts";
import type { SqliteValue } from "./change-message.ts";

type Parameters = Readonly<Record<string, SqliteValue>>;

/** Before every order: the start of `live`. */
const beginning = { requestedAt: Number.MIN_SAFE_INTEGER, orderId: "" };

/** The OrderStore over SQLite: reads on this thread's own connection, commits through the group. */
export function sqliteOrders(database: Database, group: CommitGroup, open: () => void): OrderStore {
  const select = (rest: string) => database.prepare<[Parameters], OrderRow>(`SELECT * FROM orders ${rest}`);
  const byId = select("WHERE order_id = :orderId");
  const byIds = select("WHERE order_id IN (SELECT value FROM json_each(:orderIds))");
  const byClientOrderId = select("WHERE client_order_id = :clientOrderId AND account = :account");
  const bySubmitKey = select(
    "WHERE order_id = (SELECT order_id FROM attempts WHERE submit_key = :submitKey AND venue = :venue)",
  );
  const due = select(
    `WHERE is_open = 1 AND next_action_at <= :now
      AND (venue, account) IN (SELECT value ->> 'venue', value ->> 'account' FROM json_each(:venueAccounts))
      ORDER BY next_action_at, order_id LIMIT :limit`,
  );
  const surplusDue = select(
    `WHERE surplus_due_at <= :now
      AND (venue, account) IN (SELECT value ->> 'venue', value ->> 'account' FROM json_each(:venueAccounts))
      ORDER BY surplus_due_at, order_id LIMIT :limit`,
  );
  const live = select(
    `WHERE is_open = 1 AND (:venue IS NULL OR venue = :venue) AND (:account IS NULL OR account = :account)
      AND (requested_at, order_id) > (:requestedAt, :orderId) ORDER BY requested_at, order_id LIMIT :limit`,
  );
  const byVenueOrderId = select(
    `WHERE account = :account AND order_id >= :since AND venue = :venue AND instrument = :instrument
      AND (venue_order_id = :venueOrderId OR order_id IN (SELECT order_id FROM fills WHERE venue_order_id = :venueOrderId
        AND instrument = :instrument AND account = :account AND venue = :venue)) LIMIT 1`,
  );
  const scanLive = database.prepare<[Parameters], LiveOrderRow>(
    `SELECT ${liveOrderColumns} FROM orders WHERE is_open = 1 AND venue = :venue AND account = :account
      AND (:states IS NULL OR state IN (SELECT value FROM json_each(:states)))
      AND (requested_at, order_id) > (:requestedAt, :orderId) ORDER BY requested_at, order_id LIMIT :limit`,
  );
  const firstPlaced = database.prepare<[Parameters], { first: number | null }>(
    "SELECT min(requested_at) AS first FROM orders WHERE account = :account AND venue = :venue",
  );
  const fills = database.prepare<[string], Pick<FillRow, "venue_order_id" | "venue_fill_id">>(
    "SELECT venue_order_id, venue_fill_id FROM fills WHERE order_id = ?",
  );
  const attempts = database.prepare<[string], AttemptRow>("SELECT * FROM attempts WHERE order_id = ? ORDER BY number");

  return {
    commit: (change) => group.commit(change),
    async find(orderId) {
      open();
      return optional(byId.get({ orderId }));
    },
    async findMany(orderIds) {
      open();
      checkLimit(Math.max(orderIds.length, 1));
      return byIds.all({ orderIds: JSON.stringify(orderIds) }).map(orderOf);
    },
    async findByClientOrderId(account, clientOrderId) {
      open();
      return optional(byClientOrderId.get({ account, clientOrderId }));
    },
    async findBySubmitKey(venue, submitKey) {
      open();
      return optional(bySubmitKey.get({ venue, submitKey }));
    },
    async findByVenueOrderId({ venueAccount, instrument, venueOrderId }, placedSince) {
      open();
      const { venue, account } = venueAccount;
      const since = firstUuidV7(placedSince);
      return optional(byVenueOrderId.get({ account, venue, instrument, venueOrderId, since }));
    },
    async firstPlacedAt({ venue, account }) {
      open();
      const first = firstPlaced.get({ venue, account })?.first ?? null;
      return first === null ? undefined : wallTime(first);
    },
    async recordedFills(orderId) {
      open();
      const keys = fills
        .all(orderId)
        .map((row) =>
          fillKey({ venueOrderId: venueOrderId(row.venue_order_id), venueFillId: venueFillId(row.venue_fill_id) }),
        );
      return new Set(keys);
    },
    async attempts(orderId) {
      open();
      return attempts.all(orderId).map(attemptOfRow);
    },
    async due(venueAccounts, now, limit) {
      open();
      checkLimit(limit);
      return due.all({ venueAccounts: JSON.stringify(venueAccounts), now, limit }).map(orderOf);
    },
    async surplusDue(venueAccounts, now, limit) {
      open();
      checkLimit(limit);
      return surplusDue.all({ venueAccounts: JSON.stringify(venueAccounts), now, limit }).map(orderOf);
    },
    async live({ venue = null, account = null }, limit, after) {
      open();
      checkLimit(limit);
      const { requestedAt, orderId } = after ?? beginning;
      return live.all({ venue, account, requestedAt, orderId, limit }).map(orderOf);
    },
    async scanLive({ venue, account }, limit, { after, states } = {}) {
      open();
      checkLimit(limit);
      const { requestedAt, orderId } = after ?? beginning;
      const among = states === undefined ? null : JSON.stringify(states);
      return scanLive.all({ venue, account, states: among, requestedAt, orderId, limit }).map(liveOrderOf);
    },
  };
}

function optional(row: OrderRow | undefined) {
  return row && orderOf(row);
}
