import {
  type Amount,
  amount,
  type Decimal,
  type Price,
  parsePrice,
  parseQuantity,
  type Quantity,
  type WallTime,
  wallTime,
} from "@surefill/core";
import { z } from "zod";
import { exactDecimal } from "./exact-decimal.ts";

/** Absent, null and what is no number are one to ccxt: nothing is known. */
const decimalText = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value): Decimal | undefined => (value == null ? undefined : exactDecimal(String(value))));

const text = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value): string | undefined => (value == null || value === "" ? undefined : String(value)));

/** Milliseconds; a stop order that waits at Binance has −1. */
const time = z
  .number()
  .nullish()
  .transform((ms): WallTime | undefined => (ms == null || !(ms > 0) ? undefined : wallTime(Math.round(ms * 1_000))));

const fee = z.object({ currency: text, cost: decimalText });

const trade = z.object({
  id: text,
  order: text,
  symbol: text,
  timestamp: time,
  price: decimalText,
  amount: decimalText,
  takerOrMaker: text,
  fee: fee.nullish().catch(undefined),
  fees: z.array(fee).nullish().catch(undefined),
});

/** One execution, as ccxt unifies it. */
export type UnifiedTrade = z.output<typeof trade>;

const order = z.object({
  id: text,
  clientOrderId: text,
  symbol: text,
  status: text,
  filled: decimalText,
  timestamp: time,
  lastUpdateTimestamp: time.catch(undefined),
  trades: z.array(trade).nullish().catch(undefined),
});

/** One order, as ccxt unifies it; what an exchange does not tell is undefined. */
export type UnifiedOrder = z.output<typeof order>;

const market = z.object({
  symbol: z.string(),
  base: z.string(),
  quote: z.string(),
  spot: z.boolean().nullish(),
  active: z.boolean().nullish(),
  precision: z.object({ amount: decimalText, price: decimalText }),
  limits: z.object({
    amount: z.object({ min: decimalText, max: decimalText }).nullish(),
    cost: z.object({ min: decimalText, max: decimalText }).nullish(),
    price: z.object({ min: decimalText, max: decimalText }).nullish(),
    market: z.object({ min: decimalText, max: decimalText }).nullish(),
  }),
});

/** What is traded, as ccxt unifies it. */
export type UnifiedMarket = z.output<typeof market>;

const ticker = z.object({ bid: decimalText, ask: decimalText, timestamp: time.catch(undefined) });
const tickers = z.record(z.string(), ticker);
const book = z.object({
  bids: z.array(z.tuple([decimalText], z.unknown())),
  asks: z.array(z.tuple([decimalText], z.unknown())),
  timestamp: time.catch(undefined),
});
const balance = z.object({ free: z.record(z.string(), decimalText) });

export type UnifiedTicker = z.output<typeof ticker>;

/** Decoders of what ccxt gives. @throws ZodError for what has not the form. */
export const decodeOrder = (value: unknown): UnifiedOrder => order.parse(value);
export const decodeOrders = (value: unknown): readonly UnifiedOrder[] => z.array(order).parse(value);
export const decodeTrades = (value: unknown): readonly UnifiedTrade[] => z.array(trade).parse(value);
export const decodeMarket = (value: unknown): UnifiedMarket => market.parse(value);
export const decodeTickers = (value: unknown): Readonly<Record<string, UnifiedTicker>> => tickers.parse(value);

export function decodeBookTop(value: unknown): UnifiedTicker {
  const { bids, asks, timestamp } = book.parse(value);
  return { bid: bids[0]?.[0], ask: asks[0]?.[0], timestamp };
}

/** Free balance by asset; what an exchange does not tell of an asset is nothing. */
export function decodeFree(value: unknown): ReadonlyMap<string, Amount> {
  const { free } = balance.parse(value);
  return new Map(Object.entries(free).flatMap(([asset, of]) => (of === undefined ? [] : [[asset, amount(of)]])));
}

export function positivePrice(value: Decimal | undefined): Price | undefined {
  return value === undefined ? undefined : parsePrice(value);
}

export function quantityOf(value: Decimal | undefined): Quantity | undefined {
  return value === undefined ? undefined : parseQuantity(value);
}
