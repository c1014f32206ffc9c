import type { VenueAccount } from "../account/venue-account.ts";
import type { InstrumentId } from "../instrument/instrument.ts";
import type { SignedQuantity } from "../money/signed-quantity.ts";
import type { WallTime } from "../time/wall-time.ts";
import type { PositionId } from "./position-id.ts";

/** Opened by one entry, reduced by the orders that name it: the sum of their fills. */
export interface Position extends VenueAccount {
  readonly positionId: PositionId;
  readonly instrument: InstrumentId;
  /** Long is positive; net of fees taken in base. */
  readonly quantity: SignedQuantity;
  readonly simulated: boolean;
  readonly openedAt: WallTime;
  readonly updatedAt: WallTime;
}

/** An account's sum of an instrument over all fills, net of fees taken in base. */
export interface Holding extends VenueAccount {
  readonly instrument: InstrumentId;
  readonly quantity: SignedQuantity;
  readonly simulated: boolean;
  readonly updatedAt: WallTime;
}
