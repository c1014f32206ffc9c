import type { Brand } from "../id/brand.ts";
import { type Decimal, decimal, minus, plus, sign } from "./decimal.ts";
import type { Quantity } from "./quantity.ts";

/** A change or balance of the base asset: bought is positive, sold is negative. */
export type SignedQuantity = Brand<Decimal, "SignedQuantity">;

/** @throws RangeError if `text` is not a decimal. */
export function signedQuantity(text: string): SignedQuantity {
  return decimal(text) as SignedQuantity;
}

/** `quantity` as a change to what is held: a BUY adds, a SELL takes away. */
export function signedBySide(side: "BUY" | "SELL", quantity: Quantity): SignedQuantity {
  return (side === "BUY" ? quantity : minus(decimal("0"), quantity)) as Decimal as SignedQuantity;
}

export function addSignedQuantity(a: SignedQuantity, b: Decimal): SignedQuantity {
  return plus(a, b) as SignedQuantity;
}

export function subtractFromSignedQuantity(a: SignedQuantity, b: Decimal): SignedQuantity {
  return minus(a, b) as SignedQuantity;
}

/** How much is held, long or short. */
export function magnitudeOf(held: SignedQuantity): Quantity {
  return (sign(held) < 0 ? minus(decimal("0"), held) : held) as Decimal as Quantity;
}
