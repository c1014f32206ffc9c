import type { Brand } from "../id/brand.ts";
import { compare, type Decimal, decimal, minus, parseDecimal, plus, sign } from "./decimal.ts";

/** An amount of the base asset, zero or more. */
export type Quantity = Brand<Decimal, "Quantity">;

export const zeroQuantity = decimal("0") as Quantity;

export function parseQuantity(text: string): Quantity | undefined {
  const value = parseDecimal(text);
  return value !== undefined && sign(value) >= 0 ? (value as Quantity) : undefined;
}

/** @throws RangeError if `text` is not a decimal of zero or more. */
export function quantity(text: string): Quantity {
  const value = decimal(text);
  if (sign(value) < 0) throw new RangeError(`a quantity can't be negative: ${value}`);
  return value as Quantity;
}

export function addQuantity(a: Quantity, b: Quantity): Quantity {
  return plus(a, b) as Quantity;
}

/** What is left of `whole` after `part`: never below zero, for an overfill leaves nothing. */
export function remainingQuantity(whole: Quantity, part: Quantity): Quantity {
  return compare(part, whole) >= 0 ? zeroQuantity : (minus(whole, part) as Quantity);
}
