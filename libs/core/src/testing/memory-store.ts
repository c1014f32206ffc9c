import { SurefillError } from "../error/surefill-error.ts";
import type { Store } from "../store/store.ts";
import type { Clock } from "../time/clock.ts";
import { memoryEvents } from "./memory-store-events.ts";
import { memoryLeases } from "./memory-store-leases.ts";
import { memoryLists } from "./memory-store-lists.ts";
import { memoryOrders } from "./memory-store-orders.ts";
import { MemoryTables } from "./memory-store-tables.ts";

/**
 * A Store in memory that passes the conformance suite of the real ones. `clock` judges leases. Stores over the same
 * `tables` behave like processes on one database: closing one keeps the tables, opening another finds them.
 */
export function openMemoryStore(clock: Clock, tables: MemoryTables = new MemoryTables()): Store {
  let closed = false;
  const subscriptions = new Set<() => void>();
  const open = () => {
    if (closed) throw new SurefillError("STORE_UNAVAILABLE", "the store is closed");
  };
  return {
    orders: memoryOrders(tables, clock, open),
    lists: memoryLists(tables, open),
    leases: memoryLeases(tables, clock, open),
    events: memoryEvents(tables, open),
    changes: {
      subscribe(listener) {
        open();
        // A wrapper, so that one function subscribed twice is called twice and removed once.
        const subscription = () => {
          if (subscriptions.has(subscription)) listener();
        };
        const unsubscribe = () => {
          subscriptions.delete(subscription);
          tables.listeners.delete(subscription);
        };
        subscriptions.add(subscription);
        tables.listeners.add(subscription);
        return unsubscribe;
      },
    },
    async close() {
      closed = true;
      for (const subscription of subscriptions) tables.listeners.delete(subscription);
      subscriptions.clear();
    },
  };
}
