import type { InstrumentId } from "../instrument/instrument.ts";
import type { WallTime } from "../time/wall-time.ts";
import type { VenueId } from "../venue/venue-id.ts";
import type { AccountId } from "./account-id.ts";

/** What may be sent: anything, only what reduces, nothing but protection. Each is stricter than the one before. */
export const tradingStates = ["ACTIVE", "REDUCE_ONLY", "HALTED"] as const;

export type TradingState = (typeof tradingStates)[number];

/** Part of all trading; absent fields don't narrow, so that `{}` is the whole service. */
export interface TradingScope {
  readonly account?: AccountId;
  readonly venue?: VenueId;
  readonly instrument?: InstrumentId;
}

/** A state that somebody set for a scope: who, why and when stand with it. */
export interface ScopedTradingState {
  readonly scope: TradingScope;
  readonly state: TradingState;
  readonly operator: string;
  readonly reason: string;
  readonly at: WallTime;
  /** Grows by one with each change of any scope. */
  readonly epoch: number;
}

/** What is in force: the latest epoch, and every scope whose state is not ACTIVE. */
export interface TradingStates {
  readonly epoch: number;
  readonly restrictions: readonly ScopedTradingState[];
}

/** Whether `scope` has `part` in it; where `part` is a scope itself, all of it. */
export function covers(scope: TradingScope, part: TradingScope): boolean {
  return (
    (scope.account === undefined || scope.account === part.account) &&
    (scope.venue === undefined || scope.venue === part.venue) &&
    (scope.instrument === undefined || scope.instrument === part.instrument)
  );
}

/** The strictest restriction on `part`, the latest among equals; undefined where it trades freely. */
export function restrictionOn({ restrictions }: TradingStates, part: TradingScope): ScopedTradingState | undefined {
  return restrictions
    .filter(({ scope }) => covers(scope, part))
    .sort((a, b) => strictness(b.state) - strictness(a.state) || b.epoch - a.epoch)[0];
}

function strictness(state: TradingState): number {
  return tradingStates.indexOf(state);
}

/** A scope in words, for messages: "account alice, venue sim" or "the whole service". */
export function scopeText({ account, venue, instrument }: TradingScope): string {
  const parts = Object.entries({ account, venue, instrument }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${value}`],
  );
  return parts.length === 0 ? "the whole service" : parts.join(", ");
}

/** Whether some order can be in both. */
export function overlap(one: TradingScope, other: TradingScope): boolean {
  const agree = (a: string | undefined, b: string | undefined) => a === undefined || b === undefined || a === b;
  return agree(one.account, other.account) && agree(one.venue, other.venue) && agree(one.instrument, other.instrument);
}
