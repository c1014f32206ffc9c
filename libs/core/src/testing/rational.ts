/** An exact fraction, the yardstick that decimals are held against in tests; `over` is greater than zero. */
export interface Rational {
  readonly units: bigint;
  readonly over: bigint;
}

export const zero: Rational = { units: 0n, over: 1n };

/** What a plain decimal text means. */
export function rational(text: string): Rational {
  const [whole = "", fraction = ""] = text.split(".");
  return { units: BigInt(whole + fraction), over: 10n ** BigInt(fraction.length) };
}

export function sum(a: Rational, b: Rational): Rational {
  return { units: a.units * b.over + b.units * a.over, over: a.over * b.over };
}

export function difference(a: Rational, b: Rational): Rational {
  return sum(a, { units: -b.units, over: b.over });
}

export function product(a: Rational, b: Rational): Rational {
  return { units: a.units * b.units, over: a.over * b.over };
}

/** `b` must not be zero. */
export function quotient(a: Rational, b: Rational): Rational {
  const sign = b.units < 0n ? -1n : 1n;
  return { units: a.units * b.over * sign, over: a.over * b.units * sign };
}

/** Negative, zero or positive, as `a` is less than, equal to or greater than `b`. */
export function compareFractions(a: Rational, b: Rational): -1 | 0 | 1 {
  const { units } = difference(a, b);
  return units < 0n ? -1 : units > 0n ? 1 : 0;
}

export function isWhole({ units, over }: Rational): boolean {
  return units % over === 0n;
}

/** How a fraction is cut to a scale; "exact" throws where something would be cut off. */
export type Cut = "down" | "up" | "halfEven" | "exact";

/** The one plain spelling at no more than `scale` decimals: no exponent, no superfluous zeros, no -0. */
export function spelling(value: Rational, scale: number, cut: Cut = "exact"): string {
  const size = value.units < 0n ? -value.units : value.units;
  const digits = cutOff(size * 10n ** BigInt(scale), value.over, cut);
  const text = digits.toString().padStart(scale + 1, "0");
  const whole = text.slice(0, text.length - scale);
  const fraction = text.slice(text.length - scale).replace(/0+$/, "");
  const sign = value.units < 0n && digits !== 0n ? "-" : "";
  return `${sign}${whole}${fraction && `.${fraction}`}`;
}

/** `units / over`, both not negative, as a whole number. */
function cutOff(units: bigint, over: bigint, cut: Cut): bigint {
  const down = units / over;
  const rest = units % over;
  if (rest === 0n || cut === "down") return down;
  if (cut === "exact") throw new RangeError("not exact at this scale");
  if (cut === "up") return down + 1n;
  const twice = rest * 2n;
  const tieToEven = twice === over && down % 2n === 0n;
  return twice < over || tieToEven ? down : down + 1n;
}
