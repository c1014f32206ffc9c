import type { OrderError } from "../error/order-error.ts";
import { changeOrder } from "../order/change-order.ts";
import type { Evidence, ExecutionReport } from "../order/execution-report.ts";
import { fillKey, type VenueFill } from "../order/fill.ts";
import { interpretReport } from "../order/interpret-report.ts";
import { attemptOf, type Order } from "../order/order.ts";
import type { OrderEvent } from "../order/order-event.ts";
import { defaultRetryPolicy } from "../retry/retry-policy.ts";
import type { WallTime } from "../time/wall-time.ts";
import { after, firstAttempt, frozen, lost } from "./order-fixtures.ts";

type Failure = Extract<Evidence, { error: OrderError }>["kind"];

/** When `told` tells. */
export const toldAt: WallTime = after(100);

/** A report about the first attempt. */
export function reportOf(
  kind: Exclude<Evidence["kind"], Failure>,
  rest: Partial<ExecutionReport> = {},
): ExecutionReport {
  return { submitKey: firstAttempt.submitKey, evidence: { kind }, fills: [], ...rest };
}

/** A report about the first attempt that has a reason. */
export function failureOf(kind: Failure, error = lost, rest: Partial<ExecutionReport> = {}): ExecutionReport {
  return { submitKey: firstAttempt.submitKey, evidence: { kind, error }, fills: [], ...rest };
}

/** What `report` adds to `order`, which has the fills `recorded` already; without jitter. */
export function interpreted(
  order: Order,
  report: ExecutionReport,
  recorded: readonly VenueFill[] = [],
  now: WallTime = toldAt,
): readonly OrderEvent[] {
  const recordedFills = new Set(recorded.map(fillKey));
  const earlierKeys = new Set(attemptOf(order)?.number === 1 ? [] : [firstAttempt.submitKey]);
  return interpretReport(frozen(order), frozen(report), {
    now,
    policy: defaultRetryPolicy,
    unit: 0,
    recordedFills,
    earlierKeys,
  });
}

/** The types of what `report` adds, in turn. */
export function eventsOf(...told: Parameters<typeof interpreted>): readonly string[] {
  return interpreted(...told).map(({ type }) => type);
}

/** The order after `report`. */
export function told(...[order, report, recorded, now = toldAt]: Parameters<typeof interpreted>): Order {
  return changeOrder(order, interpreted(order, report, recorded, now), now).order;
}
