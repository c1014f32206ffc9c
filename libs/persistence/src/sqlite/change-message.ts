import type { CommitResult } from "@surefill/core";
import type { EncodedChange } from "../commit/encoded-change.ts";
import { preparedAttemptColumns } from "../row/attempt-row.ts";
import { type ColumnValue, columnNames } from "../row/column.ts";
import { eventColumns } from "../row/event-row.ts";
import { fillColumns } from "../row/fill-row.ts";
import { orderProgressColumns, orderTermsColumns } from "../row/order-row.ts";

/** What SQLite binds: there are no booleans. */
export type SqliteValue = string | number | Uint8Array | null;
export type SqliteValues = readonly SqliteValue[];

export const termsNames = columnNames(orderTermsColumns);
export const progressNames = columnNames(orderProgressColumns);
export const eventNames = columnNames(eventColumns);
export const preparedNames = columnNames(preparedAttemptColumns);
export const fillNames = columnNames(fillColumns);

/**
 * A change on its way to the worker thread: the values of its statements in the order of the names above, for arrays
 * copy fast.
 */
export interface ChangeMessage extends Pick<EncodedChange, "fence" | "positions" | "holdings"> {
  /** Terms and progress of a new order. */
  readonly inserted: SqliteValues | undefined;
  /** Progress, order id and version before. */
  readonly updated: SqliteValues;
  readonly events: readonly SqliteValues[];
  readonly prepared: SqliteValues | undefined;
  /** Outcome, raw answer, time, order id, number. */
  readonly answer: SqliteValues | undefined;
  readonly fills: readonly SqliteValues[];
}

/** What the worker answers for a change: what became of it, or why the database won't take its rows. */
export type ChangeAnswer = CommitResult["kind"] | { readonly refused: string };

export function changeMessage(change: EncodedChange): ChangeMessage {
  const { orderId, versionBefore = null, terms, prepared, answer } = change;
  const progress = bound(change.progress, progressNames);
  return {
    inserted: terms && [...bound(terms, termsNames), ...progress],
    updated: [...progress, orderId, versionBefore],
    events: change.events.map((event) => bound(event, eventNames)),
    prepared: prepared && bound(prepared, preparedNames),
    answer: answer && [answer.outcome, answer.raw_answer, answer.answered_at, orderId, answer.number],
    fills: change.fills.map((fill) => bound(fill, fillNames)),
    positions: change.positions,
    holdings: change.holdings,
    fence: change.fence,
  };
}

function bound<Row extends { readonly [N in Name]: ColumnValue }, Name extends string>(
  row: Row,
  names: readonly Name[],
): SqliteValues {
  return names.map((name) => {
    const value: ColumnValue = row[name];
    return typeof value === "boolean" ? Number(value) : value;
  });
}
