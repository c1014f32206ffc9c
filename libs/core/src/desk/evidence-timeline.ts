import type { Order } from "../order/order.ts";
import type { OrderEventRecord } from "../order/order-event-record.ts";
import type { OrderState } from "../order/order-state.ts";
import type { EvidenceOperation, KeptEvidence } from "../store/evidence-log.ts";
import type { StoredAttempt } from "../store/order-store.ts";
import type { WallTime } from "../time/wall-time.ts";
import type { Desk } from "./desk.ts";

/** One line of an order's story: what the venue was asked, what the order became by it, or what an operator said. */
export interface TimelineEntry {
  readonly operation: EvidenceOperation | "TRANSITION" | "RESOLUTION";
  /** The venue's answer; for a transition and a resolution, what happened. */
  readonly outcome: string;
  readonly attemptNumber: number;
  /** When it was asked, or recorded. */
  readonly askedAt: WallTime;
  /** Absent where no answer was recorded. */
  readonly answeredAt?: WallTime;
  /** More than 1: the same was asked again and again, with the same answer, until `lastAnsweredAt`. */
  readonly count: number;
  readonly lastAnsweredAt?: WallTime;
  /** Venue time that the last look-up was true for. */
  readonly asOf?: WallTime;
  readonly from?: OrderState;
  readonly to?: OrderState;
  readonly detail: string;
  readonly operator?: string;
  readonly reason?: string;
}

/** Events read for one timeline. */
const eventsMax = 1_000;

/**
 * All that is known about an order, in turn: its submissions, the look-ups and cancels that are kept as evidence, its
 * transitions and what operators decided. Bounded: evidence is, attempts are, and of its events the first 1,000 count.
 */
export async function evidenceTimeline(
  { store }: Pick<Desk, "store">,
  { orderId }: Pick<Order, "orderId">,
): Promise<readonly TimelineEntry[]> {
  const [attempts, evidence, events] = await Promise.all([
    store.orders.attempts(orderId),
    store.evidence.ofOrders([orderId]),
    store.events.ofOrder(orderId, eventsMax),
  ]);
  const transitions = events.filter(({ type }) => type === "order.transition");
  const entries = [
    ...attempts.flatMap((attempt) => submission(attempt, evidence, transitions)),
    ...evidence.map(timelineQuestion),
    ...transitions.map(transition),
  ];
  return entries.sort((a, b) => a.askedAt - b.askedAt || rankOf(a) - rankOf(b));
}

/** At the same time: what is asked comes after what had to be recorded before, and before what follows from it. */
function rankOf({ operation, outcome }: TimelineEntry): number {
  if (outcome === "PLACED" || outcome === "ATTEMPT_PREPARED") return 0;
  return operation === "TRANSITION" || operation === "RESOLUTION" ? 2 : 1;
}

/** An attempt's own row tells of its submission, unless evidence of it is kept: a later proof overwrites the answer. */
function submission(
  attempt: StoredAttempt,
  evidence: readonly KeptEvidence[],
  transitions: readonly OrderEventRecord[],
): readonly TimelineEntry[] {
  const { number, preparedAt, answeredAt, outcome } = attempt;
  if (evidence.some(({ operation, attemptNumber }) => operation === "SUBMIT" && attemptNumber === number)) return [];
  const entry = { operation: "SUBMIT", attemptNumber: number, askedAt: preparedAt, count: 1, detail: "" } as const;
  // "Absent" is what a look-up proved: no answer of the submission itself was ever recorded.
  const isAnswered = outcome !== undefined && outcome !== "ABSENT" && answeredAt !== undefined;
  if (isAnswered) return [{ ...entry, outcome, answeredAt, lastAnsweredAt: answeredAt }];
  const isSent = transitions.some(({ attemptNumber, to }) => attemptNumber === number && to !== "SUBMITTED");
  return [{ ...entry, outcome: isSent ? "UNKNOWN" : "UNDER_WAY" }];
}

/** A question to the venue, as a line of the timeline. */
export function timelineQuestion(evidence: KeptEvidence): TimelineEntry {
  const { operation, outcome, attemptNumber, askedAt, answeredAt, lastAnsweredAt, count, asOf, detail } = evidence;
  return {
    ...{ operation, outcome, attemptNumber, askedAt, answeredAt, lastAnsweredAt, count, detail },
    ...(asOf === undefined ? {} : { asOf }),
  };
}

function transition({ cause, from, to, at, attemptNumber }: OrderEventRecord): TimelineEntry {
  const error = "error" in cause ? cause.error : undefined;
  const entry = {
    ...({ operation: "TRANSITION", outcome: cause.type, attemptNumber, askedAt: at, count: 1, to } as const),
    ...(from === undefined ? {} : { from }),
    detail: error === undefined ? "" : `${error.code}: ${error.message}`,
  };
  switch (cause.type) {
    case "ADOPTED":
    case "DECLARED_DEAD": {
      const detail = cause.type === "ADOPTED" ? cause.venueOrderId : "";
      return { ...entry, operation: "RESOLUTION", detail, operator: cause.operator, reason: cause.reason };
    }
    case "CANCEL_REQUESTED":
      return { ...entry, reason: cause.reason };
    case "FILLED_PARTLY":
    case "FILLED_FULLY":
      return { ...entry, detail: `${cause.fill.lastQuantity} at ${cause.fill.lastPrice} (${cause.fill.venueFillId})` };
    case "SURPLUS_ATTEMPT": {
      const { submitKey, cancelAfter } = cause.attempt;
      return { ...entry, detail: `${submitKey}: ${cancelAfter === undefined ? "ended" : "to be cancelled"}` };
    }
    default:
      return entry;
  }
}
