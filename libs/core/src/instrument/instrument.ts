import type { Brand } from "../id/brand.ts";
import type { Amount } from "../money/amount.ts";
import type { Decimal } from "../money/decimal.ts";
import type { Quantity } from "../money/quantity.ts";

/** A venue's symbol, such as "BTC/USDT"; printable ASCII, at most 64 characters. */
export type InstrumentId = Brand<string, "InstrumentId">;

const pattern = /^[!-~]{1,64}$/;

/** @throws RangeError unless `text` is 1 to 64 printable ASCII characters without spaces. */
export function instrumentId(text: string): InstrumentId {
  if (!pattern.test(text)) throw new RangeError(`not an instrument: ${JSON.stringify(text.slice(0, 70))}`);
  return text as InstrumentId;
}

/** What can be traded at a venue, with the venue's precision and limits. */
export interface Instrument {
  readonly symbol: InstrumentId;
  readonly base: string;
  readonly quote: string;
  /** Prices are multiples of this; 0 where any price is taken. */
  readonly tickSize: Decimal;
  /** Quantities are multiples of this; 0 where any quantity is taken. */
  readonly lotSize: Decimal;
  readonly quantityMin: Quantity;
  readonly quantityMax: Quantity;
  /** Least price × quantity, in quote units. */
  readonly notionalMin: Amount;
}
