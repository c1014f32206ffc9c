import type { VenueAccount } from "../account/venue-account.ts";
import type { Brand } from "../id/brand.ts";
import type { InstrumentId } from "../instrument/instrument.ts";
import type { Amount } from "../money/amount.ts";
import type { Price } from "../money/price.ts";
import type { Quantity } from "../money/quantity.ts";
import type { PositionId } from "../position/position-id.ts";
import type { WallTime } from "../time/wall-time.ts";
import type { Side } from "./instruction.ts";
import type { OrderId, VenueOrderId } from "./order-id.ts";

/** The venue's id of one execution. */
export type VenueFillId = Brand<string, "VenueFillId">;

/** @throws RangeError for empty text or more than 256 characters. */
export function venueFillId(text: string): VenueFillId {
  if (text.length === 0 || text.length > 256) throw new RangeError(`a venue fill id of length ${text.length}`);
  return text as VenueFillId;
}

/** What was taken for an execution; a negative amount is a rebate. */
export interface Fee {
  readonly asset: string;
  readonly amount: Amount;
}

/** One execution as a venue reports it. */
export interface VenueFill {
  readonly venueFillId: VenueFillId;
  readonly venueOrderId: VenueOrderId;
  readonly lastQuantity: Quantity;
  readonly lastPrice: Price;
  readonly fee?: Fee;
  readonly liquidity?: "MAKER" | "TAKER";
  /** By the venue's clock. */
  readonly venueTime: WallTime;
}

/** One execution as we record it. Unique by (venue account, instrument, venue order id, venue fill id). */
export interface Fill extends VenueFill, VenueAccount {
  readonly orderId: OrderId;
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly positionId: PositionId;
  readonly simulated: boolean;
  /** By our clock. */
  readonly recordedAt: WallTime;
}

/** Tells a fill from all others of its order. */
export function fillKey(fill: Pick<VenueFill, "venueOrderId" | "venueFillId">): string {
  return fillKeyPrefix(fill.venueOrderId) + fill.venueFillId;
}

/** What the keys of all fills of one venue order begin with, and no others. */
export function fillKeyPrefix(of: VenueOrderId): string {
  return `${of}\n`;
}
