import { compare, type Decimal, decimal, dividedBy, times } from "@surefill/core";
import type { Side } from "./order-terms.ts";
import type { AccountSettings, SymbolSettings } from "./settings.ts";
import { cut } from "./wire-decimal.ts";

const oneBps = decimal("0.0001");
/** Of a hundred, what is left to pay in BNB. */
const inBnb = decimal("0.75");
const eightPlaces = 8;

interface Execution {
  readonly side: Side;
  readonly quantity: Decimal;
  readonly quoteQuantity: Decimal;
  readonly isMaker: boolean;
}

export interface Commission {
  readonly commission: Decimal;
  readonly commissionAsset: string;
}

/** Taken in what the account receives, or in BNB where it pays so, has enough and its price is known. */
export function commissionFor(
  { side, quantity, quoteQuantity, isMaker }: Execution,
  { base, quote }: SymbolSettings,
  { makerBps, takerBps, paysInBnb }: AccountSettings,
  bnb: { readonly price: Decimal | undefined; readonly free: Decimal },
): Commission {
  const rate = rateOf(isMaker ? makerBps : takerBps);
  if (paysInBnb && bnb.price !== undefined) {
    const value = times(times(quoteQuantity, rate), inBnb);
    const commission = dividedBy(value, bnb.price, eightPlaces, "down");
    if (compare(commission, bnb.free) <= 0) return { commission, commissionAsset: "BNB" };
  }
  return side === "BUY"
    ? { commission: cut(times(quantity, rate)), commissionAsset: base }
    : { commission: cut(times(quoteQuantity, rate)), commissionAsset: quote };
}

/** A share in basis points as Binance spells rates: 10 is 0.001. */
export function rateOf(bps: number): Decimal {
  return times(oneBps, decimal(String(bps)));
}
