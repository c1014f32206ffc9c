import Big from "big.js";
import type { Brand } from "../id/brand.ts";

/**
 * An exact decimal in its one canonical spelling: no exponent, no leading `+` or zeros, no trailing zeros after the
 * point, no `-0`. Equal numbers are equal strings, so it can be compared with `===`, stored and sent as it is.
 */
export type Decimal = Brand<string, "Decimal">;

/** How a quotient is cut to its scale. There is no default: whoever divides says what happens to the rest. */
export type Rounding = "down" | "halfEven" | "up";

// A Big constructor of our own: its settings can't be changed by another user of the library, and it takes no floats.
const Exact = Big();
Exact.strict = true;

const roundingModes: Readonly<Record<Rounding, 0 | 2 | 3>> = { down: 0, halfEven: 2, up: 3 };
const decimalPattern = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/;
/** Longest spelling taken from outside: 21 digits, a point, 18 decimals; products inside may be longer. */
const lengthMax = 100;

/** The canonical decimal for `text`, or undefined if it is not a plain decimal number of at most 100 characters. */
export function parseDecimal(text: string): Decimal | undefined {
  return text.length <= lengthMax && decimalPattern.test(text) ? canonical(new Exact(text)) : undefined;
}

/** As parseDecimal, for text that must be right. @throws RangeError if it is not. */
export function decimal(text: string): Decimal {
  const value = parseDecimal(text);
  if (value === undefined) throw new RangeError(`not a decimal: ${JSON.stringify(text.slice(0, lengthMax))}`);
  return value;
}

/** Big spells without an exponent, without trailing zeros, and a negative zero as 0. */
function canonical(value: Big): Decimal {
  return value.toFixed() as Decimal;
}

export function plus(a: Decimal, b: Decimal): Decimal {
  return canonical(new Exact(a).plus(b));
}

export function minus(a: Decimal, b: Decimal): Decimal {
  return canonical(new Exact(a).minus(b));
}

export function times(a: Decimal, b: Decimal): Decimal {
  return canonical(new Exact(a).times(b));
}

/** `a / b` cut to `scale` decimals. @throws RangeError for b = 0. */
export function dividedBy(a: Decimal, b: Decimal, scale: number, rounding: Rounding): Decimal {
  if (sign(b) === 0) throw new RangeError("division by zero");
  // Two roundings would err at ties, so the library rounds once, at the scale asked for.
  const Rounded = Big();
  Rounded.strict = true;
  Rounded.DP = scale;
  Rounded.RM = roundingModes[rounding];
  return canonical(new Rounded(a).div(b));
}

/** Negative, zero or positive, as `a` is less than, equal to or greater than `b`. */
export function compare(a: Decimal, b: Decimal): -1 | 0 | 1 {
  return new Exact(a).cmp(b);
}

export function sign(a: Decimal): -1 | 0 | 1 {
  if (a === "0") return 0;
  return a.startsWith("-") ? -1 : 1;
}

/** Whether `a` is a whole multiple of `step`; a step of 0 stands for "any". */
export function isMultipleOf(a: Decimal, step: Decimal): boolean {
  return sign(step) === 0 || new Exact(a).mod(step).eq("0");
}
