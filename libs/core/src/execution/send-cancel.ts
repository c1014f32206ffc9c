import type { Desk } from "../desk/desk.ts";
import { recordEvidence } from "../desk/record-evidence.ts";
import { recordReport } from "../desk/record-report.ts";
import { retryClass } from "../error/error-code.ts";
import { type OrderError, orderError } from "../error/order-error.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import { dueAtOnce, type Order } from "../order/order.ts";
import { attemptReference, lookUp } from "../tracking/look-up.ts";
import type { CancelOutcome } from "../venue/venue.ts";
import type { VenueEntry } from "../venue/venue-directory.ts";
import { askCancel } from "./ask-cancel.ts";

type Cancelling = Extract<Order, { state: "CANCELLING" }>;

/**
 * Sends the cancel that a CANCELLING order is due for and records what the answer proves. One that is sent again comes
 * after a look-up, for the one before may have done its work.
 */
export async function sendCancel(desk: Desk, entry: VenueEntry, order: Order): Promise<Order> {
  if (order.state !== "CANCELLING") return order;
  const current = mayHaveWorked(order) ? await lookUp(desk, entry, order) : order;
  return current.state === "CANCELLING" ? cancelOnce(desk, entry, current) : current;
}

/** Whether a cancel of it was sent before that the venue took, or whose answer is lost; one that it refused for now did nothing. */
function mayHaveWorked({ cancelAfter, lastError }: Cancelling): boolean {
  const isFirst = cancelAfter === dueAtOnce.cancel;
  return !isFirst && (lastError === undefined || retryClass(lastError.code) !== "retryable");
}

async function cancelOnce(desk: Desk, entry: VenueEntry, order: Cancelling): Promise<Order> {
  const { attempt } = order;
  const startedAt = desk.clock.wall();
  const outcome = await askCancel(desk, entry, order, attemptReference(order, attempt));
  const endedAt = desk.clock.wall();
  const recorded = await recordOutcome(desk, entry, order, outcome);
  desk.telemetry.venueCall(recorded, {
    operation: "cancel",
    startedAt,
    endedAt,
    outcome: outcome.kind,
    attemptNumber: attempt.number,
  });
  // A cancel that is taken at once is told by the order's transitions.
  if (outcome.kind !== "ACCEPTED") {
    const { kind } = outcome;
    const detail = "error" in outcome ? `${outcome.error.code}: ${outcome.error.message}` : "";
    const asked = { askedAt: startedAt, answeredAt: endedAt, detail };
    await recordEvidence(desk, order, { attemptNumber: attempt.number, operation: "CANCEL", outcome: kind, ...asked });
  }
  return recorded;
}

async function recordOutcome(desk: Desk, entry: VenueEntry, order: Cancelling, outcome: CancelOutcome): Promise<Order> {
  const { submitKey } = order.attempt;
  const report = (evidence: ExecutionReport["evidence"]): ExecutionReport => ({ submitKey, evidence, fills: [] });
  switch (outcome.kind) {
    case "ACCEPTED": {
      const told = outcome.report === undefined ? order : await recordReport(desk, order, outcome.report);
      // The end is yet to come, or not to be believed before its fills: the cancel is not due again at once.
      return told.state === "CANCELLING" ? recordReport(desk, told, report({ kind: "CANCEL_TAKEN" })) : told;
    }
    case "REFUSED":
      return recordReport(desk, order, report(refusal(outcome.error)));
    case "UNKNOWN":
      return recordReport(desk, order, report({ kind: "CANCEL_UNKNOWN", error: outcome.error }));
    case "NOT_OPEN": {
      // "Not open" says neither filled nor cancelled: only a look-up does. What it can't tell is asked again.
      const found = await lookUp(desk, entry, order);
      const error = orderError("ANSWER_LOST", "the venue says the order is not open, and not yet what became of it");
      return found.state === "CANCELLING"
        ? recordReport(desk, found, report({ kind: "CANCEL_UNKNOWN", error }))
        : found;
    }
  }
}

/** A refusal that may pass, as for too many requests, is asked again; one for good leaves the order as it is there. */
function refusal(error: OrderError): ExecutionReport["evidence"] {
  return { kind: retryClass(error.code) === "fatal" ? "CANCEL_REFUSED" : "CANCEL_UNKNOWN", error };
}
