import { type Decimal, decimal, dividedBy } from "@surefill/core";

export const zero = decimal("0");
const one = decimal("1");
const places = 8;

/** Cut to the eight decimals that Binance's books have. */
export function cut(value: Decimal): Decimal {
  return dividedBy(value, one, places, "down");
}

/** As Binance spells numbers: always eight decimals. */
export function wireDecimal(value: Decimal): string {
  const [whole = "0", fraction = ""] = cut(value).split(".");
  return `${whole}.${fraction.padEnd(places, "0")}`;
}
