import {
  type ControlEventLog,
  restrictionsMax,
  SurefillError,
  type TradingStateChange,
  type TradingStateStore,
} from "@surefill/core";
import type { Database } from "better-sqlite3";
import { type ControlEventRow, controlEventOf, controlEventRow } from "../row/control-event-row.ts";
import { type TradingStateRow, tradingStateOf, tradingStateRow } from "../row/trading-state-row.ts";
import { checkLimit } from "../store/limit.ts";
import type { TradingStateCall } from "./trading-writer.ts";
import type { WriterThread } from "./writer-thread.ts";

/** The TradingStateStore over SQLite: reads on this thread's own connection. */
export function sqliteTradingStates(
  database: Database,
  writer: WriterThread,
  { open, onCommitted }: { readonly open: () => void; readonly onCommitted: () => void },
): TradingStateStore {
  const restrictions = database.prepare<[], TradingStateRow>(
    "SELECT * FROM trading_states WHERE state <> 'ACTIVE' ORDER BY epoch",
  );
  const lastEpoch = database.prepare<[], number>("SELECT coalesce(max(epoch), 0) FROM trading_states").pluck();
  const readAll = database.transaction(() => ({
    epoch: lastEpoch.get() ?? 0,
    restrictions: restrictions.all().map(tradingStateOf),
  }));
  return {
    async set(change) {
      open();
      const epoch = await writer.call("setTradingState", tradingStateCall(change));
      if (epoch === undefined) {
        throw new SurefillError("OVERLOADED", `${restrictionsMax} scopes are restricted already; lift some`);
      }
      onCommitted();
      return { ...change, epoch };
    },
    async read() {
      open();
      return readAll();
    },
  };
}

/** What the worker thread is asked to set a state; number, epoch and the state before are found there. */
export function tradingStateCall(change: TradingStateChange): TradingStateCall {
  const { scope, operator, reason, at, state } = change;
  const cause = { type: "trading_state.changed", from: "ACTIVE", to: state } as const;
  const event = controlEventRow({ scope, operator, reason, at, cause }, 0);
  return { row: tradingStateRow(change, 0), event, restrictionsMax };
}

/** The ControlEventLog over SQLite. */
export function sqliteControlEvents(database: Database, open: () => void): ControlEventLog {
  const after = database.prepare<[number, number], ControlEventRow>(
    "SELECT * FROM control_events WHERE number > ? ORDER BY number LIMIT ?",
  );
  return {
    async after(number, limit) {
      open();
      checkLimit(limit);
      return after.all(number, limit).map(controlEventOf);
    },
  };
}
