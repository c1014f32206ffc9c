import { type Decimal, parseDecimal } from "@surefill/core";

const scientific = /^(-?)([0-9]+)(?:\.([0-9]+))?[eE]([+-]?[0-9]{1,3})$/;

/**
 * The decimal that `text` spells, with or without an exponent ("1e-7" is how ccxt spells small JSON numbers), or
 * undefined if it spells none. The point is moved in the text: nothing is calculated, nothing rounded.
 */
export function exactDecimal(text: string): Decimal | undefined {
  const plain = parseDecimal(text);
  if (plain !== undefined) return plain;
  const [, minus, whole, fraction = "", exponent] = scientific.exec(text) ?? [];
  if (whole === undefined || exponent === undefined) return undefined;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  const padded = point <= 0 ? "0".repeat(1 - point) + digits : digits.padEnd(point, "0");
  const at = Math.max(point, 1);
  const [head, tail] = [padded.slice(0, at).replace(/^0+(?=[0-9])/, ""), padded.slice(at)];
  return parseDecimal(`${minus}${head}${tail === "" ? "" : `.${tail}`}`);
}
