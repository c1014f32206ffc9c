import type { PositionStore } from "@surefill/core";
import type { Database } from "better-sqlite3";
import { type OrderRow, orderOf } from "../row/order-row.ts";
import { type PositionRow, positionOf } from "../row/position-row.ts";
import { checkLimit } from "../store/limit.ts";

const ofPosition = "instrument = ? AND account = ? AND venue = ?";

/** The PositionStore over SQLite. */
export function sqlitePositions(database: Database, open: () => void): PositionStore {
  const find = database.prepare<string[], PositionRow>(
    `SELECT * FROM positions WHERE position_id = ? AND ${ofPosition}`,
  );
  const live = database.prepare<(string | number)[], OrderRow>(
    `SELECT * FROM orders WHERE is_open = 1 AND instructed_position_id = ? AND ${ofPosition} LIMIT ?`,
  );
  return {
    async find({ positionId, instrument, account, venue }) {
      open();
      const row = find.get(positionId, instrument, account, venue);
      return row && positionOf(row);
    },
    async liveOrders({ positionId, instrument, account, venue }, limit) {
      open();
      checkLimit(limit);
      return live.all(positionId, instrument, account, venue, limit).map(orderOf);
    },
  };
}
