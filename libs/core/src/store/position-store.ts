import type { VenueAccount } from "../account/venue-account.ts";
import type { InstrumentId } from "../instrument/instrument.ts";
import type { Order } from "../order/order.ts";
import type { Position } from "../position/position.ts";
import type { PositionId } from "../position/position-id.ts";

/** Names one position. */
export interface PositionKey extends VenueAccount {
  readonly instrument: InstrumentId;
  readonly positionId: PositionId;
}

/** PORT: positions, one at a time. */
export interface PositionStore {
  find(key: PositionKey): Promise<Position | undefined>;
  /** Orders that are not final and whose instruction names the position, in no order; at most `limit`. */
  liveOrders(key: PositionKey, limit: number): Promise<readonly Order[]>;
}
