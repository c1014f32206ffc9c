import { commitTransitions } from "../desk/commit-transitions.ts";
import type { Desk } from "../desk/desk.ts";
import { recordReport, reread } from "../desk/record-report.ts";
import { type OrderError, orderError } from "../error/order-error.ts";
import { SurefillError } from "../error/surefill-error.ts";
import { exceedsSlippage } from "../money/slippage.ts";
import { changeOrder } from "../order/change-order.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import type { Order } from "../order/order.ts";
import type { OrderEvent } from "../order/order-event.ts";
import { deadAttemptEvent } from "../retry/dead-attempt-event.ts";
import type { AttemptWrite, LeaseFence } from "../store/order-change.ts";
import type { VenueCall } from "../telemetry/order-telemetry.ts";
import { withDeadline } from "../time/with-deadline.ts";
import type { AttemptRequest, PrepareAnswer, PreparedAttempt, SubmitOutcome } from "../venue/venue.ts";
import type { VenueEntry } from "../venue/venue-directory.ts";

/** Deadlines of the venue calls: a venue that says nothing for so long has said nothing. */
const prepareMsMax = 10_000;
const submitMsMax = 15_000;

/**
 * One attempt of an order that is due: prepare, make the attempt durable, send exactly those bytes once, record what
 * the answer proves. Returns the order as it is then; if somebody else moved it first, nothing is sent.
 */
export async function submit(desk: Desk, entry: VenueEntry, order: Order, fence: LeaseFence): Promise<Order> {
  const request = { orderId: order.orderId, instruction: order.instruction, number: order.attemptCount + 1 };
  const startedAt = desk.clock.wall();
  const answer = await prepare(desk, entry, request);
  const endedAt = desk.clock.wall();
  const call = {
    operation: "prepare",
    startedAt,
    endedAt,
    outcome: answer.kind,
    attemptNumber: request.number,
  } as const;

  const event = preparedEvent(desk, order, answer);
  const after = changeOrder(order, [event], endedAt);
  const attempt: AttemptWrite | undefined =
    answer.kind === "PREPARED" && event.type === "ATTEMPT_PREPARED"
      ? { kind: "PREPARED", number: request.number, payload: answer.attempt.payload }
      : undefined;
  const result = await commitTransitions(desk, order, after, { fence, ...(attempt === undefined ? {} : { attempt }) });
  if (result.kind !== "COMMITTED") return reread(desk, order);
  desk.telemetry.venueCall(after.order, call);

  if (answer.kind !== "PREPARED" || attempt === undefined) return after.order;
  return send(desk, entry, after.order, answer.attempt);
}

async function prepare(desk: Desk, entry: VenueEntry, request: AttemptRequest): Promise<PrepareAnswer> {
  try {
    return await withDeadline(desk.clock, prepareMsMax, (signal) => entry.venue.prepare(request, signal));
  } catch (thrown) {
    // Nothing was sent, so even a bug in the library leaves no doubt: the attempt provably did nothing.
    const { message } = SurefillError.from(thrown);
    return { kind: "FAILED", error: orderError("PREPARE_FAILED", message) };
  }
}

function preparedEvent(desk: Desk, order: Order, answer: PrepareAnswer): OrderEvent {
  const context = { now: desk.clock.wall(), policy: desk.retryPolicy, unit: desk.random.unit() };
  if (answer.kind === "FAILED") return deadAttemptEvent(order, "NOT_PREPARED", answer.error, context);
  const { submitKey, validUntil, quotedPrice } = answer.attempt;
  const moved = priceMoved(order, answer.attempt);
  if (moved !== undefined) return { type: "FAILED", error: moved };
  return {
    type: "ATTEMPT_PREPARED",
    submitKey,
    ...(validUntil === undefined ? {} : { validUntil }),
    ...(quotedPrice === undefined ? {} : { quotedPrice }),
  };
}

/** Slippage counts from the expected price over all attempts, never from the fresh quote. */
function priceMoved({ expectedPrice, instruction }: Order, { quotedPrice }: PreparedAttempt): OrderError | undefined {
  const { maxSlippageBps, side } = instruction;
  if (maxSlippageBps === undefined || expectedPrice === undefined || quotedPrice === undefined) return undefined;
  if (!exceedsSlippage(side, quotedPrice, expectedPrice, maxSlippageBps)) return undefined;
  const context = { quoted: quotedPrice, expected: expectedPrice, max_slippage_bps: String(maxSlippageBps) };
  const text = `the quote ${quotedPrice} is more than ${maxSlippageBps} bps worse than the expected ${expectedPrice}`;
  return orderError("PRICE_MOVED", text, context);
}

async function send(desk: Desk, entry: VenueEntry, order: Order, attempt: PreparedAttempt): Promise<Order> {
  const startedAt = desk.clock.wall();
  const outcome = await sendOnce(desk, entry, order, attempt);
  const endedAt = desk.clock.wall();
  const number = order.attemptCount;
  const answered: AttemptWrite = {
    kind: "ANSWERED",
    number,
    outcome: outcome.kind,
    answeredAt: endedAt,
    ...("rawAnswer" in outcome && outcome.rawAnswer !== undefined ? { rawAnswer: outcome.rawAnswer } : {}),
  };
  const recorded = await recordReport(desk, order, reportOf(attempt, outcome), answered);
  const call: VenueCall = { operation: "submit", startedAt, endedAt, outcome: outcome.kind, attemptNumber: number };
  desk.telemetry.venueCall(recorded, call);
  return recorded;
}

async function sendOnce(desk: Desk, entry: VenueEntry, order: Order, attempt: PreparedAttempt): Promise<SubmitOutcome> {
  // Between the commit and here any time may have passed. A dead request is not sent: that much is provable.
  if (attempt.validUntil !== undefined && desk.clock.wall() >= attempt.validUntil) {
    const error = orderError("ATTEMPT_EXPIRED", "the attempt's validity passed before it was sent");
    return { kind: "NOT_SENT", error };
  }
  try {
    const { account } = order.instruction;
    return await withDeadline(desk.clock, submitMsMax, (signal) => entry.venue.submit(account, attempt, signal));
  } catch (thrown) {
    desk.log.error({ error: thrown, order_id: order.orderId, venue: entry.venueId }, "venue library threw from submit");
    return { kind: "UNKNOWN", error: orderError("ANSWER_LOST", SurefillError.from(thrown).message) };
  }
}

function reportOf({ submitKey }: PreparedAttempt, outcome: SubmitOutcome): ExecutionReport {
  switch (outcome.kind) {
    case "ACCEPTED": {
      if (outcome.report !== undefined) return outcome.report;
      const { venueOrderId } = outcome;
      return {
        submitKey,
        evidence: { kind: "OPEN" },
        fills: [],
        ...(venueOrderId === undefined ? {} : { venueOrderId }),
      };
    }
    case "REJECTED":
    case "NOT_SENT":
    case "UNKNOWN":
      return { submitKey, evidence: { kind: outcome.kind, error: outcome.error }, fills: [] };
  }
}
