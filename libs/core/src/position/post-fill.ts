import type { VenueAccount } from "../account/venue-account.ts";
import type { InstrumentId } from "../instrument/instrument.ts";
import { type SignedQuantity, signedBySide, subtractFromSignedQuantity } from "../money/signed-quantity.ts";
import type { Fill } from "../order/fill.ts";
import type { OrderTerms } from "../order/order.ts";
import type { WallTime } from "../time/wall-time.ts";
import type { PositionId } from "./position-id.ts";

/** What a fill adds to one position or one holding. Sums of these are the positions and holdings there are. */
export interface Posting extends VenueAccount {
  /** Absent: the posting is to the holding of (venue account, instrument). */
  readonly positionId?: PositionId;
  readonly instrument: InstrumentId;
  /** Net of the fee where the fee was taken in the base asset. */
  readonly change: SignedQuantity;
  readonly simulated: boolean;
  readonly at: WallTime;
}

/** The two postings of a fill: one to its position, one to the account's holding. */
export function postFill(terms: Pick<OrderTerms, "base">, fill: Fill): readonly Posting[] {
  const gross = signedBySide(fill.side, fill.lastQuantity);
  const feeInBase = fill.fee !== undefined && fill.fee.asset === terms.base ? fill.fee.amount : undefined;
  const change = feeInBase === undefined ? gross : subtractFromSignedQuantity(gross, feeInBase);
  const { venue, account, instrument, simulated, recordedAt: at } = fill;
  const posting = { venue, account, instrument, change, simulated, at };
  return [{ ...posting, positionId: fill.positionId }, posting];
}
