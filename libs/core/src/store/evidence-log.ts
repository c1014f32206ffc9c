import type { OrderId } from "../order/order-id.ts";
import type { WallTime } from "../time/wall-time.ts";

/** What was asked of the venue, and what the answers were, as the venue port calls them. */
export const evidenceOutcomes = {
  SUBMIT: ["ACCEPTED", "REJECTED", "NOT_SENT", "UNKNOWN"],
  LOOKUP: ["FOUND", "NOT_FOUND", "UNAVAILABLE"],
  CANCEL: ["ACCEPTED", "NOT_OPEN", "REFUSED", "UNKNOWN"],
} as const;

export type EvidenceOperation = keyof typeof evidenceOutcomes;
export type EvidenceOutcome = (typeof evidenceOutcomes)[EvidenceOperation][number];

/** One question about an order's attempt, and what came back. */
export interface VenueEvidence {
  readonly orderId: OrderId;
  readonly attemptNumber: number;
  readonly operation: EvidenceOperation;
  readonly outcome: EvidenceOutcome;
  readonly askedAt: WallTime;
  readonly answeredAt: WallTime;
  /** Venue time that a look-up was true for, where it said so. */
  readonly asOf?: WallTime;
  /** For people: an error's code and text, a venue order id. Without secrets; see keptDetail. */
  readonly detail: string;
}

/** Questions in a row that got the same answer: the times of the first and the last, the detail of the last. */
export interface KeptEvidence extends VenueEvidence {
  /** Grows with each row of the order; a gap says that rows were left out. */
  readonly number: number;
  /** How often it was asked. */
  readonly count: number;
  readonly lastAskedAt: WallTime;
  readonly lastAnsweredAt: WallTime;
}

/** Rows kept of one order: as many from its beginning, and as many of the newest. What comes between is left out. */
export const evidenceKept = { first: 20, last: 80 } as const;

/**
 * PORT: what the venue was asked about orders, where the order's own row and its events don't say it: look-ups, answers
 * that were lost, cancels that did not do. It is bounded whatever happens: a question that gets the answer of the one
 * before it (same attempt, operation and outcome) is counted with that, so that a ladder of look-ups is one row; and
 * of one order `evidenceKept` rows stay. It is for people: nothing decides by it.
 */
export interface EvidenceLog {
  append(evidence: VenueEvidence): Promise<void>;
  /** Of these orders, at most 200, each in the order of asking. */
  ofOrders(orderIds: readonly OrderId[]): Promise<readonly KeptEvidence[]>;
}

const detailLengthMax = 500;

/** What is kept of a text: at most 500 UTF-16 units, without what databases refuse. */
export function keptDetail(text: string): string {
  return text.slice(0, detailLengthMax).toWellFormed().replaceAll("\0", "\uFFFD");
}
