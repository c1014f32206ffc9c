import {
  type EvidenceOperation,
  type EvidenceOutcome,
  type KeptEvidence,
  orderId,
  type VenueEvidence,
  wallTime,
} from "@surefill/core";
import { type Columns, nullable, required } from "./column.ts";

/** What is asked about one order; `number` is given by the store. */
export interface EvidenceRow {
  readonly order_id: string;
  readonly attempt_number: number;
  readonly operation: EvidenceOperation;
  readonly outcome: EvidenceOutcome;
  readonly asked_at: number;
  readonly answered_at: number;
  readonly as_of: number | null;
  readonly detail: string;
}

export interface KeptEvidenceRow extends EvidenceRow {
  readonly number: number;
  readonly count: number;
  readonly last_asked_at: number;
  readonly last_answered_at: number;
}

export const keptEvidenceColumns: Columns<KeptEvidenceRow> = {
  order_id: required("uuid"),
  number: required("integer"),
  attempt_number: required("integer"),
  operation: required("text"),
  outcome: required("text"),
  count: required("integer"),
  asked_at: required("time"),
  answered_at: required("time"),
  last_asked_at: required("time"),
  last_answered_at: required("time"),
  as_of: nullable("time"),
  detail: required("text"),
};

export function evidenceRow(evidence: VenueEvidence): EvidenceRow {
  return {
    order_id: evidence.orderId,
    attempt_number: evidence.attemptNumber,
    operation: evidence.operation,
    outcome: evidence.outcome,
    asked_at: evidence.askedAt,
    answered_at: evidence.answeredAt,
    as_of: evidence.asOf ?? null,
    detail: evidence.detail,
  };
}

/** @throws RangeError for a row that was not written by this code. */
export function keptEvidenceOf(row: KeptEvidenceRow): KeptEvidence {
  return {
    orderId: orderId(row.order_id),
    number: row.number,
    attemptNumber: row.attempt_number,
    operation: row.operation,
    outcome: row.outcome,
    count: row.count,
    askedAt: wallTime(row.asked_at),
    answeredAt: wallTime(row.answered_at),
    lastAskedAt: wallTime(row.last_asked_at),
    lastAnsweredAt: wallTime(row.last_answered_at),
    ...(row.as_of === null ? {} : { asOf: wallTime(row.as_of) }),
    detail: row.detail,
  };
}
