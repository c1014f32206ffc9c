import { type OrderError, orderError } from "../error/order-error.ts";
import { compare, decimal, minus, sign, times } from "../money/decimal.ts";
import type { Instruction } from "../order/instruction.ts";
import type { MarketPrice } from "../venue/venue.ts";
import { notionalFault } from "./check-instruction.ts";
import type { Instrument } from "./instrument.ts";

/** How far a limit price may be from the market, in basis points of the market price. */
export const defaultCollarBps = 5_000;

/**
 * Checks the instruction against the venue's current price: a limit price within the collar, and a market order's
 * value above the minimum. Without a price only what can't add exposure passes (purposes EXIT, STOP, TARGET).
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
    const text = `the venue gives no price of ${symbol} to check the order against; try again`;
    return orderError("PRICE_UNAVAILABLE", text, { instrument: symbol });
  }
  const touch = side === "BUY" ? market.ask : market.bid;
  if (pricing.type === "MARKET") {
    return size.in === "BASE" ? notionalFault(touch, size.quantity, instrument.notionalMin, instrument) : undefined;
  }
  const distance = minus(pricing.limitPrice, touch);
  const distanceAbs = sign(distance) < 0 ? minus(decimal("0"), distance) : distance;
  if (compare(times(distanceAbs, decimal("10000")), times(touch, decimal(String(collarBps)))) <= 0) return undefined;
  const context = { field: "limit_price", price: pricing.limitPrice, market: touch, collar_bps: String(collarBps) };
  const text = `limit_price ${pricing.limitPrice} is more than ${collarBps} bps from the market, ${touch}`;
  return orderError("PRICE_OUTSIDE_COLLAR", text, context);
}
