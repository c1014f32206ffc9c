import { laterOf, type WallTime } from "../time/wall-time.ts";
import { cancelAgainAt } from "./cancel-again-at.ts";
import type { Evidence, ExecutionReport } from "./execution-report.ts";
import { hasAllFills } from "./has-all-fills.ts";
import { attemptOf, dueAtOnce, isTerminal, type Order } from "./order.ts";
import type { OrderEvent } from "./order-event.ts";
import type { SubmitKey } from "./order-id.ts";
import { type SurplusAttempt, surplusOf } from "./surplus-attempt.ts";

type SurplusEvent = Extract<OrderEvent, { type: "SURPLUS_ATTEMPT" }>;

/** A surplus attempt is asked about until its end is known: where the venue has forgotten it, this seldom. */
const askAgainMsMax = 600_000;

const ends: ReadonlySet<Evidence["kind"]> = new Set(["FILLED", "CANCELLED", "EXPIRED", "REJECTED"]);

/** What is known beside the order and the report. */
interface SurplusContext {
  readonly now: WallTime;
  readonly earlierKeys: ReadonlySet<SubmitKey>;
  /** The report has fills that are not recorded yet. */
  readonly hasNewFills: boolean;
}

/**
 * What a report tells of an attempt that `order` does not follow: an earlier one, or any once the order has ended. Such
 * an attempt is found when the venue shows it as open, or fills it. It ends by the venue's word alone; old news of one
 * that has ended tells nothing. A key of no attempt of the order is not its business: it may be another order's.
 */
export function surplusEvent(order: Order, report: ExecutionReport, context: SurplusContext): SurplusEvent | undefined {
  const { submitKey, evidence } = report;
  const { now } = context;
  const known = surplusOf(order, submitKey);
  const hasEnded = ends.has(evidence.kind) && hasAllFills(order, report);
  if (known === undefined) {
    if (!isFound(order, report, context)) return undefined;
    const venueOrderId = report.venueOrderId ?? report.fills[0]?.venueOrderId;
    return changed({
      submitKey,
      ...(venueOrderId === undefined ? {} : { venueOrderId }),
      // A clock that is behind would make it old at once, and its cancel would be asked for again in minutes only.
      foundAt: laterOf(order.updatedAt, now),
      ...(hasEnded ? {} : { cancelAfter: dueAtOnce.cancel }),
    });
  }
  const { cancelAfter, ...rest } = known;
  if (cancelAfter === undefined) return undefined;
  if (hasEnded) return changed(rest);
  switch (evidence.kind) {
    case "CANCEL_TAKEN":
      return changed({ ...rest, cancelAfter: cancelAgainAt(known.foundAt, now, "TAKEN", askAgainMsMax) });
    case "CANCEL_REFUSED":
    case "CANCEL_UNKNOWN":
      return changed({ ...rest, cancelAfter: cancelAgainAt(known.foundAt, now, "UNANSWERED", askAgainMsMax) });
    default:
      return undefined;
  }
}

function isFound(
  order: Order,
  { submitKey, evidence }: ExecutionReport,
  { earlierKeys, hasNewFills }: SurplusContext,
): boolean {
  const isListed = evidence.kind === "OPEN_AFTER_END";
  // Late fills of the attempt that an order has ended with are no news of another one, nor is a report that comes late.
  if (attemptOf(order)?.submitKey === submitKey) return isListed && isTerminal(order);
  return earlierKeys.has(submitKey) && (isListed || evidence.kind === "OPEN" || hasNewFills);
}

function changed(attempt: SurplusAttempt): SurplusEvent {
  return { type: "SURPLUS_ATTEMPT", attempt };
}
