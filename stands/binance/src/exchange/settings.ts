import { decimal } from "@surefill/core";
import { z } from "zod";
import { accountField, assetField, decimalField, symbolField } from "./field-schema.ts";

const of = (text: string) => decimal(text);

/** A symbol with its filters and the market that it opens with. Defaults are BTCUSDT's. */
export const symbolSchema = z.strictObject({
  symbol: symbolField.default("BTCUSDT"),
  base: assetField.default("BTC"),
  quote: assetField.default("USDT"),
  tickSize: decimalField.default(of("0.01")),
  minPrice: decimalField.default(of("0.01")),
  maxPrice: decimalField.default(of("1000000")),
  stepSize: decimalField.default(of("0.00001")),
  minQuantity: decimalField.default(of("0.00001")),
  maxQuantity: decimalField.default(of("9000")),
  /** A step of 0 is no rule of its own: LOT_SIZE counts. */
  marketStepSize: decimalField.default(of("0")),
  marketMinQuantity: decimalField.default(of("0")),
  marketMaxQuantity: decimalField.default(of("100")),
  minNotional: decimalField.default(of("5")),
  maxNotional: decimalField.default(of("9000000")),
  maxOpenOrders: z.int().min(1).default(200),
  maxOpenAlgoOrders: z.int().min(1).default(5),
  bid: decimalField.default(of("49999.99")),
  ask: decimalField.default(of("50000.01")),
  /** What stands at bid and ask at first. */
  depth: decimalField.default(of("1000")),
});
export type SymbolSettings = z.output<typeof symbolSchema>;

export const permissions = ["TRADE", "USER_DATA"] as const;
export type Permission = (typeof permissions)[number];

export const accountSchema = z.strictObject({
  account: accountField,
  apiKey: z.string().min(1),
  secret: z.string().min(1),
  /** What it has at first, by asset. */
  balances: z.record(assetField, decimalField).default({ USDT: of("1000000"), BTC: of("100"), BNB: of("100") }),
  makerBps: z.int().min(0).default(10),
  takerBps: z.int().min(0).default(10),
  /** Commissions are taken in BNB at a discount of 25 %, while there is enough. */
  paysInBnb: z.boolean().default(false),
});
export type AccountSettings = z.output<typeof accountSchema>;

export const limitsSchema = z.strictObject({
  weightPerMinute: z.int().min(1).default(6_000),
  requestsPerFiveMinutes: z.int().min(1).default(61_000),
  ordersPerTenSeconds: z.int().min(1).default(100),
  ordersPerDay: z.int().min(1).default(200_000),
  /** Requests beyond the weight, each answered 429, after which the address is banned (418). */
  patience: z.int().min(1).default(20),
  /** The first ban; each later one is twice as long, up to three days. */
  banMs: z.int().min(1_000).default(120_000),
});
export type Limits = z.output<typeof limitsSchema>;

/** What an exchange is, whatever happens on it later. */
export const settingsSchema = z.strictObject({
  symbols: z.array(symbolSchema).min(1).prefault([{}]),
  accounts: z
    .array(accountSchema)
    .min(1)
    .prefault([
      { account: "alice", apiKey: "alice-key", secret: "alice-secret" },
      { account: "bob", apiKey: "bob-key", secret: "bob-secret" },
    ]),
  limits: limitsSchema.prefault({}),
  /** What one BNB costs, by quote asset: for commissions. */
  bnbPrices: z.record(assetField, decimalField).default({ USDT: of("600") }),
});
export type Settings = z.output<typeof settingsSchema>;
