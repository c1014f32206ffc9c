import type { TradingScope, TradingState } from "../account/trading-state.ts";
import type { WallTime } from "../time/wall-time.ts";

/** What happened to a whole scope of orders, in words of its own. */
export type ControlCause =
  | { readonly type: "trading_state.changed"; readonly from: TradingState; readonly to: TradingState }
  /** A CancelAll began, or ended, with how many orders it found and which of its venue accounts are not done. */
  | { readonly type: "emergency.cancel_all"; readonly campaignId: string; readonly phase: "STARTED" | "ENDED" };

/**
 * Something that an operator did, or that was done to many orders at once. Such events belong to no order, so they
 * stand beside the events of orders, whose stream is read order by order; their numbers have no gap either.
 */
export interface ControlEvent {
  /** Counts from 1, in commit order. */
  readonly number: number;
  readonly scope: TradingScope;
  readonly operator: string;
  readonly reason: string;
  readonly at: WallTime;
  readonly cause: ControlCause;
}

/** PORT: the history of what operators did, append-only. */
export interface ControlEventLog {
  /** Events after number `after`, oldest first, at most `limit`. */
  after(after: number, limit: number): Promise<readonly ControlEvent[]>;
}
