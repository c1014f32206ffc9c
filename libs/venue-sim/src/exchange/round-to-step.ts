import { type Decimal, decimal, dividedBy, type Rounding, sign, times } from "@surefill/core";

/** Where an instrument takes any price or quantity, results are cut to so many decimals. */
const anyStepScale = 8;
const one = decimal("1");

/** `value / divisor` as a whole multiple of `step`; a step of 0 stands for "any". */
export function quotientInSteps(value: Decimal, divisor: Decimal, step: Decimal, rounding: Rounding): Decimal {
  if (sign(step) === 0) return dividedBy(value, divisor, anyStepScale, rounding);
  // One division, so that the value is rounded once.
  return times(dividedBy(value, times(divisor, step), 0, rounding), step);
}

/** `value` as a whole multiple of `step`. */
export function roundToStep(value: Decimal, step: Decimal, rounding: Rounding): Decimal {
  return quotientInSteps(value, one, step, rounding);
}
