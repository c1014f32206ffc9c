import {
  accountId,
  amount,
  decimal,
  instrumentId,
  price,
  quantity,
  submitKey,
  venueFillId,
  venueOrderId,
  wallTime,
} from "@surefill/core";
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

export const decimalField = text(decimal);
export const priceField = text(price);
export const quantityField = text(quantity);
export const amountField = text(amount);
export const accountField = text(accountId);
export const instrumentField = text(instrumentId);
export const submitKeyField = text(submitKey);
export const venueOrderIdField = text(venueOrderId);
export const venueFillIdField = text(venueFillId);
export const timeField = z.int().transform((microseconds) => wallTime(microseconds));
export const sideField = z.enum(["BUY", "SELL"]);
export const liquidityField = z.enum(["MAKER", "TAKER"]);
