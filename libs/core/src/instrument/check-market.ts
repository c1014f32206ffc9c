import { type OrderError, orderError } from "../error/order-error.ts";
import { compare, decimal, minus, sign, times } from "../money/decimal.ts";
import type { Price } from "../money/price.ts";
import type { Instruction, TriggeredPricing } from "../order/instruction.ts";
import { isTriggered } from "../order/is-triggered.ts";
import type { MarketPrice } from "../venue/venue.ts";
import { notionalFault } from "./check-instruction.ts";
import type { Instrument } from "./instrument.ts";

/** How far a limit or trigger price may be from the market, in basis points of the market price. */
export const defaultCollarBps = 5_000;

/**
 * Checks the instruction against the venue's current price, the ask for a BUY and the bid for a SELL: a limit or trigger
 * price within the collar, a trigger price that is still to be reached, and a market order's value above the minimum.
 * The limit of an order that waits is held to the collar of its trigger: that is the market when it counts. Without a price only what can't add exposure passes (purposes EXIT, STOP, TARGET).
 */
export function checkMarket(
  instruction: Instruction,
  instrument: Instrument,
  market: MarketPrice | undefined,
  collarBps: number,
): OrderError | undefined {
  const { pricing, size, purpose, side } = instruction;
  if (market === undefined) {
    if (purpose !== "ENTRY") return undefined;
    const { symbol } = instrument;
    const text = `the venue gives no price of ${symbol} to check the order against; nothing was stored, repeat the call`;
    return orderError("PRICE_UNAVAILABLE", text, { instrument: symbol });
  }
  const touch = side === "BUY" ? market.ask : market.bid;
  if (pricing.type === "MARKET") {
    return size.in === "BASE" ? notionalFault(touch, size.quantity, instrument.notionalMin, instrument) : undefined;
  }
  if (pricing.type === "LIMIT") return collarFault("limit_price", pricing.limitPrice, touch, collarBps);
  if (isTriggered(side, pricing, touch)) return triggerReached(pricing, touch);
  const { triggerPrice, limitPrice } = pricing;
  return (
    collarFault("trigger_price", triggerPrice, touch, collarBps) ??
    (limitPrice && collarFault("limit_price", limitPrice, triggerPrice, collarBps))
  );
}

/** Venues disagree on it: some execute at once, some refuse, some wait for the price from the other side. */
function triggerReached({ type, triggerPrice }: TriggeredPricing, touch: Price): OrderError {
  const text = `the market, ${touch}, has reached trigger_price ${triggerPrice} of the ${type} already; give a market order`;
  const context = { field: "trigger_price", price: triggerPrice, market: touch };
  return orderError("TRIGGER_PRICE_REACHED", text, context);
}

function collarFault(field: string, price: Price, market: Price, collarBps: number): OrderError | undefined {
  const distance = minus(price, market);
  const distanceAbs = sign(distance) < 0 ? minus(decimal("0"), distance) : distance;
  if (compare(times(distanceAbs, decimal("10000")), times(market, decimal(String(collarBps)))) <= 0) return undefined;
  const context = { field, price, market, collar_bps: String(collarBps) };
  const text = `${field} ${price} is more than ${collarBps} bps from the market, ${market}`;
  return orderError("PRICE_OUTSIDE_COLLAR", text, context);
}
