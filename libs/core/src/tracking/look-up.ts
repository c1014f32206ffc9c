import type { Desk } from "../desk/desk.ts";
import { recordReport } from "../desk/record-report.ts";
import { SurefillError } from "../error/surefill-error.ts";
import { type Attempt, attemptOf, isFateOpen, type Order, wasAtVenue } from "../order/order.ts";
import type { AttemptWrite } from "../store/order-change.ts";
import { withDeadline } from "../time/with-deadline.ts";
import type { AttemptReference, LookupAnswer } from "../venue/venue.ts";
import type { VenueEntry } from "../venue/venue-directory.ts";
import { keepLookUp } from "./keep-look-up.ts";
import { proveAbsence } from "./prove-absence.ts";

const lookupMsMax = 10_000;

/** What a look-up came to: the venue's answer, and the order once that is recorded. */
export interface LookedUp {
  readonly order: Order;
  readonly answer: LookupAnswer;
}

/**
 * Asks the venue about an order's attempt and records what the answer proves; returns the order as it is then. A
 * failed look-up and an unproven "not found" change nothing.
 */
export async function lookUp(desk: Desk, entry: VenueEntry, order: Order): Promise<Order> {
  return (await askAbout(desk, entry, order))?.order ?? order;
}

/** As lookUp, with the venue's answer; undefined for an order without an attempt, of which nobody can be asked. */
export async function askAbout(desk: Desk, entry: VenueEntry, order: Order): Promise<LookedUp | undefined> {
  const attempt = attemptOf(order);
  if (attempt === undefined) return undefined;
  const startedAt = desk.clock.wall();
  const answer = await askVenue(desk, entry, attemptReference(order, attempt));
  const endedAt = desk.clock.wall();
  const recorded = await recordAnswer(desk, entry, order, attempt, answer);
  desk.telemetry.venueCall(recorded, {
    operation: "lookup",
    startedAt,
    endedAt,
    outcome: answer.kind,
    attemptNumber: attempt.number,
  });
  if (isTelling(order, answer)) {
    await keepLookUp(desk, order, attempt.number, { askedAt: startedAt, answeredAt: endedAt, answer });
  }
  return { order: recorded, answer };
}

/** Whether a look-up is evidence in a doubt: that a healthy order is found is not, and would be written at every poll. */
function isTelling(order: Order, answer: LookupAnswer): boolean {
  return answer.kind !== "FOUND" || isFateOpen(order) || order.state === "CANCELLING";
}

/** An attempt as the venue can be asked about it. */
export function attemptReference(
  { instruction }: Order,
  { submitKey, venueOrderId }: Pick<Attempt, "submitKey" | "venueOrderId">,
): AttemptReference {
  const { account, instrument } = instruction;
  return { account, instrument, submitKey, ...(venueOrderId === undefined ? {} : { venueOrderId }) };
}

/** What the venue knows about an attempt; a look-up that fails or takes more than 10 s says nothing. */
export async function askVenue(desk: Desk, entry: VenueEntry, reference: AttemptReference): Promise<LookupAnswer> {
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
  // While its sender lives, a SUBMITTED order is not looked up.
  const takenUp = order.state === "SUBMITTED";
  switch (answer.kind) {
    case "FOUND":
      return recordReport(desk, order, answer.report, undefined, { takenUp });
    case "NOT_FOUND": {
      const report = proveAbsence(attempt, answer, entry.manifest.capabilities);
      const answeredAt = desk.clock.wall();
      const absent: AttemptWrite = { kind: "ANSWERED", number: attempt.number, outcome: "ABSENT", answeredAt };
      // Of an attempt that the venue has had, "not found" is no news: what it answered then stays on record.
      return report === undefined || !isFateOpen(order) || wasAtVenue(order)
        ? order
        : recordReport(desk, order, report, absent, { takenUp });
    }
    case "UNAVAILABLE":
      desk.log.warn({ order_id: order.orderId, venue: entry.venueId, error_code: answer.error.code }, "look-up failed");
      return order;
  }
}
