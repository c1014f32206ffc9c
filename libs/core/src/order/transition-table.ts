import type { OrderEventType } from "./order-event.ts";
import type { OrderState, Phase } from "./order-state.ts";

/**
 * Where an event leads: a phase; STAY, the phase it happened in; or OPEN, CONFIRMING or PARTIALLY_FILLED according to
 * whether anything is filled.
 */
export type Target = Phase | "STAY" | "OPEN";

type Row = Readonly<Partial<Record<OrderEventType, Target>>>;

/** Fills are always applied: real venues report them after a cancel, an expiry, even after a refusal. */
const lateFills = { FILLED_PARTLY: "STAY", FILLED_FULLY: "STAY" } as const satisfies Row;

const fills = { FILLED_PARTLY: "PARTIALLY_FILLED", FILLED_FULLY: "FILLED" } as const satisfies Row;

/** What ends an order that the venue has, or may have. */
const venueEnds = { COMPLETED: "FILLED", CANCELLED: "CANCELLED", EXPIRED: "EXPIRED" } as const satisfies Row;

/** What a dead attempt leads to. */
const deadAttempt = { RETRY_SCHEDULED: "FAILED_WILL_RETRY", FAILED: "FAILED_FINAL" } as const satisfies Row;

/**
 * A venue that forgets what it had (a purged history, an order id of another node, an account moved) proves nothing: it
 * may have been filled or cancelled before. Without this row such an order would stay open, and be looked up, for ever;
 * in doubt it is listed, found again if the venue knows it after all, and ended by an operator if not.
 */
const forgotten = { VANISHED: "IN_DOUBT" } as const satisfies Row;

/**
 * An attempt that was refused and is open, by the same venue's word: a lie, or an old message. In doubt it is looked
 * up; a retry, or an end, that trusts the refusal would leave it behind alive.
 */
const contradicted = { CONTRADICTED: "IN_DOUBT" } as const satisfies Row;

/** Wherever there was an attempt, another one of the order can turn up; the order goes on as if it had not. */
const surplus = { SURPLUS_ATTEMPT: "STAY" } as const satisfies Row;

/** What comes after the end of an order that had an attempt. */
const ended = { ...lateFills, ...surplus } as const satisfies Row;

/** THE state machine: what is not listed is refused. */
export const transitionTable: Readonly<Record<Phase, Row>> = {
  PENDING: {
    ...deadAttempt, // prepare failed: nothing was sent
    ATTEMPT_PREPARED: "SUBMITTED",
    CANCEL_REQUESTED: "CANCELLED",
    EXPIRE_TIME_PASSED: "EXPIRED",
  },
  AWAITING_CONFIRMATION: {
    CONFIRMED: "PENDING",
    DECLINED: "CANCELLED",
    CONFIRMATION_LAPSED: "CANCELLED",
    DENIED: "DENIED",
    CANCEL_REQUESTED: "CANCELLED",
  },
  SUBMITTED: {
    ...deadAttempt, // not sent, refused for now, or proven absent
    ...fills, // a stream is often faster than the answer
    ...venueEnds,
    ACCEPTED: "OPEN",
    REJECTED: "REJECTED",
    ANSWER_LOST: "IN_DOUBT",
    CANCEL_REQUESTED: "STAY", // the venue may or may not have it: evidence first
    EXPIRE_TIME_PASSED: "STAY",
    ...surplus,
  },
  IN_DOUBT: {
    ...deadAttempt, // proven absent
    ...fills,
    ...venueEnds,
    ACCEPTED: "OPEN", // found
    ADOPTED: "OPEN", // named by an operator, and found
    // Not FAILED, which says that the attempt provably did nothing and invites the caller to place it anew.
    DECLARED_DEAD: "CANCELLED",
    REJECTED: "REJECTED", // found, refused
    CANCEL_REQUESTED: "STAY",
    EXPIRE_TIME_PASSED: "STAY",
    ...surplus,
  },
  CONFIRMING: {
    ...deadAttempt, // some venues acknowledge first and refuse later; a transaction can fail on chain
    ...fills,
    ...venueEnds,
    ...forgotten,
    ...contradicted,
    REJECTED: "REJECTED",
    LANDED: "STAY",
    CANCEL_REQUESTED: "CANCELLING",
    EXPIRE_TIME_PASSED: "CANCELLING",
    CANCEL_STARTED: "CANCELLING",
    ...surplus,
  },
  PARTIALLY_FILLED: {
    ...fills,
    ...venueEnds,
    ...forgotten,
    ...contradicted,
    CANCEL_REQUESTED: "CANCELLING",
    EXPIRE_TIME_PASSED: "CANCELLING",
    CANCEL_STARTED: "CANCELLING",
    ...surplus,
  },
  CANCELLING: {
    ...venueEnds,
    ...forgotten,
    REJECTED: "REJECTED",
    FILLED_PARTLY: "STAY",
    FILLED_FULLY: "FILLED",
    CANCEL_SENT: "STAY",
    CANCEL_UNANSWERED: "STAY",
    CANCEL_REFUSED: "OPEN",
    ...surplus,
  },
  FAILED_WILL_RETRY: {
    ...deadAttempt, // the next prepare failed
    ...fills, // the proof was wrong: money moved, so the retry is off
    ACCEPTED: "CONFIRMING", // the proof was wrong: a retry now would be a second order
    ATTEMPT_PREPARED: "SUBMITTED",
    CANCEL_REQUESTED: "CANCELLED",
    EXPIRE_TIME_PASSED: "EXPIRED",
    ...surplus,
  },
  FAILED_FINAL: ended,
  FILLED: ended, // a fill is an overfill
  CANCELLED: ended,
  EXPIRED: ended,
  REJECTED: ended,
  DENIED: {}, // nothing was ever sent
};

/**
 * Where a partial fill of an earlier attempt leads elsewhere than the table says: it proves nothing about the last
 * attempt, whose fate is open, or which is dead.
 */
const unmovedByEarlierFills: ReadonlySet<Phase> = new Set(["SUBMITTED", "IN_DOUBT", "FAILED_WILL_RETRY"]);

/** The phase after `event`, or undefined if the table refuses it. */
export function nextPhase(
  phase: Phase,
  event: OrderEventType,
  hasFills: boolean,
  isEarlierAttempt = false,
): Phase | undefined {
  if (isEarlierAttempt && event === "FILLED_PARTLY" && unmovedByEarlierFills.has(phase)) return phase;
  const target = transitionTable[phase][event];
  if (target === "STAY") return phase;
  if (target === "OPEN") return hasFills ? "PARTIALLY_FILLED" : "CONFIRMING";
  return target;
}

/** The state that a phase is shown as. */
export function stateOfPhase(phase: Phase): OrderState {
  return phase === "FAILED_FINAL" || phase === "FAILED_WILL_RETRY" ? "FAILED" : phase;
}
