import { fillKey, firstUuidV7, type Order, type OrderStore, venueFillId, venueOrderId, wallTime } from "@surefill/core";
import type { CommitGroup } from "../commit/commit-group.ts";
import { type AttemptRow, attemptOfRow } from "../row/attempt-row.ts";
import type { FillRow } from "../row/fill-row.ts";
import { isoTime } from "../row/iso-time.ts";
import { type LiveOrderRow, liveOrderColumns, liveOrderOf } from "../row/live-order-row.ts";
import { type OrderRow, orderOf } from "../row/order-row.ts";
import { checkLimit } from "../store/limit.ts";
import type { Reader } from "./reader.ts";

const byId = "WHERE order_id = $1";
const byIds = "WHERE order_id = ANY ($1::uuid[])";
const byClientOrderId = "WHERE client_order_id = $1 AND account = $2";
const bySubmitKey = "WHERE order_id = (SELECT order_id FROM attempts WHERE submit_key = $1 AND venue = $2)";
const byVenueOrderId = `WHERE account = $1 AND order_id >= $2::uuid AND venue = $3 AND instrument = $4
  AND (venue_order_id = $5 OR order_id IN (SELECT order_id FROM fills
    WHERE venue_order_id = $5 AND instrument = $4 AND account = $1 AND venue = $3)) LIMIT 1`;
const due = `WHERE is_open AND next_action_at <= $1
  AND (venue, account) IN (SELECT * FROM unnest($2::text[], $3::text[]))
  ORDER BY next_action_at, order_id LIMIT $4`;
const surplusDue = `WHERE surplus_due_at <= $1
  AND (venue, account) IN (SELECT * FROM unnest($2::text[], $3::text[]))
  ORDER BY surplus_due_at, order_id LIMIT $4`;
const live = `WHERE is_open AND ($1::text IS NULL OR venue = $1) AND ($2::text IS NULL OR account = $2)
  AND (requested_at, order_id) > ($3::timestamptz, $4::uuid) ORDER BY requested_at, order_id LIMIT $5`;

const scanLive = `SELECT ${liveOrderColumns} FROM orders WHERE is_open AND venue = $1 AND account = $2
  AND ($3::text[] IS NULL OR state = ANY ($3))
  AND (requested_at, order_id) > ($4::timestamptz, $5::uuid) ORDER BY requested_at, order_id LIMIT $6`;

/** Before every order: the start of `live`. */
const beginning = ["-infinity", "00000000-0000-0000-0000-000000000000"];

/** The OrderStore over Postgres: reads through the pool, commits through the group. */
export function postgresOrders(reader: Reader, group: CommitGroup, open: () => void): OrderStore {
  const orders = async (name: string, rest: string, values: readonly unknown[]): Promise<Order[]> => {
    open();
    return (await reader.read<OrderRow>(name, `SELECT * FROM orders ${rest}`, values)).map(orderOf);
  };
  return {
    commit: (change) => group.commit(change),
    find: async (orderId) => (await orders("order_by_id", byId, [orderId]))[0],
    async findMany(orderIds) {
      open();
      checkLimit(Math.max(orderIds.length, 1));
      return orders("orders_by_ids", byIds, [orderIds]);
    },
    findByClientOrderId: async (account, clientOrderId) =>
      (await orders("order_by_client_order_id", byClientOrderId, [clientOrderId, account]))[0],
    findBySubmitKey: async (venue, submitKey) =>
      (await orders("order_by_submit_key", bySubmitKey, [submitKey, venue]))[0],
    async findByVenueOrderId({ venueAccount, instrument, venueOrderId }, placedSince) {
      const { venue, account } = venueAccount;
      const values = [account, firstUuidV7(placedSince), venue, instrument, venueOrderId];
      return (await orders("order_by_venue_order_id", byVenueOrderId, values))[0];
    },
    async firstPlacedAt({ venue, account }) {
      open();
      const text = "SELECT min(requested_at) AS first FROM orders WHERE account = $1 AND venue = $2";
      const [row] = await reader.read<{ first: number | null }>("first_placed_at", text, [account, venue]);
      return row?.first == null ? undefined : wallTime(row.first);
    },
    async recordedFills(orderId) {
      open();
      const text = "SELECT venue_order_id, venue_fill_id FROM fills WHERE order_id = $1";
      const rows = await reader.read<Pick<FillRow, "venue_order_id" | "venue_fill_id">>("recorded_fills", text, [
        orderId,
      ]);
      const keys = rows.map((row) =>
        fillKey({ venueOrderId: venueOrderId(row.venue_order_id), venueFillId: venueFillId(row.venue_fill_id) }),
      );
      return new Set(keys);
    },
    async attempts(orderId) {
      open();
      const text = "SELECT * FROM attempts WHERE order_id = $1 ORDER BY number";
      return (await reader.read<AttemptRow>("attempts", text, [orderId])).map(attemptOfRow);
    },
    async due(venueAccounts, now, limit) {
      open();
      checkLimit(limit);
      const venues = venueAccounts.map(({ venue }) => venue);
      const accounts = venueAccounts.map(({ account }) => account);
      return orders("due_orders", due, [isoTime(now), venues, accounts, limit]);
    },
    async surplusDue(venueAccounts, now, limit) {
      open();
      checkLimit(limit);
      const venues = venueAccounts.map(({ venue }) => venue);
      const accounts = venueAccounts.map(({ account }) => account);
      return orders("surplus_due_orders", surplusDue, [isoTime(now), venues, accounts, limit]);
    },
    async live({ venue, account }, limit, after) {
      open();
      checkLimit(limit);
      const from = after === undefined ? beginning : [isoTime(after.requestedAt), after.orderId];
      return orders("live_orders", live, [venue ?? null, account ?? null, ...from, limit]);
    },
    async scanLive({ venue, account }, limit, { after, states } = {}) {
      open();
      checkLimit(limit);
      const from = after === undefined ? beginning : [isoTime(after.requestedAt), after.orderId];
      const values = [venue, account, states ?? null, ...from, limit];
      return (await reader.read<LiveOrderRow>("live_scan", scanLive, values)).map(liveOrderOf);
    },
  };
}
