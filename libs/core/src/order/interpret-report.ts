import { type OrderError, orderError } from "../error/order-error.ts";
import { type CauseOfDeath, type DeadAttemptContext, deadAttemptEvent } from "../retry/dead-attempt-event.ts";
import type { WallTime } from "../time/wall-time.ts";
import { applyEvent } from "./apply-event.ts";
import { cancelAgainAt } from "./cancel-again-at.ts";
import { isExpiring } from "./deadline.ts";
import type { Evidence, ExecutionReport } from "./execution-report.ts";
import { fillKey, fillKeyPrefix, type VenueFill } from "./fill.ts";
import { hasAllFills } from "./has-all-fills.ts";
import { attemptOf, isFateOpen, isTerminal, isWhollyFilled, mayBeAtVenue, type Order, wasAtVenue } from "./order.ts";
import type { OrderEvent } from "./order-event.ts";
import type { SubmitKey } from "./order-id.ts";
import { surplusEvent } from "./surplus-event.ts";

/** What interpreting needs beside the order and the report. */
export interface InterpretContext extends DeadAttemptContext {
  /** Keys (fillKey) of the fills that the order has already. */
  readonly recordedFills: ReadonlySet<string>;
  /** Keys of the attempts before the last one; those of a report about that one need not be read. */
  readonly earlierKeys: ReadonlySet<SubmitKey>;
}

/**
 * The one function through which every venue answer enters: what `report` adds to `order`, as events that the
 * transition table allows, in turn. Pure; monotone, for an older report finds no row that would undo a newer one;
 * idempotent, for what is recorded adds nothing.
 */
export function interpretReport(
  order: Order,
  report: ExecutionReport,
  context: InterpretContext,
): readonly OrderEvent[] {
  const steps = new Steps(order, context.now);
  // Evidence about an attempt that is not the current one proves nothing about the order; its fills always count.
  const concernsCurrentAttempt = attemptOf(order)?.submitKey === report.submitKey;
  const isBelievedDead = order.state === "FAILED";
  if (concernsCurrentAttempt && (isBelievedDead ? provesLife(report) : provesAcceptance(report))) {
    steps.take({
      type: "ACCEPTED",
      ...(report.venueOrderId === undefined ? {} : { venueOrderId: report.venueOrderId }),
    });
  }
  const fills = newFills(report.fills, context.recordedFills);
  if (concernsCurrentAttempt) {
    for (const fill of fills) steps.take(fillEvent(steps.order, fill, context.recordedFills));
    takeEvidence(steps, report, context);
  } else {
    takeEarlierFills(steps, fills);
  }
  const surplus = surplusEvent(steps.order, report, { ...context, hasNewFills: fills.length > 0 });
  if (surplus !== undefined) steps.take(surplus);
  // A cancel that waited for the order to be found. One that the venue has refused is not sent again by itself.
  if (isFateOpen(order) && order.cancelRequest !== undefined) steps.take({ type: "CANCEL_STARTED" });
  return steps.taken;
}

/** Applies events as they are found, so that each is judged by the order as the ones before it left it. */
class Steps {
  readonly taken: OrderEvent[] = [];
  order: Order;
  readonly #now: WallTime;

  constructor(order: Order, now: WallTime) {
    this.order = order;
    this.#now = now;
  }

  /** Whether the table lets it happen. */
  take(event: OrderEvent): boolean {
    const applied = applyEvent(this.order, event, this.#now);
    if (!applied.ok) return false;
    this.order = applied.order;
    this.taken.push(event);
    return true;
  }
}

function provesAcceptance({ evidence, fills }: ExecutionReport): boolean {
  switch (evidence.kind) {
    case "OPEN":
    case "FILLED":
    case "CANCELLED":
    case "EXPIRED":
    case "CANCEL_REFUSED":
    case "CANCEL_TAKEN":
      return true;
    case "TRADE":
      return fills.length > 0;
    default:
      return false;
  }
}

/** That an attempt was cancelled or has expired agrees with its being dead; anything else says that it is not. */
function provesLife(report: ExecutionReport): boolean {
  const { kind } = report.evidence;
  return kind !== "CANCELLED" && kind !== "EXPIRED" && provesAcceptance(report);
}

function newFills(fills: readonly VenueFill[], recorded: ReadonlySet<string>): readonly VenueFill[] {
  const seen = new Set(recorded);
  return fills.filter((fill) => {
    const key = fillKey(fill);
    return !seen.has(key) && seen.add(key);
  });
}

type FillEvent = Extract<OrderEvent, { fill: VenueFill }>;

function fillEvent(order: Order, fill: VenueFill, recorded: ReadonlySet<string>): FillEvent {
  const after = applyEvent(order, { type: "FILLED_PARTLY", fill }, order.updatedAt);
  const completes = after.ok && isWhollyFilled(after.order) && !hasFillsElsewhere(recorded, fill);
  return { type: completes ? "FILLED_FULLY" : "FILLED_PARTLY", fill };
}

/** Whether other venue orders have fills of this order too: then its sum does not tell that this one is done. */
function hasFillsElsewhere(recorded: ReadonlySet<string>, { venueOrderId }: VenueFill): boolean {
  const here = fillKeyPrefix(venueOrderId);
  for (const key of recorded) if (!key.startsWith(here)) return true;
  return false;
}

/**
 * Fills of an attempt that was believed dead. Each attempt is for the whole order, so a later one that may be alive is
 * cancelled, or it would overfill; the order ends with that attempt, however much is filled by then.
 */
function takeEarlierFills(steps: Steps, fills: readonly VenueFill[]): void {
  let counted = false;
  for (const fill of fills) {
    const endsNothing = mayBeAtVenue(steps.order);
    const event: FillEvent = endsNothing ? { type: "FILLED_PARTLY", fill } : fillEvent(steps.order, fill, new Set());
    counted = steps.take({ ...event, earlierAttempt: true }) || counted;
  }
  if (counted && steps.order.cancelRequest === undefined)
    steps.take({ type: "CANCEL_REQUESTED", reason: "an earlier attempt was filled" });
}

function takeEvidence(steps: Steps, report: ExecutionReport, context: InterpretContext): void {
  const { evidence } = report;
  const { order } = steps;
  if (isTerminal(order)) return;
  switch (evidence.kind) {
    case "FILLED":
      // A base-sized order is filled by its fills alone; a quote-sized one when the venue says so and none is missing.
      if (order.cumQuantity === "0" || !hasAllFills(order, report)) return;
      if (order.instruction.size.in === "QUOTE" || isWhollyFilled(order)) steps.take({ type: "COMPLETED" });
      // Its own count is reached and less than we asked for: it ended the rest, as with dust below its lot.
      else if (report.cumQuantity !== undefined) steps.take({ type: "EXPIRED" });
      return;
    case "CANCELLED":
    case "EXPIRED":
      if (hasAllFills(order, report)) steps.take({ type: endOf(order, evidence.kind) });
      return;
    case "REJECTED":
    case "NOT_SENT":
    case "ABSENT":
      if (hasAllFills(order, report)) takeDeath(steps, evidence, context);
      return;
    case "REFUSED":
      // Once the venue has shown it, its refusal proves nothing: one of the two is wrong.
      if (!isFateOpen(order)) steps.take({ type: "CONTRADICTED", error: contradiction(evidence.error) });
      else if (!wasAtVenue(order)) die(steps, "REJECTED", evidence, context);
      return;
    case "UNKNOWN":
      steps.take({ type: "ANSWER_LOST", error: evidence.error });
      return;
    case "VANISHED":
      steps.take({ type: "VANISHED", error: evidence.error });
      return;
    case "CANCEL_REFUSED":
      steps.take({ type: "CANCEL_REFUSED", error: evidence.error });
      return;
    case "CANCEL_UNKNOWN": {
      const cancelAfter = cancelAgainAt(cancelWantedSince(order, context.now), context.now, "UNANSWERED");
      steps.take({ type: "CANCEL_UNANSWERED", error: evidence.error, cancelAfter });
      return;
    }
    case "CANCEL_TAKEN": {
      const cancelAfter = cancelAgainAt(cancelWantedSince(order, context.now), context.now, "TAKEN");
      steps.take({ type: "CANCEL_SENT", cancelAfter });
      return;
    }
    case "TRADE":
    case "OPEN":
    case "OPEN_AFTER_END":
      return;
  }
}

function takeDeath(
  steps: Steps,
  evidence: Extract<Evidence, { kind: "REJECTED" | "NOT_SENT" | "ABSENT" }>,
  context: InterpretContext,
): void {
  const { order } = steps;
  // "Not sent" and "absent" speak of an attempt whose fate is open; once the venue has had it they are old news, also
  // where it has forgotten it since. A refusal ends what the venue has, too; of an attempt that is known to be dead it is old news.
  if (evidence.kind === "REJECTED" ? order.state === "FAILED" : !isFateOpen(order) || wasAtVenue(order)) return;
  die(steps, evidence.kind, evidence, context);
}

function die(
  steps: Steps,
  cause: CauseOfDeath,
  { error, retryAfterMs }: { readonly error: OrderError; readonly retryAfterMs?: number },
  context: InterpretContext,
): void {
  const waits = retryAfterMs === undefined ? context : { ...context, retryAfterMs };
  steps.take(deadAttemptEvent(steps.order, cause, error, waits));
}

function contradiction({ code, message }: OrderError): OrderError {
  const text = `the venue refuses what it has shown as open (${code}: ${message})`;
  return orderError("ANSWER_LOST", text, { code, message });
}

/** What we cancelled at the venue because its expire_time had passed has expired. */
function endOf(order: Order, told: "CANCELLED" | "EXPIRED"): "COMPLETED" | "CANCELLED" | "EXPIRED" {
  if (isWhollyFilled(order)) return "COMPLETED";
  return isExpiring(order) ? "EXPIRED" : told;
}

function cancelWantedSince({ cancelRequest }: Order, now: WallTime): WallTime {
  return cancelRequest?.at ?? now;
}
