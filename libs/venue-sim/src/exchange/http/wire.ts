import type { Amount } from "@surefill/core";
import { z } from "zod";
import type {
  AccountFills,
  CancelAllAnswer,
  CancelAnswer,
  OrderAnswer,
  OrderReport,
  Quote,
  SubmitAnswer,
} from "../exchange-api.ts";
import {
  amountField,
  decimalField,
  instrumentField,
  liquidityField,
  priceField,
  quantityField,
  submitKeyField,
  timeField,
  venueFillIdField,
  venueOrderIdField,
} from "../field-schema.ts";
import { refusalReasons } from "../refusal.ts";

// What the host's answers must be; a member believes nothing else. Unknown fields are no harm.

const fill = z.object({
  venueFillId: venueFillIdField,
  venueOrderId: venueOrderIdField,
  lastQuantity: quantityField,
  lastPrice: priceField,
  fee: z.object({ asset: z.string().min(1), amount: amountField }).exactOptional(),
  liquidity: liquidityField.exactOptional(),
  venueTime: timeField,
});

export const orderReport = z.object({
  submitKey: submitKeyField,
  instrument: instrumentField,
  venueOrderId: venueOrderIdField,
  status: z.enum(["OPEN", "FILLED", "CANCELLED", "EXPIRED"]),
  acceptedAt: timeField,
  cumQuantity: quantityField,
  fills: z.array(fill),
}) satisfies z.ZodType<OrderReport>;

export const orderReports = z.array(orderReport);

export const submitAnswer = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("ACCEPTED"), venueOrderId: venueOrderIdField }),
  z.object({ kind: z.literal("REFUSED"), reason: z.enum(refusalReasons), message: z.string() }),
]) satisfies z.ZodType<SubmitAnswer>;

export const orderAnswer = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("FOUND"), asOf: timeField, report: orderReport }),
  z.object({ kind: z.literal("NOT_FOUND"), asOf: timeField }),
]) satisfies z.ZodType<OrderAnswer>;

export const cancelAnswer = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("CANCELLED"), report: orderReport }),
  z.object({ kind: z.literal("NOT_OPEN") }),
]) satisfies z.ZodType<CancelAnswer>;

export const cancelAllAnswer = z.object({ cancelled: orderReports }) satisfies z.ZodType<CancelAllAnswer>;

export const accountFills = z.object({
  fills: z.array(z.object({ submitKey: submitKeyField, fill })),
  next: z.string().min(1),
}) satisfies z.ZodType<AccountFills>;

export const quotes = z.array(
  z.object({ instrument: instrumentField, bid: priceField, ask: priceField, at: timeField }),
) satisfies z.ZodType<readonly Quote[]>;

export const instruments = z.array(
  z.object({
    symbol: instrumentField,
    base: z.string().min(1),
    quote: z.string().min(1),
    tickSize: decimalField,
    lotSize: decimalField,
    quantityMin: quantityField,
    quantityMax: quantityField,
    notionalMin: amountField,
  }),
);

/** By asset. */
export const balances = z.record(z.string(), amountField) satisfies z.ZodType<Record<string, Amount>>;

/** What a host says of itself; the fingerprint is that of its settings. */
export const identity = z.object({ exchange: z.literal("surefill-sim"), fingerprint: z.string() });

export type Identity = z.output<typeof identity>;
