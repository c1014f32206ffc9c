import type { ScopedTradingState, TradingScope } from "../account/trading-state.ts";
import { SurefillError } from "../error/surefill-error.ts";
import type { ControlEvent, ControlEventLog } from "../event/control-event.ts";
import { restrictionsMax, type TradingStateChange, type TradingStateStore } from "../store/trading-state-store.ts";
import type { MemoryTables } from "./memory-store-tables.ts";

/** The TradingStateStore over MemoryTables: whatever happens in one turn of the event loop is one transaction. */
export function memoryTradingStates(tables: MemoryTables, open: () => void): TradingStateStore {
  return {
    async set(change) {
      open();
      return setTradingState(tables, change);
    },
    async read() {
      open();
      return {
        epoch: tradingEpoch(tables),
        restrictions: [...tables.tradingStates.values()]
          .filter(({ state }) => state !== "ACTIVE")
          .sort((a, b) => a.epoch - b.epoch),
      };
    },
  };
}

export function memoryControlEvents(tables: MemoryTables, open: () => void): ControlEventLog {
  return {
    async after(after, limit) {
      open();
      return tables.controlEvents.slice(after, after + limit);
    },
  };
}

export function tradingEpoch(tables: MemoryTables): number {
  return Math.max(0, ...[...tables.tradingStates.values()].map(({ epoch }) => epoch));
}

export function setTradingState(tables: MemoryTables, change: TradingStateChange): ScopedTradingState {
  const key = scopeKey(change.scope);
  const before = tables.tradingStates.get(key);
  const others = [...tables.tradingStates].filter(([scope, { state }]) => scope !== key && state !== "ACTIVE");
  if (change.state !== "ACTIVE" && others.length >= restrictionsMax) {
    throw new SurefillError("OVERLOADED", `${restrictionsMax} scopes are restricted already; lift some`);
  }
  const set = { ...change, epoch: tradingEpoch(tables) + 1 };
  tables.tradingStates.set(key, set);
  const { scope, operator, reason, at } = change;
  putControlEvent(tables, {
    ...{ scope, operator, reason, at },
    cause: { type: "trading_state.changed", from: before?.state ?? "ACTIVE", to: change.state },
  });
  for (const listener of tables.listeners) queueMicrotask(listener);
  return set;
}

export function putControlEvent(tables: MemoryTables, event: Omit<ControlEvent, "number">): void {
  tables.controlEvents.push({ number: tables.controlEvents.length + 1, ...event });
}

function scopeKey({ account, venue, instrument }: TradingScope): string {
  return JSON.stringify([account, venue, instrument]);
}
