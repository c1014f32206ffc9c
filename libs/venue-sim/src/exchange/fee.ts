import { amount, decimal, type Fee, notional, type Price, type Quantity, times } from "@surefill/core";
import type { ExchangeSettings, ListedInstrument } from "./settings.ts";

const oneBps = decimal("0.0001");

/** The fee for an execution, exact: its bps of what is traded, in the quote asset or of the base quantity. */
export function feeFor(
  { base, quote }: ListedInstrument,
  quantity: Quantity,
  price: Price,
  { feeBps, feeAsset }: Pick<ExchangeSettings, "feeBps" | "feeAsset">,
): Fee {
  const share = times(decimal(String(feeBps)), oneBps);
  return feeAsset === "quote"
    ? { asset: quote, amount: amount(times(notional(price, quantity), share)) }
    : { asset: base, amount: amount(times(quantity, share)) };
}
