import {
  compare,
  decimal,
  dividedBy,
  minus,
  type Quantity,
  quantity,
  type Random,
  sign,
  times,
  zeroQuantity,
} from "@surefill/core";
import type { ListedInstrument, PartialFills } from "./settings.ts";

/**
 * The parts an execution of `whole` comes in: whole lots but for the last, which takes what is left. One part unless
 * chance has it otherwise, and never more than there are lots.
 */
export function splitQuantity(
  whole: Quantity,
  { lotSize }: ListedInstrument,
  { probability, partsMax }: PartialFills,
  random: Random,
): readonly Quantity[] {
  if (whole === zeroQuantity) return [];
  if (random.unit() >= probability || sign(lotSize) === 0) return [whole];
  const parts = 2 + Math.floor(random.unit() * (partsMax - 1));
  const part = times(dividedBy(whole, times(lotSize, decimal(String(parts))), 0, "down"), lotSize);
  if (sign(part) === 0) return [whole];
  const equal = Array.from({ length: parts - 1 }, () => quantity(part));
  const rest = minus(whole, times(part, decimal(String(parts - 1))));
  return compare(rest, zeroQuantity) === 0 ? equal : [...equal, quantity(rest)];
}
