import type { CommitResult } from "@surefill/core";
import type { EncodedChange } from "../commit/encoded-change.ts";
import { attemptAnswerColumns, preparedAttemptColumns } from "../row/attempt-row.ts";
import { type ColumnValue, columnNames } from "../row/column.ts";
import { eventColumns } from "../row/event-row.ts";
import { fillColumns } from "../row/fill-row.ts";
import { orderProgressColumns, orderTermsColumns } from "../row/order-row.ts";
import { holdingColumns, positionColumns } from "../row/position-row.ts";

/** What SQLite binds: there are no booleans. */
export type SqliteValue = string | number | Uint8Array | null;
export type SqliteValues = readonly SqliteValue[];

/** Whose values a message has one after the other, in the order of these names. */
export const messageNames = {
  fence: ["account", "venue", "epoch", "trading_epoch"],
  terms: columnNames(orderTermsColumns),
  progress: columnNames(orderProgressColumns),
  event: columnNames(eventColumns),
  prepared: columnNames(preparedAttemptColumns),
  answer: [...columnNames(attemptAnswerColumns), "order_id", "number"],
  fill: columnNames(fillColumns),
  position: columnNames(positionColumns),
  holding: columnNames(holdingColumns),
} as const;

/**
 * A change on its way to the worker thread: one flat array, for structured clones of objects and nested arrays cost four
 * times as much. ChangeReader reads it in the order in which it is written here.
 */
export type ChangeMessage = SqliteValues;

/** What the worker answers for a change: what became of it, or why the database won't take its rows. */
export type ChangeAnswer = CommitResult["kind"] | { readonly refused: string };

export function changeMessage(change: EncodedChange): ChangeMessage {
  const { orderId, versionBefore, fence, terms, progress, prepared, answer } = change;
  const message: SqliteValue[] = [];
  const fenceRow = fence && { ...fence.venueAccount, epoch: fence.epoch, trading_epoch: fence.tradingEpoch ?? null };
  appendRows(message, fenceRow === undefined ? [] : [fenceRow], messageNames.fence);
  appendRows(message, terms === undefined ? [] : [terms], messageNames.terms);
  append(message, progress, messageNames.progress);
  message.push(orderId, versionBefore ?? null);
  appendRows(message, change.events, messageNames.event);
  appendRows(message, prepared === undefined ? [] : [prepared], messageNames.prepared);
  appendRows(message, answer === undefined ? [] : [{ ...answer, order_id: orderId }], messageNames.answer);
  appendRows(message, change.fills, messageNames.fill);
  appendRows(message, change.positions, messageNames.position);
  appendRows(message, change.holdings, messageNames.holding);
  return message;
}

/** How many rows, then their values. */
function appendRows<Row extends { readonly [N in Name]: ColumnValue }, Name extends string>(
  message: SqliteValue[],
  rows: readonly Row[],
  names: readonly Name[],
): void {
  message.push(rows.length);
  for (const row of rows) append(message, row, names);
}

function append<Row extends { readonly [N in Name]: ColumnValue }, Name extends string>(
  message: SqliteValue[],
  row: Row,
  names: readonly Name[],
): void {
  for (const name of names) {
    const value: ColumnValue = row[name];
    message.push(typeof value === "boolean" ? Number(value) : value);
  }
}

/** Reads a message from its beginning, in the order in which changeMessage writes it. */
export class ChangeReader {
  readonly #message: ChangeMessage;
  #place = 0;

  constructor(message: ChangeMessage) {
    this.#message = message;
  }

  /** The next `count` values. */
  values(count: number): SqliteValues {
    const from = this.#place;
    this.#place += count;
    return this.#message.slice(from, this.#place);
  }

  /** The next rows, of as many values as there are names. */
  rows(names: readonly string[]): readonly SqliteValues[] {
    const count = Number(this.#message[this.#place]);
    this.#place += 1;
    return Array.from({ length: count }, () => this.values(names.length));
  }

  /** The next row, where there is one. */
  row(names: readonly string[]): SqliteValues | undefined {
    return this.rows(names)[0];
  }
}
