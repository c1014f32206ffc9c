import {
  accountId,
  type Holding,
  instrumentId,
  type Position,
  type Posting,
  positionId,
  signedQuantity,
  venueId,
  wallTime,
} from "@surefill/core";
import { type Columns, type Flag, isTrue, required } from "./column.ts";

/** A sum of postings. */
export interface HoldingRow {
  readonly instrument: string;
  readonly account: string;
  readonly venue: string;
  readonly quantity: string;
  readonly simulated: Flag;
  /** When the first posting was made; lists are sorted by it, for it never changes. */
  readonly opened_at: number;
  readonly updated_at: number;
}

export interface PositionRow extends HoldingRow {
  readonly position_id: string;
}

export const holdingColumns: Columns<HoldingRow> = {
  instrument: required("text"),
  account: required("text"),
  venue: required("text"),
  quantity: required("decimal"),
  simulated: required("flag"),
  opened_at: required("time"),
  updated_at: required("time"),
};

export const positionColumns: Columns<PositionRow> = { position_id: required("text"), ...holdingColumns };

/** A posting as the row that it opens, or that its quantity is added to. */
export function holdingRow({ instrument, account, venue, change, simulated, at }: Posting): HoldingRow {
  return { instrument, account, venue, quantity: change, simulated, opened_at: at, updated_at: at };
}

/** @throws RangeError for a row that was not written by this code. */
export function positionOf(row: PositionRow): Position {
  return { ...holdingOf(row), positionId: positionId(row.position_id), openedAt: wallTime(row.opened_at) };
}

/** @throws RangeError for a row that was not written by this code. */
export function holdingOf(row: HoldingRow): Holding {
  return {
    venue: venueId(row.venue),
    account: accountId(row.account),
    instrument: instrumentId(row.instrument),
    // Sums in NUMERIC keep trailing zeros: 0.5 + 0.5 is 1.0 there. This spells them as all decimals are spelt.
    quantity: signedQuantity(row.quantity),
    simulated: isTrue(row.simulated),
    updatedAt: wallTime(row.updated_at),
  };
}
