import {
  accountId,
  amount,
  instrumentId,
  type KeptFill,
  price,
  quantity,
  submitKey,
  type UnmatchedFill,
  venueFillId,
  venueId,
  venueOrderId,
  wallTime,
} from "@surefill/core";
import { type Columns, nullable, required } from "./column.ts";
import type { FillRow } from "./fill-row.ts";

export interface UnmatchedFillRow
  extends Pick<
    FillRow,
    | "venue_order_id"
    | "venue_fill_id"
    | "account"
    | "venue"
    | "last_quantity"
    | "last_price"
    | "fee_asset"
    | "fee_amount"
    | "liquidity"
    | "venue_time"
  > {
  readonly instrument: string | null;
  readonly submit_key: string | null;
  readonly kept_at: number;
}

export interface KeptFillRow extends UnmatchedFillRow {
  readonly seq: number;
}

export const unmatchedFillColumns: Columns<UnmatchedFillRow> = {
  venue_order_id: required("text"),
  venue_fill_id: required("text"),
  account: required("text"),
  venue: required("text"),
  instrument: nullable("text"),
  submit_key: nullable("text"),
  last_quantity: required("decimal"),
  last_price: required("decimal"),
  fee_asset: nullable("text"),
  fee_amount: nullable("decimal"),
  liquidity: nullable("text"),
  venue_time: required("time"),
  kept_at: required("time"),
};

export function unmatchedFillRow({ fill, submitKey, instrument, ...kept }: UnmatchedFill): UnmatchedFillRow {
  return {
    venue_order_id: fill.venueOrderId,
    venue_fill_id: fill.venueFillId,
    account: kept.account,
    venue: kept.venue,
    instrument: instrument ?? null,
    submit_key: submitKey ?? null,
    last_quantity: fill.lastQuantity,
    last_price: fill.lastPrice,
    fee_asset: fill.fee?.asset ?? null,
    fee_amount: fill.fee?.amount ?? null,
    liquidity: fill.liquidity ?? null,
    venue_time: fill.venueTime,
    kept_at: kept.keptAt,
  };
}

/** @throws RangeError for a row that was not written by this code. */
export function keptFillOf(row: KeptFillRow): KeptFill {
  const { fee_asset, fee_amount, liquidity, instrument, submit_key } = row;
  return {
    seq: row.seq,
    account: accountId(row.account),
    venue: venueId(row.venue),
    ...(instrument === null ? {} : { instrument: instrumentId(instrument) }),
    ...(submit_key === null ? {} : { submitKey: submitKey(submit_key) }),
    fill: {
      venueFillId: venueFillId(row.venue_fill_id),
      venueOrderId: venueOrderId(row.venue_order_id),
      lastQuantity: quantity(row.last_quantity),
      lastPrice: price(row.last_price),
      ...(fee_asset === null || fee_amount === null ? {} : { fee: { asset: fee_asset, amount: amount(fee_amount) } }),
      ...(liquidity === null ? {} : { liquidity }),
      venueTime: wallTime(row.venue_time),
    },
    keptAt: wallTime(row.kept_at),
  };
}
