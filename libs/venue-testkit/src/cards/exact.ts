import { parseDecimal } from "@surefill/core";
import { must } from "../check.ts";

/** @throws CardFailure unless it is an exact decimal in its one spelling: a text, never a number. */
export function mustBeExact(what: string, value: unknown): void {
  const isExact = typeof value === "string" && parseDecimal(value) === value;
  must(isExact, `${what}: a decimal in a text, in its one spelling`, { value, type: typeof value });
}
