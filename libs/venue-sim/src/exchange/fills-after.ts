import { type WallTime, wallTime } from "@surefill/core";
import type { AccountFills } from "./exchange-api.ts";
import type { LedgerFill } from "./ledger.ts";

const pageMax = 1_000;
const cursorPattern = /^sim_(\d{1,16})_(\d{1,15})$/;

/**
 * A page of at most 1,000 of an account's fills. A cursor names the ledger that it belongs to by its start, so that one
 * from a ledger that is gone reads this one from its beginning instead of skipping what is new.
 * @throws RangeError for a cursor that no exchange gave.
 */
export function fillsAfter(
  all: readonly LedgerFill[],
  startedAt: WallTime,
  after: string | WallTime,
  limit: number,
): AccountFills {
  const from = typeof after === "string" ? placeOfCursor(after, startedAt) : placeOfTime(all, after);
  const fills = all.slice(from, from + Math.min(Math.max(limit, 1), pageMax));
  return { fills, next: `sim_${startedAt}_${Math.min(from, all.length) + fills.length}` };
}

function placeOfCursor(cursor: string, startedAt: WallTime): number {
  const [, ledger, place] = cursorPattern.exec(cursor) ?? [];
  if (ledger === undefined || place === undefined) {
    throw new RangeError(`not a fills cursor: ${JSON.stringify(cursor.slice(0, 40))}`);
  }
  return wallTime(Number(ledger)) === startedAt ? Number(place) : 0;
}

/** The first fill at or after `time`: fills stand in the order of their times. */
function placeOfTime(all: readonly LedgerFill[], time: WallTime): number {
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const venueTime = all[middle]?.fill.venueTime;
    if (venueTime !== undefined && venueTime < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
