import {
  accountId,
  amount,
  type Fill,
  instrumentId,
  orderId,
  positionId,
  price,
  quantity,
  venueFillId,
  venueId,
  venueOrderId,
  wallTime,
} from "@surefill/core";
import { type Columns, type Flag, isTrue, nullable, required } from "./column.ts";

export interface FillRow {
  readonly venue_order_id: string;
  readonly venue_fill_id: string;
  readonly instrument: string;
  readonly account: string;
  readonly venue: string;
  readonly order_id: string;
  readonly position_id: string;
  readonly side: Fill["side"];
  readonly last_quantity: string;
  readonly last_price: string;
  readonly fee_asset: string | null;
  readonly fee_amount: string | null;
  readonly liquidity: NonNullable<Fill["liquidity"]> | null;
  readonly venue_time: number;
  readonly recorded_at: number;
  readonly simulated: Flag;
}

export const fillColumns: Columns<FillRow> = {
  venue_order_id: required("text"),
  venue_fill_id: required("text"),
  instrument: required("text"),
  account: required("text"),
  venue: required("text"),
  order_id: required("uuid"),
  position_id: required("text"),
  side: required("text"),
  last_quantity: required("decimal"),
  last_price: required("decimal"),
  fee_asset: nullable("text"),
  fee_amount: nullable("decimal"),
  liquidity: nullable("text"),
  venue_time: required("time"),
  recorded_at: required("time"),
  simulated: required("flag"),
};

/** Which columns hold which field: a field of a fill that is not here does not compile. */
export const columnsOfFillFields: { readonly [K in keyof Required<Fill>]: readonly (keyof FillRow)[] } = {
  venueFillId: ["venue_fill_id"],
  venueOrderId: ["venue_order_id"],
  lastQuantity: ["last_quantity"],
  lastPrice: ["last_price"],
  fee: ["fee_asset", "fee_amount"],
  liquidity: ["liquidity"],
  venueTime: ["venue_time"],
  orderId: ["order_id"],
  account: ["account"],
  venue: ["venue"],
  instrument: ["instrument"],
  side: ["side"],
  positionId: ["position_id"],
  simulated: ["simulated"],
  recordedAt: ["recorded_at"],
};

export function fillRow(fill: Fill): FillRow {
  return {
    venue_order_id: fill.venueOrderId,
    venue_fill_id: fill.venueFillId,
    instrument: fill.instrument,
    account: fill.account,
    venue: fill.venue,
    order_id: fill.orderId,
    position_id: fill.positionId,
    side: fill.side,
    last_quantity: fill.lastQuantity,
    last_price: fill.lastPrice,
    fee_asset: fill.fee?.asset ?? null,
    fee_amount: fill.fee?.amount ?? null,
    liquidity: fill.liquidity ?? null,
    venue_time: fill.venueTime,
    recorded_at: fill.recordedAt,
    simulated: fill.simulated,
  };
}

/** @throws RangeError for a row that was not written by this code. */
export function fillOf(row: FillRow): Fill {
  const { fee_asset, fee_amount, liquidity } = row;
  return {
    venueFillId: venueFillId(row.venue_fill_id),
    venueOrderId: venueOrderId(row.venue_order_id),
    lastQuantity: quantity(row.last_quantity),
    lastPrice: price(row.last_price),
    ...(fee_asset === null || fee_amount === null ? {} : { fee: { asset: fee_asset, amount: amount(fee_amount) } }),
    ...(liquidity === null ? {} : { liquidity }),
    venueTime: wallTime(row.venue_time),
    orderId: orderId(row.order_id),
    account: accountId(row.account),
    venue: venueId(row.venue),
    instrument: instrumentId(row.instrument),
    side: row.side,
    positionId: positionId(row.position_id),
    simulated: isTrue(row.simulated),
    recordedAt: wallTime(row.recorded_at),
  };
}
