import type { ScopedTradingState, TradingStates } from "../account/trading-state.ts";

/** A state to be set for a scope. */
export type TradingStateChange = Omit<ScopedTradingState, "epoch">;

/** Scopes that can be restricted at the same time. */
export const restrictionsMax = 1_000;

/** PORT: trading states, one for each scope that ever had one. */
export interface TradingStateStore {
  /**
   * Makes `change` durable, with its event, and resolves only when no attempt that was judged by an earlier epoch can
   * become durable any more, whoever commits it. @throws SurefillError OVERLOADED for more than 1,000 restrictions.
   */
  set(change: TradingStateChange): Promise<ScopedTradingState>;
  /** What is in force: sees every change that was acknowledged before. */
  read(): Promise<TradingStates>;
}
