import {
  compare,
  type Decimal,
  decimal,
  dividedBy,
  type Instrument,
  type InstrumentId,
  isMultipleOf,
  minus,
  type OrderSize,
  type Price,
  type Pricing,
  plus,
  price,
  type Quantity,
  quantity,
  type Rounding,
  type Side,
  sign,
  times,
} from "@surefill/core";

/** Where an instrument takes any price or quantity, cards use this step. */
const anyStep = decimal("0.00000001");
const far = { BUY: decimal("0.95"), SELL: decimal("1.05") } as const;

/** `value` as a whole multiple of `step`. */
export function inSteps(value: Decimal, step: Decimal, rounding: Rounding): Decimal {
  const unit = sign(step) === 0 ? anyStep : step;
  return times(dividedBy(value, unit, 0, rounding), unit);
}

/** A quantity worth `multiple` of the least order at `at`, with room for a price that falls by half. */
export function ordinaryQuantity(instrument: Instrument, at: Price, multiple = 1): Quantity {
  const { notionalMin, quantityMin, lotSize } = instrument;
  const worth = dividedBy(times(notionalMin, decimal("2")), at, 12, "up");
  const least = compare(worth, quantityMin) > 0 ? worth : quantityMin;
  return quantity(times(inSteps(least, lotSize, "up"), decimal(String(multiple))));
}

/** A limit on the tick so far from the market that nothing fills, and so near that venues take it: 5 % away. */
export function restingPrice(instrument: Instrument, side: Side, market: { bid: Price; ask: Price }): Price {
  const from = side === "BUY" ? market.bid : market.ask;
  return price(inSteps(times(from, far[side]), instrument.tickSize, side === "BUY" ? "down" : "up"));
}

/** `from` moved by `percent`, on the tick. */
export function movedPrice({ tickSize }: Instrument, from: Price, percent: number): Price {
  return price(inSteps(times(from, decimal(String(1 + percent / 100))), tickSize, percent < 0 ? "down" : "up"));
}

/** The digit after the last one that `step` allows: a part of it, or undefined where any value is a multiple. */
export function offStep(value: Decimal, step: Decimal): Decimal | undefined {
  if (sign(step) === 0) return undefined;
  const off = plus(value, times(step, decimal("0.1")));
  return isMultipleOf(off, step) ? undefined : off;
}

/** A third of it, in whole lots. */
export function partOf(whole: Quantity, { lotSize }: Instrument): Quantity {
  return quantity(inSteps(dividedBy(whole, decimal("3"), 12, "down"), lotSize, "down"));
}

export function rest(whole: Quantity, part: Quantity): Quantity {
  return quantity(minus(whole, part));
}

/** What a card wants to trade; what it leaves out is a market BUY of an ordinary quantity. */
export interface Wanted {
  readonly side?: Side;
  readonly pricing?: Pricing;
  readonly size?: OrderSize;
  readonly instrument?: InstrumentId;
}
