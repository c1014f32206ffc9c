import type { Brand } from "../id/brand.ts";
import { type Decimal, decimal, dividedBy, plus, times } from "./decimal.ts";
import { type Price, price } from "./price.ts";
import type { Quantity } from "./quantity.ts";

/** An amount of any asset, most often the quote asset; negative where it flows the other way (a rebate). */
export type Amount = Brand<Decimal, "Amount">;

export const zeroAmount = decimal("0") as Amount;
const averagePriceScale = 18;

/** @throws RangeError if `text` is not a decimal. */
export function amount(text: string): Amount {
  return decimal(text) as Amount;
}

export function addAmount(a: Amount, b: Amount): Amount {
  return plus(a, b) as Amount;
}

/** price × quantity, in the quote asset, exact. */
export function notional(price: Price, quantity: Quantity): Amount {
  return times(price, quantity) as Decimal as Amount;
}

/** FIX 6 AvgPx: cumQuote / cum, half-even at 18 decimals; undefined before the first fill. */
export function averagePrice(cumQuote: Amount, cum: Quantity): Price | undefined {
  if (cum === "0" || cumQuote === "0") return undefined;
  return price(dividedBy(cumQuote, cum, averagePriceScale, "halfEven"));
}
