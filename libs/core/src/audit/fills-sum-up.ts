import { type Amount, addAmount, notional, zeroAmount } from "../money/amount.ts";
import { compare } from "../money/decimal.ts";
import { addQuantity, zeroQuantity } from "../money/quantity.ts";
import { type Fill, fillKey } from "../order/fill.ts";
import type { OrderDossier } from "../store/audit-reader.ts";
import type { AuditViolation } from "./invariant.ts";

/** What an order says that it has of fills, compared with its distinct fills. */
export function fillsSumUp({ orderId, order, fills }: OrderDossier): readonly AuditViolation[] {
  const distinct = [...new Map(fills.map((fill) => [fillKey(fill), fill])).values()];
  const cum = distinct.reduce((sum, { lastQuantity }) => addQuantity(sum, lastQuantity), zeroQuantity);
  const value = distinct.reduce((sum, fill) => addAmount(sum, notional(fill.lastPrice, fill.lastQuantity)), zeroAmount);
  const { size } = order.instruction;
  const isShort = order.state === "FILLED" && size.in === "BASE" && compare(cum, size.quantity) < 0;
  const fees = feesOf(distinct);
  const assets = [...new Set([...fees.keys(), ...Object.keys(order.fees)])];
  return [
    differing("fills", String(distinct.length), String(fills.length)),
    differing("cum_quantity", cum, order.cumQuantity),
    differing("cum_quote_quantity", value, order.cumQuoteQuantity),
    ...assets.map((asset) => differing(`fees in ${asset}`, fees.get(asset) ?? "0", ownFee(order.fees, asset))),
    ...(isShort ? [differing("fills of a FILLED order", size.quantity, cum)] : []),
  ].flat();

  function differing(subject: string, expected: string, stored: string): readonly AuditViolation[] {
    return expected === stored ? [] : [{ invariant: "FILLS_SUM_UP", orderId, subject, expected, stored }];
  }
}

function feesOf(fills: readonly Fill[]): ReadonlyMap<string, Amount> {
  const fees = new Map<string, Amount>();
  for (const { fee } of fills) {
    if (fee !== undefined) fees.set(fee.asset, addAmount(fees.get(fee.asset) ?? zeroAmount, fee.amount));
  }
  return fees;
}

/** Anyone can name a token "constructor": only own keys are sums. */
function ownFee(fees: Readonly<Record<string, Amount>>, asset: string): string {
  return (Object.hasOwn(fees, asset) ? fees[asset] : undefined) ?? "0";
}
