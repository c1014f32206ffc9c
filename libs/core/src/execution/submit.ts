import { commitTransitions } from "../desk/commit-transitions.ts";
import type { Desk } from "../desk/desk.ts";
import { recordEvidence } from "../desk/record-evidence.ts";
import { recordReport, reread } from "../desk/record-report.ts";
import { retryPolicyOf } from "../desk/retry-policy-of.ts";
import { retryClass } from "../error/error-code.ts";
import { type OrderError, orderError } from "../error/order-error.ts";
import { SurefillError } from "../error/surefill-error.ts";
import type { AttemptPermit } from "../gate/attempt-permit.ts";
import { exceedsSlippage } from "../money/slippage.ts";
import { changeOrder } from "../order/change-order.ts";
import { deadlineEvent, isOverdue } from "../order/deadline.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import type { Order } from "../order/order.ts";
import type { OrderEvent } from "../order/order-event.ts";
import { deadAttemptEvent } from "../retry/dead-attempt-event.ts";
import type { AttemptWrite, CommitResult, LeaseFence } from "../store/order-change.ts";
import type { VenueCall } from "../telemetry/order-telemetry.ts";
import { withDeadline } from "../time/with-deadline.ts";
import type { AttemptRequest, PrepareAnswer, PreparedAttempt, SubmitOutcome } from "../venue/venue.ts";
import type { VenueEntry } from "../venue/venue-directory.ts";
import { type Admission, admit } from "./admit.ts";
import { AttemptAge } from "./attempt-age.ts";
import { refuse } from "./set-trading-state.ts";
import { Turns } from "./turns.ts";

/** An attempt to send, and when the trading state was asked about it. */
interface Judged {
  readonly attempt: PreparedAttempt;
  readonly judgedAtMs: number;
  readonly age: AttemptAge;
}

/** Deadlines of the venue calls: a venue that says nothing for so long has said nothing. */
const prepareMsMax = 10_000;
const submitMsMax = 15_000;

/** What a trading state allowed is asked for again before it is sent, if so much time has passed. */
const admissionMsMax = 100;

/**
 * One attempt of an order that is due: prepare, make the attempt durable, send exactly those bytes once, record what
 * the answer proves. Returns the order as it is then; if somebody else moved it first, nothing is sent. An order that
 * the trading state forbids is cancelled instead. Submissions that share `turns` reduce one position one by one.
 */
export async function submit(
  desk: Desk,
  entry: VenueEntry,
  order: Order,
  fence: LeaseFence,
  turns: Turns = new Turns(),
  permit?: AttemptPermit,
): Promise<Order> {
  const request = { orderId: order.orderId, instruction: order.instruction, number: order.attemptCount + 1 };
  const startedAt = desk.clock.wall();
  const judgedAtMs = desk.clock.monotonicMs();
  const age = new AttemptAge(desk.clock);
  const [admission, answer] = await Promise.all([admit(desk, order, "SENT"), prepare(desk, entry, request)]);
  permit?.prepared(answer);
  if (admission.kind === "REFUSED") return refuse(desk, order, admission.error);
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
      ? { kind: "PREPARED", number: request.number, payload: storedPayload(answer.attempt) }
      : undefined;
  const result =
    attempt === undefined
      ? await commitTransitions(desk, order, after, { fence })
      : await whileAdmitted(desk, order, admission, turns, (tradingEpoch) =>
          commitTransitions(desk, order, after, { fence: { ...fence, tradingEpoch }, attempt }),
        );
  if (result.kind === "REFUSED") return refuse(desk, order, result.error);
  if (result.kind !== "COMMITTED") return reread(desk, order);
  desk.telemetry.venueCall(after.order, call);

  if (answer.kind !== "PREPARED" || attempt === undefined) return after.order;
  return send(desk, entry, after.order, { attempt: answer.attempt, judgedAtMs, age }, permit);
}

/**
 * Commits under the epoch that the order was judged by, so that the store refuses it once a trading state has changed.
 * What passes only because it reduces a position is judged and committed in turn: of two that each fit alone, the
 * second finds the first.
 */
async function whileAdmitted(
  desk: Desk,
  order: Order,
  admission: Extract<Admission, { kind: "ADMITTED" }>,
  turns: Turns,
  commit: (tradingEpoch: number) => Promise<CommitResult>,
): Promise<CommitResult | Extract<Admission, { kind: "REFUSED" }>> {
  if (!admission.isRestricted) return commit(admission.tradingEpoch);
  return turns.take(order.positionId, async () => {
    const now = await admit(desk, order, "SENT");
    return now.kind === "REFUSED" ? now : commit(now.tradingEpoch);
  });
}

/** What is kept of an attempt: its bytes, or what the library gives in their place. */
function storedPayload({ payload, storedPayload: kept = payload }: PreparedAttempt): Uint8Array {
  return kept;
}

async function prepare(desk: Desk, entry: VenueEntry, request: AttemptRequest): Promise<PrepareAnswer> {
  try {
    return await withDeadline(desk.clock, prepareMsMax, (signal) => entry.venue.prepare(request, signal));
  } catch (thrown) {
    return notPrepared(thrown);
  }
}

/** Nothing was sent, so even a bug in the library leaves no doubt: the attempt provably did nothing. */
function notPrepared(thrown: unknown): PrepareAnswer {
  const error = SurefillError.from(thrown);
  if (error.code === "DEADLINE_EXCEEDED") {
    return { kind: "FAILED", error: orderError("VENUE_UNREACHABLE", `${error.message}; nothing was sent`) };
  }
  if (retryClass(error.code) !== "retryable") {
    return { kind: "FAILED", error: orderError("PREPARE_FAILED", error.message) };
  }
  const { retryAfterMs } = error;
  return { kind: "FAILED", error: error.toOrderError(), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

function preparedEvent(desk: Desk, order: Order, answer: PrepareAnswer): OrderEvent {
  if (answer.kind === "FAILED") {
    const { error, retryAfterMs } = answer;
    const context = { now: desk.clock.wall(), policy: retryPolicyOf(desk, order), unit: desk.random.unit() };
    const asked = retryAfterMs === undefined ? {} : { retryAfterMs };
    return deadAttemptEvent(order, "NOT_PREPARED", error, { ...context, ...asked });
  }
  if (isOverdue(order, desk.clock.wall())) return deadlineEvent(order);
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

async function send(
  desk: Desk,
  entry: VenueEntry,
  order: Order,
  { attempt, judgedAtMs, age }: Judged,
  permit?: AttemptPermit,
): Promise<Order> {
  // Paying again may take a while, so the trading state is asked after it.
  const held = (await permit?.mayLeave()) ?? (await forbiddenSince(desk, order, judgedAtMs));
  const startedAt = desk.clock.wall();
  const outcome: SubmitOutcome =
    held === undefined ? await sendOnce(desk, entry, order, attempt, age) : { kind: "NOT_SENT", error: held };
  const endedAt = desk.clock.wall();
  permit?.submitted(outcome);
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
  if (outcome.kind === "UNKNOWN") {
    const detail = `${outcome.error.code}: ${outcome.error.message}`;
    const asked = { askedAt: startedAt, answeredAt: endedAt, detail };
    await recordEvidence(desk, order, { attemptNumber: number, operation: "SUBMIT", outcome: "UNKNOWN", ...asked });
  }
  return recorded;
}

/**
 * What forbids the order now. A change of the trading state that comes after the commit waits for this attempt, or for
 * its validity to end, before it is answered; so that it need not wait, old knowledge is made new before the wire.
 */
async function forbiddenSince(desk: Desk, order: Order, judgedAtMs: number): Promise<OrderError | undefined> {
  if (desk.clock.monotonicMs() - judgedAtMs < admissionMsMax) return undefined;
  const admission = await admit(desk, order, "SENT");
  return admission.kind === "REFUSED" ? admission.error : undefined;
}

async function sendOnce(
  desk: Desk,
  entry: VenueEntry,
  order: Order,
  attempt: PreparedAttempt,
  age: AttemptAge,
): Promise<SubmitOutcome> {
  // Between the commit and here any time may have passed. A dead request is not sent: that much is provable.
  if (age.isPast(attempt)) {
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
    case "NOT_SENT": {
      const { error, retryAfterMs } = outcome;
      const kind = outcome.kind === "REJECTED" ? "REFUSED" : "NOT_SENT";
      const asked = retryAfterMs === undefined ? {} : { retryAfterMs };
      return { submitKey, evidence: { kind, error, ...asked }, fills: [] };
    }
    case "UNKNOWN":
      return { submitKey, evidence: { kind: "UNKNOWN", error: outcome.error }, fills: [] };
  }
}
