import { SurefillError } from "../error/surefill-error.ts";
import type { Store } from "../store/store.ts";
import type { Clock } from "../time/clock.ts";
import { memoryAudit } from "./memory-store-audit.ts";
import { memoryCancelAlls } from "./memory-store-cancel-alls.ts";
import { memoryEvents } from "./memory-store-events.ts";
import { memoryEvidence } from "./memory-store-evidence.ts";
import { memoryFillCursors, memoryUnmatchedFills } from "./memory-store-fills.ts";
import { memoryLeases } from "./memory-store-leases.ts";
import { memoryLists } from "./memory-store-lists.ts";
import { memoryOrders } from "./memory-store-orders.ts";
import { memoryPositions } from "./memory-store-positions.ts";
import { memoryRates } from "./memory-store-rates.ts";
import { MemoryTables } from "./memory-store-tables.ts";
import { memoryControlEvents, memoryTradingStates } from "./memory-store-trading.ts";

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
    fillCursors: memoryFillCursors(tables, open),
    unmatchedFills: memoryUnmatchedFills(tables, open),
    positions: memoryPositions(tables, open),
    tradingStates: memoryTradingStates(tables, open),
    evidence: memoryEvidence(tables, open),
    rates: memoryRates(tables, clock, open),
    events: memoryEvents(tables, open),
    controlEvents: memoryControlEvents(tables, open),
    audit: memoryAudit(tables, open),
    cancelAlls: memoryCancelAlls(tables, open),
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
