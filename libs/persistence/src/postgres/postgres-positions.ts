import type { PositionStore } from "@surefill/core";
import { type OrderRow, orderOf } from "../row/order-row.ts";
import { type PositionRow, positionOf } from "../row/position-row.ts";
import { checkLimit } from "../store/limit.ts";
import type { Reader } from "./reader.ts";

const find = "SELECT * FROM positions WHERE position_id = $1 AND instrument = $2 AND account = $3 AND venue = $4";
const live = `SELECT * FROM orders WHERE is_open AND instructed_position_id = $1 AND instrument = $2 AND account = $3
  AND venue = $4 LIMIT $5`;

/** The PositionStore over Postgres. */
export function postgresPositions(reader: Reader, open: () => void): PositionStore {
  return {
    async find({ positionId, instrument, account, venue }) {
      open();
      const [row] = await reader.read<PositionRow>("position", find, [positionId, instrument, account, venue]);
      return row && positionOf(row);
    },
    async liveOrders({ positionId, instrument, account, venue }, limit) {
      open();
      checkLimit(limit);
      const values = [positionId, instrument, account, venue, limit];
      return (await reader.read<OrderRow>("orders_of_position", live, values)).map(orderOf);
    },
  };
}
