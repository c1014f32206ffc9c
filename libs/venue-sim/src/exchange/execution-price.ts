import { compare, type Decimal, decimal, minus, type Price, plus, price, type Side, sign, times } from "@surefill/core";
import { roundToStep } from "./round-to-step.ts";

/** Slippage is a whole number of parts of the price, a part being a hundred-millionth. */
const partsPerBps = 10_000;
const onePart = decimal("0.00000001");

/** An order's slippage: `bps` on average, `unit`, uniform in [0, 1), its luck. */
export interface Slippage {
  readonly bps: number;
  readonly unit: number;
}

/**
 * What a taker pays, or gets, at `touch`: worse by the slippage × U(0.5, 1.5), rounded to the tick against the taker,
 * never beyond `limitPrice`.
 */
export function takerPrice(side: Side, touch: Price, slippage: Slippage, tickSize: Decimal, limitPrice?: Price): Price {
  const parts = Math.round(slippage.bps * (0.5 + slippage.unit) * partsPerBps);
  if (parts === 0) return touch;
  const worse = times(times(touch, decimal(String(parts))), onePart);
  const slipped =
    side === "BUY"
      ? roundToStep(plus(touch, worse), tickSize, "up")
      : roundToStep(minus(touch, worse), tickSize, "down");
  // A SELL of less than a tick's worth slips no further than the market itself.
  if (sign(slipped) <= 0) return touch;
  return limitPrice !== undefined && isBeyond(side, slipped, limitPrice) ? limitPrice : price(slipped);
}

/** Whether `offered` is worse for `side` than its limit. */
export function isBeyond(side: Side, offered: Decimal, limitPrice: Price): boolean {
  return side === "BUY" ? compare(offered, limitPrice) > 0 : compare(offered, limitPrice) < 0;
}
