import { venueAccountKey } from "../account/venue-account.ts";
import type { PositionStore } from "../store/position-store.ts";
import { type MemoryTables, positionRowKey } from "./memory-store-tables.ts";

/** The PositionStore over MemoryTables. */
export function memoryPositions(tables: MemoryTables, open: () => void): PositionStore {
  return {
    async find(key) {
      open();
      return tables.positions.get(positionRowKey(key));
    },
    async liveOrders(key, limit) {
      open();
      return [...tables.open.values()]
        .filter(
          ({ instruction }) =>
            instruction.positionId === key.positionId &&
            instruction.instrument === key.instrument &&
            venueAccountKey(instruction) === venueAccountKey(key),
        )
        .slice(0, limit);
    },
  };
}
