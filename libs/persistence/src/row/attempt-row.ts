import { type AttemptOutcome, type StoredAttempt, submitKey, wallTime } from "@surefill/core";
import { type Columns, nullable, required } from "./column.ts";

/** What is fixed before the first byte leaves. */
export interface PreparedAttemptRow {
  readonly order_id: string;
  readonly number: number;
  readonly venue: string;
  readonly submit_key: string;
  readonly valid_until: number | null;
  readonly prepared_at: number;
  readonly payload: Uint8Array;
}

/** What came back. */
export interface AttemptAnswerRow {
  readonly outcome: AttemptOutcome | null;
  readonly raw_answer: string | null;
  readonly answered_at: number | null;
}

export type AttemptRow = PreparedAttemptRow & AttemptAnswerRow;

export const preparedAttemptColumns: Columns<PreparedAttemptRow> = {
  order_id: required("uuid"),
  number: required("integer"),
  venue: required("text"),
  submit_key: required("text"),
  valid_until: nullable("time"),
  prepared_at: required("time"),
  payload: required("bytes"),
};

export const attemptAnswerColumns: Columns<AttemptAnswerRow> = {
  outcome: nullable("text"),
  raw_answer: nullable("text"),
  answered_at: nullable("time"),
};

/** Which column holds which field: a field of an attempt that is not here does not compile. */
export const columnsOfAttemptFields: { readonly [K in keyof Required<StoredAttempt>]: keyof AttemptRow } = {
  number: "number",
  submitKey: "submit_key",
  validUntil: "valid_until",
  preparedAt: "prepared_at",
  payload: "payload",
  outcome: "outcome",
  rawAnswer: "raw_answer",
  answeredAt: "answered_at",
};

/** @throws RangeError for a row that was not written by this code. */
export function attemptOfRow(row: AttemptRow): StoredAttempt {
  const { valid_until, outcome, raw_answer, answered_at } = row;
  return {
    number: row.number,
    submitKey: submitKey(row.submit_key),
    ...(valid_until === null ? {} : { validUntil: wallTime(valid_until) }),
    preparedAt: wallTime(row.prepared_at),
    // A copy: drivers hand out views into buffers of their own.
    payload: Uint8Array.from(row.payload),
    ...(outcome === null ? {} : { outcome }),
    ...(raw_answer === null ? {} : { rawAnswer: raw_answer }),
    ...(answered_at === null ? {} : { answeredAt: wallTime(answered_at) }),
  };
}
