import { compare } from "../money/decimal.ts";
import type { Price } from "../money/price.ts";
import type { Side, TriggeredPricing } from "./instruction.ts";

/**
 * Whether a price reaches the one that an order waits for. A stop-loss SELL triggers at it or below, a stop-loss BUY at
 * it or above; a take-profit the other way round.
 */
export function isTriggered(side: Side, { type, triggerPrice }: TriggeredPricing, price: Price): boolean {
  const isBelow = (type === "STOP_LOSS") === (side === "SELL");
  return isBelow ? compare(price, triggerPrice) <= 0 : compare(price, triggerPrice) >= 0;
}
