import { type VenueAccount, venueAccountKey } from "../account/venue-account.ts";
import type { InstrumentId } from "../instrument/instrument.ts";
import { type Amount, addAmount, zeroAmount } from "../money/amount.ts";
import { compare, type Decimal, minus } from "../money/decimal.ts";
import { type Quantity, remainingQuantity } from "../money/quantity.ts";
import { addSignedQuantity, type SignedQuantity, signedBySide, signedQuantity } from "../money/signed-quantity.ts";
import { isTerminal, type Order } from "../order/order.ts";

/**
 * What orders may still do to what is held, at worst: each of them may be filled wholly by now, or rest for ever. So a
 * doubtful order counts as filled and as open, whichever is worse for the question asked. Gross of fees.
 */
export interface OpenExposure {
  /** In base, zero or less: if all that sells is filled, and nothing that buys. */
  readonly least: SignedQuantity;
  /** In base, zero or more: if all that buys is filled, and nothing that sells. */
  readonly most: SignedQuantity;
  /** In quote: what orders sized in it may still spend; how much base that is, only a price tells. */
  readonly spends: Amount;
  /** In quote: what orders sized in it may still receive. */
  readonly receives: Amount;
}

/** The exposure of one instrument at one venue account. */
export interface InstrumentExposure extends VenueAccount, OpenExposure {
  readonly instrument: InstrumentId;
}

const zero = signedQuantity("0");
const none: OpenExposure = { least: zero, most: zero, spends: zeroAmount, receives: zeroAmount };

/** What one order may still do. An order that has ended does nothing more: a late fill raises an alert. */
export function openExposure(order: Order): OpenExposure {
  if (isTerminal(order)) return none;
  const { side, size } = order.instruction;
  // Each attempt is for the whole order, and where there were several, the fills may all be of the earlier ones.
  const isFilledElsewhere = order.attemptCount > 1 && order.cumQuantity !== "0";
  if (size.in === "QUOTE") {
    const left = isFilledElsewhere ? size.amount : remainingAmount(size.amount, order.cumQuoteQuantity);
    return side === "BUY" ? { ...none, spends: left } : { ...none, receives: left };
  }
  const left: Quantity = isFilledElsewhere ? size.quantity : remainingQuantity(size.quantity, order.cumQuantity);
  const change = signedBySide(side, left);
  return side === "BUY" ? { ...none, most: change } : { ...none, least: change };
}

/** What all of these may still do together, by venue account and instrument, in the order of their first one. */
export function openExposures(orders: Iterable<Order>): readonly InstrumentExposure[] {
  const sums = new Map<string, InstrumentExposure>();
  for (const order of orders) {
    const { venue, account, instrument } = order.instruction;
    const key = `${venueAccountKey({ venue, account })}/${instrument}`;
    const before = sums.get(key) ?? { venue, account, instrument, ...none };
    sums.set(key, { ...before, ...together(before, openExposure(order)) });
  }
  return [...sums.values()];
}

/** What an order, base-sized, may have done to what is held once it ends: at least its fills, at most all of it. */
export function worstCaseQuantity(order: Order): { readonly least: SignedQuantity; readonly most: SignedQuantity } {
  const filled = signedBySide(order.instruction.side, order.cumQuantity);
  const { least, most } = openExposure(order);
  return { least: addSignedQuantity(filled, least), most: addSignedQuantity(filled, most) };
}

function together(a: OpenExposure, b: OpenExposure): OpenExposure {
  return {
    least: addSignedQuantity(a.least, b.least),
    most: addSignedQuantity(a.most, b.most),
    spends: addAmount(a.spends, b.spends),
    receives: addAmount(a.receives, b.receives),
  };
}

function remainingAmount(whole: Amount, part: Amount): Amount {
  return compare(part, whole) >= 0 ? zeroAmount : (minus(whole, part) as Decimal as Amount);
}
