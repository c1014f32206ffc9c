import {
  accountId,
  instrumentId,
  type ScopedTradingState,
  type TradingScope,
  type TradingState,
  type TradingStateChange,
  venueId,
  wallTime,
} from "@surefill/core";
import { type Columns, required } from "./column.ts";

/** A scope in a key: empty text stands for "any". */
export interface ScopeRow {
  readonly account: string;
  readonly venue: string;
  readonly instrument: string;
}

export interface TradingStateRow extends ScopeRow {
  readonly state: TradingState;
  readonly operator: string;
  readonly reason: string;
  readonly at: number;
  readonly epoch: number;
}

export const scopeColumns: Columns<ScopeRow> = {
  account: required("text"),
  venue: required("text"),
  instrument: required("text"),
};

export const tradingStateColumns: Columns<TradingStateRow> = {
  ...scopeColumns,
  state: required("text"),
  operator: required("text"),
  reason: required("text"),
  at: required("time"),
  epoch: required("bigint"),
};

export function scopeRow({ account, venue, instrument }: TradingScope): ScopeRow {
  return { account: account ?? "", venue: venue ?? "", instrument: instrument ?? "" };
}

/** @throws RangeError for a row that was not written by this code. */
export function scopeOf({ account, venue, instrument }: ScopeRow): TradingScope {
  return {
    ...(account === "" ? {} : { account: accountId(account) }),
    ...(venue === "" ? {} : { venue: venueId(venue) }),
    ...(instrument === "" ? {} : { instrument: instrumentId(instrument) }),
  };
}

export function tradingStateRow(
  { scope, state, operator, reason, at }: TradingStateChange,
  epoch: number,
): TradingStateRow {
  return { ...scopeRow(scope), state, operator, reason, at, epoch };
}

/** @throws RangeError for a row that was not written by this code. */
export function tradingStateOf(row: TradingStateRow): ScopedTradingState {
  const { state, operator, reason, at, epoch } = row;
  return { scope: scopeOf(row), state, operator, reason, at: wallTime(at), epoch };
}
