import type { Desk } from "../desk/desk.ts";
import { recordEvidence } from "../desk/record-evidence.ts";
import { recordReport } from "../desk/record-report.ts";
import { type OrderError, orderError } from "../error/order-error.ts";
import type { Evidence, ExecutionReport } from "../order/execution-report.ts";
import { dueAtOnce, type Order } from "../order/order.ts";
import { type SurplusAttempt, surplusDueAt, surplusOf } from "../order/surplus-attempt.ts";
import { laterOf } from "../time/wall-time.ts";
import { keepLookUp } from "../tracking/keep-look-up.ts";
import { askVenue, attemptReference } from "../tracking/look-up.ts";
import type { CancelOutcome } from "../venue/venue.ts";
import type { VenueEntry } from "../venue/venue-directory.ts";
import { askCancel } from "./ask-cancel.ts";

/** A surplus attempt whose cancel is due, and its number. */
interface Due {
  readonly attempt: SurplusAttempt;
  readonly number: number;
}

/**
 * Cancels the surplus attempts of an order that are due for it, in turn, and records what the answers prove. One that
 * is sent again comes after a look-up, for the one before may have done its work. Nothing but the venue's word that the
 * attempt has ended takes it off: until then the row says when it is due again. `isFromAhead`: the time of the one that
 * is due first was written by a clock ahead of ours, and its wait is over.
 */
export async function cancelSurplus(desk: Desk, entry: VenueEntry, order: Order, isFromAhead = false): Promise<Order> {
  const now = desk.clock.wall();
  const until = isFromAhead ? laterOf(now, surplusDueAt(order) ?? now) : now;
  const stored = await desk.store.orders.attempts(order.orderId);
  let current = order;
  for (const { number, submitKey } of stored) {
    const attempt = surplusOf(current, submitKey);
    if (attempt?.cancelAfter === undefined || attempt.cancelAfter > until) continue;
    current = await cancelOne(desk, entry, current, { attempt, number });
  }
  return current;
}

async function cancelOne(desk: Desk, entry: VenueEntry, order: Order, due: Due): Promise<Order> {
  const isFirst = due.attempt.cancelAfter === dueAtOnce.cancel;
  const current = isFirst ? order : await lookUp(desk, entry, order, due);
  if (!mayBeAlive(current, due)) return current;
  const startedAt = desk.clock.wall();
  const outcome = await askCancel(desk, entry, current, attemptReference(current, due.attempt));
  const endedAt = desk.clock.wall();
  const recorded = await recordOutcome(desk, entry, current, due, outcome);
  const { number: attemptNumber } = due;
  const { kind } = outcome;
  desk.telemetry.venueCall(recorded, { operation: "cancel", startedAt, endedAt, outcome: kind, attemptNumber });
  const detail = "error" in outcome ? detailOf(outcome.error) : "surplus";
  const asked = { askedAt: startedAt, answeredAt: endedAt, detail };
  await recordEvidence(desk, order, { attemptNumber, operation: "CANCEL", outcome: kind, ...asked });
  return recorded;
}

async function recordOutcome(
  desk: Desk,
  entry: VenueEntry,
  order: Order,
  due: Due,
  outcome: CancelOutcome,
): Promise<Order> {
  switch (outcome.kind) {
    case "ACCEPTED": {
      const told = outcome.report === undefined ? order : await record(desk, order, due, outcome.report);
      return recordEvidenceOf(desk, told, due, { kind: "CANCEL_TAKEN" });
    }
    case "NOT_OPEN": {
      // "Not open" says neither filled nor cancelled: only a look-up does.
      const found = await lookUp(desk, entry, order, due);
      const error = orderError("ANSWER_LOST", "the venue says it is not open, and not yet what became of it");
      return recordEvidenceOf(desk, found, due, { kind: "CANCEL_UNKNOWN", error });
    }
    case "REFUSED":
    case "UNKNOWN":
      return recordEvidenceOf(desk, order, due, { kind: "CANCEL_UNKNOWN", error: outcome.error });
  }
}

/** A look-up that fails, or finds nothing, proves nothing: the venue has had this attempt. */
async function lookUp(desk: Desk, entry: VenueEntry, order: Order, due: Due): Promise<Order> {
  const { attempt, number: attemptNumber } = due;
  const startedAt = desk.clock.wall();
  const answer = await askVenue(desk, entry, attemptReference(order, attempt));
  const endedAt = desk.clock.wall();
  const recorded = answer.kind === "FOUND" ? await record(desk, order, due, answer.report) : order;
  const call = { operation: "lookup", startedAt, endedAt, outcome: answer.kind, attemptNumber } as const;
  desk.telemetry.venueCall(recorded, call);
  await keepLookUp(desk, order, attemptNumber, { askedAt: startedAt, answeredAt: endedAt, answer });
  return recorded;
}

function recordEvidenceOf(desk: Desk, order: Order, { attempt }: Due, evidence: Evidence): Promise<Order> {
  return recordReport(desk, order, { submitKey: attempt.submitKey, evidence, fills: [] });
}

/** What the venue shows of the id that it was asked about is of this attempt, by whichever key it tells it. */
function record(desk: Desk, order: Order, { attempt }: Due, report: ExecutionReport): Promise<Order> {
  const isNamed = attempt.venueOrderId !== undefined && attempt.venueOrderId === report.venueOrderId;
  return recordReport(desk, order, isNamed ? { ...report, submitKey: attempt.submitKey } : report);
}

function mayBeAlive(order: Order, { attempt }: Due): boolean {
  return surplusOf(order, attempt.submitKey)?.cancelAfter !== undefined;
}

function detailOf({ code, message }: OrderError): string {
  return `${code}: ${message}`;
}
