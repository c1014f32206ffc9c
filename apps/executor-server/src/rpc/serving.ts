import type { Desk, Executor, OrderWaiter } from "@surefill/core";
import type { StreamSlots } from "./stream-slots.ts";

/** What the RPCs of one server share. */
export interface Serving {
  readonly desk: Desk;
  readonly executor: Pick<Executor, "act">;
  readonly waiter: OrderWaiter;
  /** For WatchOrders. */
  readonly watchSlots: StreamSlots;
  /** Aborts when the server begins to close: streams without an end of their own end then. */
  readonly draining: AbortSignal;
}
