import type { InstrumentId, OrderSize, Price, Pricing, Side, SubmitKey, WallTime } from "@surefill/core";
import { z } from "zod";
import {
  amountField,
  instrumentField,
  priceField,
  quantityField,
  sideField,
  submitKeyField,
  timeField,
} from "./field-schema.ts";
import { type Refusal, refusal } from "./refusal.ts";

/** What a member of the exchange asks for; the account is whoever is connected. */
export interface OrderRequest {
  /** The client order id, unique per account for ever. */
  readonly submitKey: SubmitKey;
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly pricing: Pricing;
  readonly size: OrderSize;
  /**
   * What the exchange takes for the market price where it has no prices of its own. What waits for a price says nothing
   * about the market, so there it does not count.
   */
  readonly expectedPrice?: Price;
  /** Exchange time after which the request is refused. */
  readonly validUntil: WallTime;
}

const triggered = {
  timeInForce: z.literal("GTC"),
  triggerPrice: priceField,
  limitPrice: priceField.exactOptional(),
};

export const pricingSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("MARKET"), timeInForce: z.enum(["IOC", "FOK"]) }),
  z
    .strictObject({
      type: z.literal("LIMIT"),
      timeInForce: z.enum(["GTC", "IOC", "FOK"]),
      limitPrice: priceField,
      postOnly: z.literal(true).exactOptional(),
    })
    .refine(({ timeInForce, postOnly }) => postOnly === undefined || timeInForce === "GTC", {
      path: ["postOnly"],
      message: "an order that only rests is GTC",
    }),
  z.strictObject({ type: z.literal("STOP_LOSS"), ...triggered }),
  z.strictObject({ type: z.literal("TAKE_PROFIT"), ...triggered }),
]);

export const sizeSchema = z.discriminatedUnion("in", [
  z.strictObject({ in: z.literal("BASE"), quantity: quantityField }),
  z.strictObject({ in: z.literal("QUOTE"), amount: amountField }),
]);

const requestSchema = z.strictObject({
  submitKey: submitKeyField,
  instrument: instrumentField,
  side: sideField,
  pricing: pricingSchema,
  size: sizeSchema,
  expectedPrice: priceField.exactOptional(),
  validUntil: timeField,
});

/** The request as the bytes that are sent. */
export function encodeOrderRequest(request: OrderRequest): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(request));
}

/** The request that the bytes hold, or why there is none in them. */
export function decodeOrderRequest(payload: Uint8Array): OrderRequest | Refusal {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
  } catch {
    return refusal("MALFORMED_REQUEST", "the request is not JSON");
  }
  const parsed = requestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
  return refusal("MALFORMED_REQUEST", issues);
}
