import type { Desk } from "../desk/desk.ts";
import { recordReport } from "../desk/record-report.ts";
import { SurefillError } from "../error/surefill-error.ts";
import { type Attempt, attemptOf, isFateOpen, type Order } from "../order/order.ts";
import type { AttemptWrite } from "../store/order-change.ts";
import { withDeadline } from "../time/with-deadline.ts";
import type { AttemptReference, LookupAnswer } from "../venue/venue.ts";
import type { VenueEntry } from "../venue/venue-directory.ts";
import { proveAbsence } from "./prove-absence.ts";

const lookupMsMax = 10_000;

/**
 * Asks the venue about an order's attempt and records what the answer proves; returns the order as it is then. A
 * failed look-up and an unproven "not found" change nothing.
 */
export async function lookUp(desk: Desk, entry: VenueEntry, order: Order): Promise<Order> {
  const attempt = attemptOf(order);
  if (attempt === undefined) return order;
  const startedAt = desk.clock.wall();
  const answer = await ask(desk, entry, attemptReference(order, attempt));
  const endedAt = desk.clock.wall();
  const recorded = await recordAnswer(desk, entry, order, attempt, answer);
  desk.telemetry.venueCall(recorded, {
    operation: "lookup",
    startedAt,
    endedAt,
    outcome: answer.kind,
    attemptNumber: attempt.number,
  });
  return recorded;
}

/** An attempt as the venue can be asked about it. */
export function attemptReference({ instruction }: Order, { submitKey, venueOrderId }: Attempt): AttemptReference {
  const { account, instrument } = instruction;
  return { account, instrument, submitKey, ...(venueOrderId === undefined ? {} : { venueOrderId }) };
}

async function ask(desk: Desk, entry: VenueEntry, reference: AttemptReference): Promise<LookupAnswer> {
  try {
    return await withDeadline(desk.clock, lookupMsMax, (signal) => entry.venue.lookup(reference, signal));
  } catch (thrown) {
    return { kind: "UNAVAILABLE", error: SurefillError.from(thrown).toOrderError() };
  }
}

async function recordAnswer(
  desk: Desk,
  entry: VenueEntry,
  order: Order,
  attempt: Attempt,
  answer: LookupAnswer,
): Promise<Order> {
  switch (answer.kind) {
    case "FOUND":
      return recordReport(desk, order, answer.report);
    case "NOT_FOUND": {
      const report = proveAbsence(attempt, answer, entry.manifest.capabilities);
      const answeredAt = desk.clock.wall();
      const absent: AttemptWrite = { kind: "ANSWERED", number: attempt.number, outcome: "ABSENT", answeredAt };
      // Of an attempt that the venue has had, "not found" is no news: what it answered then stays on record.
      return report === undefined || !isFateOpen(order) ? order : recordReport(desk, order, report, absent);
    }
    case "UNAVAILABLE":
      desk.log.warn({ order_id: order.orderId, venue: entry.venueId, error_code: answer.error.code }, "look-up failed");
      return order;
  }
}
