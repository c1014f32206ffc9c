import { z } from "zod";
import {
  accountField,
  amountField,
  instrumentField,
  liquidityField,
  priceField,
  quantityField,
  sideField,
  submitKeyField,
  timeField,
  venueFillIdField,
  venueOrderIdField,
} from "./field-schema.ts";
import { pricingSchema } from "./order-request.ts";
import { refusalReasons } from "./refusal.ts";

/** The row of the market that something happened on; its number is absent where prices don't come in rows. */
const rowFields = { row: z.int().min(0).exactOptional(), bid: priceField, ask: priceField };

const orderFields = { account: accountField, submitKey: submitKeyField, venueOrderId: venueOrderIdField };

/** What of an order executes against a row, at which price. */
const executionFields = { takes: quantityField, takerPrice: priceField, ...rowFields };

/** Version of the log's format; a log of another one is refused. */
export const exchangeLogVersion = 1;

export const exchangeEventSchema = z.discriminatedUnion("type", [
  /** An exchange opened the log: for the first time, or again. */
  z.strictObject({ type: z.literal("STARTED"), at: timeField, version: z.literal(exchangeLogVersion) }),
  z.strictObject({
    type: z.literal("ORDER_ACCEPTED"),
    at: timeField,
    ...orderFields,
    instrument: instrumentField,
    side: sideField,
    pricing: pricingSchema,
    /** In base; filled to this, the order is done. */
    quantity: quantityField,
    /** Where the order was sized in quote. */
    quoteAmount: amountField.exactOptional(),
    /** Nothing yet for an order that waits for a price; it is held back for at `takerPrice`. */
    ...executionFields,
    validUntil: timeField,
  }),
  /** The market came to the price that the order had waited for. */
  z.strictObject({
    type: z.literal("ORDER_TRIGGERED"),
    at: timeField,
    ...orderFields,
    instrument: instrumentField,
    side: sideField,
    ...executionFields,
  }),
  z.strictObject({
    type: z.literal("ORDER_REFUSED"),
    at: timeField,
    account: accountField,
    /** Absent where the request could not be read. */
    submitKey: submitKeyField.exactOptional(),
    reason: z.enum(refusalReasons),
    message: z.string(),
  }),
  z.strictObject({
    type: z.literal("FILL"),
    at: timeField,
    ...orderFields,
    venueFillId: venueFillIdField,
    instrument: instrumentField,
    side: sideField,
    quantity: quantityField,
    price: priceField,
    feeAsset: z.string().min(1),
    fee: amountField,
    liquidity: liquidityField,
    ...rowFields,
  }),
  z.strictObject({ type: z.literal("ORDER_CANCELLED"), at: timeField, ...orderFields }),
  /**
   * The exchange ended what was not filled: of what can't rest, or of an order that its account can't pay for by the time
   * it is triggered.
   */
  z.strictObject({ type: z.literal("ORDER_EXPIRED"), at: timeField, ...orderFields }),
]);

/** One thing the exchange did, as its log tells it. Whatever the exchange knows follows from these, in order. */
export type ExchangeEvent = z.output<typeof exchangeEventSchema>;

export type OrderAccepted = Extract<ExchangeEvent, { type: "ORDER_ACCEPTED" }>;
export type OrderTriggered = Extract<ExchangeEvent, { type: "ORDER_TRIGGERED" }>;
export type OrderRefused = Extract<ExchangeEvent, { type: "ORDER_REFUSED" }>;
export type FillEvent = Extract<ExchangeEvent, { type: "FILL" }>;
export type OrderEnded = Extract<ExchangeEvent, { type: "ORDER_CANCELLED" | "ORDER_EXPIRED" }>;
