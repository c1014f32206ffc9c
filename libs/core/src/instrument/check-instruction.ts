import { type OrderError, orderError } from "../error/order-error.ts";
import { notional } from "../money/amount.ts";
import { compare, type Decimal, isMultipleOf } from "../money/decimal.ts";
import type { Price } from "../money/price.ts";
import type { Quantity } from "../money/quantity.ts";
import { type Instruction, isPostOnly, limitPriceOf, triggerPriceOf } from "../order/instruction.ts";
import type { Capabilities } from "../venue/capabilities.ts";
import type { Instrument } from "./instrument.ts";

/**
 * Whether the venue would take the instruction, by what it claims and by the instrument's rules. The first rule broken
 * is the answer, in this order: order type, time in force, post-only, quote sizing, lot, minimum, maximum, tick of the
 * trigger, tick of the limit, notional.
 */
export function checkInstruction(
  instruction: Instruction,
  instrument: Instrument,
  capabilities: Capabilities,
): OrderError | undefined {
  return (
    capabilityFault(instruction, capabilities) ??
    sizeFault(instruction, instrument) ??
    priceFault(instruction, instrument)
  );
}

function capabilityFault({ pricing, size, venue }: Instruction, capabilities: Capabilities): OrderError | undefined {
  if (!capabilities.orderTypes.includes(pricing.type)) {
    return orderError("UNSUPPORTED_ORDER_TYPE", `${venue} does not take ${pricing.type} orders`, {
      field: "type",
      venue,
    });
  }
  if (!capabilities.timesInForce.includes(pricing.timeInForce)) {
    const text = `${venue} does not take ${pricing.timeInForce} orders`;
    return orderError("UNSUPPORTED_TIME_IN_FORCE", text, { field: "time_in_force", venue });
  }
  if (isPostOnly(pricing) && !capabilities.postOnly) {
    return orderError("UNSUPPORTED_POST_ONLY", `${venue} does not take post-only orders`, {
      field: "post_only",
      venue,
    });
  }
  if (size.in === "QUOTE" && !capabilities.quoteQuantity) {
    const text = `${venue} does not take orders sized in the quote asset; give base_quantity`;
    return orderError("UNSUPPORTED_QUOTE_QUANTITY", text, { field: "quote_quantity", venue });
  }
  return undefined;
}

function sizeFault({ size }: Instruction, instrument: Instrument): OrderError | undefined {
  if (size.in === "QUOTE") {
    return compare(size.amount, instrument.notionalMin) < 0
      ? below("NOTIONAL_BELOW_MINIMUM", "quote_quantity", size.amount, instrument.notionalMin, instrument)
      : undefined;
  }
  const { quantity } = size;
  if (!isMultipleOf(quantity, instrument.lotSize)) {
    const { lotSize, symbol } = instrument;
    const text = `base_quantity ${quantity} is not a multiple of ${symbol}'s lot size ${lotSize}`;
    return orderError("QUANTITY_NOT_LOT_MULTIPLE", text, {
      field: "base_quantity",
      quantity,
      lot_size: lotSize,
      instrument: symbol,
    });
  }
  if (compare(quantity, instrument.quantityMin) < 0) {
    return below("QUANTITY_BELOW_MINIMUM", "base_quantity", quantity, instrument.quantityMin, instrument);
  }
  if (compare(quantity, instrument.quantityMax) > 0) {
    const { quantityMax, symbol } = instrument;
    const text = `base_quantity ${quantity} is above ${symbol}'s maximum ${quantityMax}`;
    return orderError("QUANTITY_ABOVE_MAXIMUM", text, {
      field: "base_quantity",
      quantity,
      maximum: quantityMax,
      instrument: symbol,
    });
  }
  return undefined;
}

function priceFault({ pricing, size }: Instruction, instrument: Instrument): OrderError | undefined {
  const limitPrice = limitPriceOf(pricing);
  const triggerPrice = triggerPriceOf(pricing);
  const offTick =
    tickFault("trigger_price", triggerPrice, instrument) ?? tickFault("limit_price", limitPrice, instrument);
  if (offTick !== undefined) return offTick;
  const worth = limitPrice ?? triggerPrice;
  if (worth === undefined || size.in === "QUOTE") return undefined;
  return notionalFault(worth, size.quantity, instrument.notionalMin, instrument);
}

function tickFault(field: string, price: Price | undefined, { tickSize, symbol }: Instrument): OrderError | undefined {
  if (price === undefined || isMultipleOf(price, tickSize)) return undefined;
  const text = `${field} ${price} is not a multiple of ${symbol}'s tick size ${tickSize}`;
  return orderError("PRICE_OFF_TICK", text, { field, price, tick_size: tickSize, instrument: symbol });
}

/** Price × quantity against the instrument's minimum; for market orders the price is the market's. */
export function notionalFault(
  price: Price,
  quantity: Quantity,
  notionalMin: Decimal,
  instrument: Instrument,
): OrderError | undefined {
  const value = notional(price, quantity);
  return compare(value, notionalMin) < 0
    ? below("NOTIONAL_BELOW_MINIMUM", "base_quantity", value, notionalMin, instrument)
    : undefined;
}

function below(
  code: "QUANTITY_BELOW_MINIMUM" | "NOTIONAL_BELOW_MINIMUM",
  field: string,
  value: Decimal,
  minimum: Decimal,
  { symbol }: Instrument,
): OrderError {
  const what = code === "NOTIONAL_BELOW_MINIMUM" ? "the order's value" : "base_quantity";
  return orderError(code, `${what} ${value} is below ${symbol}'s minimum ${minimum}`, {
    field,
    value,
    minimum,
    instrument: symbol,
  });
}
