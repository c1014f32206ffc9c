import { type LiveOrder, orderId, quantity, submitKey, venueOrderId, wallTime } from "@surefill/core";
import type { OrderRow } from "./order-row.ts";

/** The columns that tracking needs of each live order. */
const names = [
  "order_id",
  "version",
  "state",
  "requested_at",
  "cum_quantity",
  "submit_key",
  "prepared_at",
  "venue_order_id",
] as const;

export type LiveOrderRow = Pick<OrderRow, (typeof names)[number]>;

export const liveOrderColumns = names.join(", ");

/** @throws RangeError for a row that was not written by this code. */
export function liveOrderOf(row: LiveOrderRow): LiveOrder {
  const { submit_key, prepared_at, venue_order_id } = row;
  const live = {
    orderId: orderId(row.order_id),
    version: row.version,
    state: row.state,
    requestedAt: wallTime(row.requested_at),
    cumQuantity: quantity(row.cum_quantity),
  };
  if (submit_key === null || prepared_at === null) return live;
  return {
    ...live,
    attempt: {
      submitKey: submitKey(submit_key),
      preparedAt: wallTime(prepared_at),
      ...(venue_order_id === null ? {} : { venueOrderId: venueOrderId(venue_order_id) }),
    },
  };
}
