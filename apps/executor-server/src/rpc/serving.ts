import type { Desk, Executor, OrderWaiter } from "@surefill/core";

/** What the RPCs of one server share. */
export interface Serving {
  readonly desk: Desk;
  readonly executor: Pick<Executor, "act">;
  readonly waiter: OrderWaiter;
  /** Aborts when the server begins to close: streams without an end of their own end then. */
  readonly draining: AbortSignal;
}
