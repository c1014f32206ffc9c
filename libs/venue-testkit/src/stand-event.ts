import type {
  AccountId,
  Amount,
  InstrumentId,
  Price,
  Quantity,
  Side,
  VenueFillId,
  VenueOrderId,
  WallTime,
} from "@surefill/core";

/**
 * What the counterpart did, by its own books. Cards count by these alone, never by what the venue library says: an order
 * that was sent twice is two ACCEPTED.
 */
export type StandEvent =
  | {
      readonly type: "ACCEPTED";
      readonly account: AccountId;
      readonly venueOrderId: VenueOrderId;
      /** The client order id that it came with, if any. */
      readonly submitKey?: string;
      readonly instrument: InstrumentId;
      readonly side: Side;
      /** In base, where it was sized in base. */
      readonly quantity?: Quantity;
      /** Where it was sized in quote. */
      readonly quoteAmount?: Amount;
      readonly limitPrice?: Price;
      readonly triggerPrice?: Price;
      /** By the counterpart's clock. */
      readonly at: WallTime;
    }
  | {
      readonly type: "FILLED";
      readonly account: AccountId;
      readonly venueOrderId: VenueOrderId;
      readonly venueFillId: VenueFillId;
      readonly quantity: Quantity;
      readonly price: Price;
      /** Negative is a rebate. */
      readonly fee?: { readonly asset: string; readonly amount: Amount };
      readonly at: WallTime;
    }
  /** Ended unfilled, in whole or in part, on whoever's wish. */
  | {
      readonly type: "ENDED";
      readonly account: AccountId;
      readonly venueOrderId: VenueOrderId;
      readonly how: "CANCELLED" | "EXPIRED";
      readonly at: WallTime;
    };
