import type { Desk, Executor, OrderWaiter, Reconciliation } from "@surefill/core";
import type { StreamSlots } from "./stream-slots.ts";

/** What the RPCs of one server share. */
export interface Serving {
  readonly desk: Desk;
  readonly executor: Pick<Executor, "act" | "takeUpCancelAlls">;
  readonly waiter: OrderWaiter;
  /** For WatchOrders. */
  readonly watchSlots: StreamSlots;
  /** Passes that callers wait for, by venue account. */
  readonly reconciling: Map<string, Promise<Reconciliation>>;
  /** Aborts when the server begins to close: streams without an end of their own end then. */
  readonly draining: AbortSignal;
}
