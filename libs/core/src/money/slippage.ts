import { compare, type Decimal, decimal, dividedBy, minus, times } from "./decimal.ts";
import type { Price } from "./price.ts";

const tenThousand = decimal("10000");
const slippageScale = 4;

/**
 * `side × (paid − expected) / expected × 10⁴` in basis points, half-even at 4 decimals; positive is a cost.
 * The sign stands in the name because the field uses both conventions.
 */
export function slippageCostBps(side: "BUY" | "SELL", paid: Price, expected: Price): Decimal {
  const worse = side === "BUY" ? minus(paid, expected) : minus(expected, paid);
  return dividedBy(times(worse, tenThousand), expected, slippageScale, "halfEven");
}

/**
 * Whether `paid` costs more than `limitBps` against `expected`; exactly the limit does not. Exact, unrounded. Both are
 * prices, or both are what a quantity costs at them.
 */
export function exceedsSlippage(side: "BUY" | "SELL", paid: Decimal, expected: Decimal, limitBps: number): boolean {
  const worse = side === "BUY" ? minus(paid, expected) : minus(expected, paid);
  return compare(times(worse, tenThousand), times(expected, decimal(String(limitBps)))) > 0;
}
