import { attemptOf, type Order } from "../order/order.ts";
import type { KeptEvidence } from "../store/evidence-log.ts";
import { addMs, type WallTime, wallTime } from "../time/wall-time.ts";
import { lookupWaitMs } from "./lookup-ladder.ts";

/** How a doubtful order's look-ups stand. */
export interface LookupsSoFar {
  /** Of the last attempt, since the order last changed. */
  readonly count: number;
  readonly lastAt?: WallTime;
  /** When the next one is due at the latest. Well in the past: no tracker runs, or it can't reach the database. */
  readonly nextAt: WallTime;
}

/** Reads from the evidence when an order in doubt is looked up next; trackers keep the same waits, from the same events. */
export function nextLookUp(order: Order, evidence: readonly KeptEvidence[]): LookupsSoFar {
  const attempt = attemptOf(order)?.number;
  const lookUps = evidence.filter(
    ({ operation, attemptNumber, lastAskedAt }) =>
      operation === "LOOKUP" && attemptNumber === attempt && lastAskedAt >= order.updatedAt,
  );
  if (lookUps.length === 0) return { count: 0, nextAt: order.updatedAt };
  const count = lookUps.reduce((sum, row) => sum + row.count, 0);
  const lastAt = wallTime(Math.max(...lookUps.map(({ lastAnsweredAt }) => lastAnsweredAt)));
  return { count, lastAt, nextAt: addMs(lastAt, lookupWaitMs(count)) };
}
