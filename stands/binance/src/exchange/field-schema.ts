import { accountId, type Decimal, decimal, sign } from "@surefill/core";
import { z } from "zod";

/** A string that `parse` takes; what it throws is the issue. */
function text<T>(parse: (text: string) => T) {
  return z.string().transform((value, context) => {
    try {
      return parse(value);
    } catch (thrown) {
      context.addIssue({ code: "custom", message: thrown instanceof Error ? thrown.message : String(thrown) });
      return z.NEVER;
    }
  });
}

export const accountField = text(accountId);
/** Zero or more: prices, quantities and amounts; 0 stands for "none", as it does in Binance's answers. */
export const decimalField = text((value): Decimal => {
  const number = decimal(value);
  if (sign(number) < 0) throw new RangeError(`less than zero: ${number}`);
  return number;
});
export const symbolField = z.string().regex(/^[A-Z0-9]{2,20}$/);
export const assetField = z.string().regex(/^[A-Z0-9]{1,20}$/);
export const sideField = z.enum(["BUY", "SELL"]);
/** Milliseconds since 1970. */
export const timeField = z.int();
