import { z } from "zod";
import { accountField, assetField, decimalField, sideField, symbolField, timeField } from "./field-schema.ts";
import { orderTypes, timesInForce } from "./order-terms.ts";

/** Version of the log's format; a log of another one is refused. */
export const eventLogVersion = 1;

const levels = z.array(z.strictObject({ price: decimalField, quantity: decimalField }));
const orderFields = { at: timeField, account: accountField, symbol: symbolField, orderId: z.int() };

export const expiryReasons = [
  "EXCHANGE_CANCELED",
  "INSUFFICIENT_LIQUIDITY",
  "REJECTED",
  "UNFILLED_FOK_ORDER_EXPIRED",
  "UNFILLED_IOC_QUANTITY_EXPIRED",
  /** Its own account's taker would have met it (self-trade prevention, EXPIRE_MAKER). */
  "SELF_TRADE",
] as const;

export const exchangeEventSchema = z.discriminatedUnion("type", [
  /** An exchange opened the log: for the first time, or again. */
  z.strictObject({ type: z.literal("OPENED"), at: timeField, version: z.literal(eventLogVersion) }),
  /** What everybody else offers from now on. */
  z.strictObject({
    type: z.literal("MARKET_SET"),
    at: timeField,
    symbol: symbolField,
    bids: levels,
    asks: levels,
    lastPrice: decimalField,
  }),
  z.strictObject({
    type: z.literal("BALANCE_SET"),
    at: timeField,
    account: accountField,
    asset: assetField,
    /** Free and locked. */
    total: decimalField,
  }),
  /** A request that can change something arrived; whether it did is told by what follows. */
  z.strictObject({
    type: z.literal("REQUEST_RECEIVED"),
    at: timeField,
    operation: z.enum(["SUBMIT", "CANCEL", "CANCEL_ALL"]),
    apiKeyOf: accountField.exactOptional(),
    clientOrderId: z.string().exactOptional(),
    fault: z.string().exactOptional(),
  }),
  z.strictObject({
    type: z.literal("ORDER_ACCEPTED"),
    ...orderFields,
    clientOrderId: z.string(),
    side: sideField,
    orderType: z.enum(orderTypes),
    timeInForce: z.enum(timesInForce),
    /** In base, as worked out where the order was sized in quote. */
    quantity: decimalField,
    quoteOrderQuantity: decimalField,
    price: decimalField,
    stopPrice: decimalField,
    /** Placed by nobody's request: by a test, as if by hand at the venue. */
    isForeign: z.literal(true).exactOptional(),
  }),
  z.strictObject({
    type: z.literal("ORDER_REFUSED"),
    at: timeField,
    account: accountField,
    clientOrderId: z.string(),
    code: z.int(),
    message: z.string(),
  }),
  /** The last price came to its stop price. */
  z.strictObject({ type: z.literal("ORDER_TRIGGERED"), ...orderFields }),
  z.strictObject({
    type: z.literal("TRADE"),
    ...orderFields,
    tradeId: z.int(),
    side: sideField,
    price: decimalField,
    quantity: decimalField,
    /** price × quantity, cut to eight decimals. */
    quoteQuantity: decimalField,
    commission: decimalField,
    commissionAsset: assetField,
    isMaker: z.boolean(),
    /** The price of the outside level that it was taken from; absent where it met another account's order. */
    takenAt: decimalField.exactOptional(),
  }),
  z.strictObject({ type: z.literal("ORDER_CANCELED"), ...orderFields, cancelId: z.string() }),
  z.strictObject({ type: z.literal("ORDER_EXPIRED"), ...orderFields, reason: z.enum(expiryReasons) }),
]);

/** One thing that happened. Whatever the exchange knows follows from these, in order. */
export type ExchangeEvent = z.output<typeof exchangeEventSchema>;
export type EventOf<Type extends ExchangeEvent["type"]> = Extract<ExchangeEvent, { readonly type: Type }>;

export type OrderAccepted = EventOf<"ORDER_ACCEPTED">;
export type Trade = EventOf<"TRADE">;
export type OrderEvent = EventOf<"ORDER_ACCEPTED" | "ORDER_TRIGGERED" | "TRADE" | "ORDER_CANCELED" | "ORDER_EXPIRED">;
export type ExpiryReason = EventOf<"ORDER_EXPIRED">["reason"];
