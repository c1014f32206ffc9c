import { type ControlCause, type ControlEvent, wallTime } from "@surefill/core";
import { type Columns, required } from "./column.ts";
import { fromJson, oneOf, plainText, variant } from "./json-decoder.ts";
import { type ScopeRow, scopeColumns, scopeOf, scopeRow } from "./trading-state-row.ts";

/** An event of no single order. */
export interface ControlEventRow extends ScopeRow {
  readonly number: number;
  readonly type: ControlCause["type"];
  readonly operator: string;
  readonly reason: string;
  readonly at: number;
  readonly cause: string;
}

export const controlEventColumns: Columns<ControlEventRow> = {
  number: required("bigint"),
  type: required("text"),
  ...scopeColumns,
  operator: required("text"),
  reason: required("text"),
  at: required("time"),
  cause: required("json"),
};

const state = oneOf("ACTIVE", "REDUCE_ONLY", "HALTED");

/** A type of event without a decoder, or a field without one, does not compile. */
const causes = variant<ControlCause, "type">("type", {
  "trading_state.changed": { from: state, to: state },
  "emergency.cancel_all": { campaignId: plainText, phase: oneOf("STARTED", "ENDED") },
});

export function controlEventRow(event: Omit<ControlEvent, "number">, number: number): ControlEventRow {
  const { scope, operator, reason, at, cause } = event;
  return { number, type: cause.type, ...scopeRow(scope), operator, reason, at, cause: JSON.stringify(cause) };
}

/** @throws SurefillError INTERNAL or RangeError for a row that was not written by this code. */
export function controlEventOf(row: ControlEventRow): ControlEvent {
  const { number, operator, reason, at, cause } = row;
  return { number, scope: scopeOf(row), operator, reason, at: wallTime(at), cause: fromJson(cause, causes, "cause") };
}
