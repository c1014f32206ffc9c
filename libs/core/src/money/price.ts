import type { Brand } from "../id/brand.ts";
import { type Decimal, decimal, parseDecimal, sign } from "./decimal.ts";

/** Quote units per base unit, greater than zero. */
export type Price = Brand<Decimal, "Price">;

export function parsePrice(text: string): Price | undefined {
  const value = parseDecimal(text);
  return value !== undefined && sign(value) > 0 ? (value as Price) : undefined;
}

/** @throws RangeError if `text` is not a decimal greater than zero. */
export function price(text: string): Price {
  const value = decimal(text);
  if (sign(value) <= 0) throw new RangeError(`a price must be greater than zero, not ${value}`);
  return value as Price;
}
