import { parseDecimal } from "@surefill/core";
import { z } from "zod";
import { amountField, decimalField, instrumentField, priceField, quantityField } from "./exchange/field-schema.ts";
import type { ExchangeSettings, ListedInstrument } from "./exchange/settings.ts";
import type { FaultSettings } from "./exchange/unreliable-exchange.ts";

/** What the profiles set; each field of the config replaces its own. */
const profiles = {
  /** Fills at the expected price: 0.5 s to submit, 1 s to confirm. */
  default: { successRate: 1, latencySubmitMs: 500, latencyConfirmMs: 1_000, slippageBps: 0 },
  /** Fast and a little worse than the market: 0.1 s, 50 bps of slippage on average. */
  mock: { successRate: 1, latencySubmitMs: 100, latencyConfirmMs: 0, slippageBps: 50 },
} as const;

const asset = z.string().regex(/^[A-Za-z0-9._-]{1,20}$/, "an asset is 1 to 20 of A–Z a–z 0–9 . _ -");
const latencyMs = z.int().min(0).max(600_000);

const rate = z.number().min(0).max(1).default(0);

const instrument = z.strictObject({
  symbol: instrumentField,
  base: asset,
  quote: asset,
  tickSize: decimalField,
  lotSize: decimalField,
  quantityMin: quantityField,
  quantityMax: quantityField,
  notionalMin: amountField,
  /** Stands for the market where no other price does; only where another venue's prices do, it is not needed. */
  referencePrice: priceField.exactOptional(),
}) satisfies z.ZodType<ListedInstrument>;

const listed = [
  {
    symbol: "BTC/USDT",
    base: "BTC",
    quote: "USDT",
    tickSize: "0.01",
    lotSize: "0.00001",
    quantityMin: "0.00001",
    quantityMax: "9000",
    notionalMin: "5",
    referencePrice: "10000",
  },
  {
    symbol: "SOL/USDC",
    base: "SOL",
    quote: "USDC",
    tickSize: "0.01",
    lotSize: "0.001",
    quantityMin: "0.001",
    quantityMax: "900000",
    notionalMin: "5",
    referencePrice: "150",
  },
];

const listedUnlessGiven = z.array(instrument).parse(listed);

const seed = z.int().min(0).max(0xffff_ffff);

const prices = z.discriminatedUnion("source", [
  /** The order's expected price, else the instrument's reference price. */
  z.strictObject({ source: z.literal("expected") }),
  z.strictObject({
    source: z.literal("tape"),
    /** Quotes or trades; the content tells. */
    file: z.string().min(1),
    /** Whose market it stands for, whatever symbol it was recorded of. */
    instrument: instrumentField.prefault("BTC/USDT"),
    /** By a row with each new order, or at the pace of the recording. */
    advance: z.enum(["per-order", "real-time"]).default("per-order"),
  }),
  z.strictObject({
    source: z.literal("walk"),
    /** The config's seed unless given. */
    seed: seed.exactOptional(),
    /** By instrument; the reference price unless given. */
    startPrices: z.record(z.string(), priceField).default({}),
    /** With each row the price moves by U(−1, 1) of this. */
    volatilityBps: z.number().min(0).max(1_000).default(5),
    spreadBps: z.int().min(0).max(1_000).default(2),
  }),
  /** The live prices of another venue of the configuration, and its instruments unless some are given here. */
  z.strictObject({
    source: z.literal("venue"),
    venue: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,35}$/, "must be the name of a venue of the configuration"),
    pollMs: z.int().min(100).max(60_000).default(1_000),
    maxAgeMs: z.int().min(100).max(600_000).default(10_000),
  }),
]);

const fields = z.strictObject({
  /** Everything left to chance follows from it. */
  seed: seed.default(1),
  profile: z.enum(["default", "mock"]).default("default"),
  /** A probability; the others are refused. From the profile unless given, as the next three are. */
  successRate: z.number().min(0).max(1).exactOptional(),
  latencySubmitMs: latencyMs.exactOptional(),
  latencyConfirmMs: latencyMs.exactOptional(),
  /** On average; each order gets 0.5 to 1.5 times as much. */
  slippageBps: z.number().min(0).max(5_000).exactOptional(),
  feeBps: z
    .number()
    .min(-100)
    .max(1_000)
    .refine((bps) => parseDecimal(String(bps)) !== undefined, "must be a plain decimal number")
    .default(10),
  feeAsset: z.enum(["quote", "base"]).default("quote"),
  /** How long a request can be accepted after it was prepared. */
  requestWindowMs: z.int().min(1).max(60_000).default(5_000),
  instruments: z
    .array(instrument)
    .min(1)
    .max(1_000)
    .refine((all) => new Set(all.map(({ symbol }) => symbol)).size === all.length, "a symbol is listed twice")
    .exactOptional(),
  prices: prices.default({ source: "expected" }),
  /** "tape": no more can be had than the tape's row says. */
  depth: z.enum(["unlimited", "tape"]).default("unlimited"),
  partialFills: z
    .strictObject({
      /** Of an execution coming in parts. */
      probability: z.number().min(0).max(1).default(0),
      partsMax: z.int().min(2).max(100).default(4),
    })
    .prefault({}),
  startBalance: amountField.prefault("1000000000"),
  startBalances: z.record(asset, amountField).default({}),
  /** The exchange's own log, and its memory across restarts; without it, it forgets when the process ends. */
  logFile: z.string().min(1).exactOptional(),
  /** What goes wrong between us and the exchange, for trying out what becomes of orders then; rates are probabilities. */
  faults: z
    .strictObject({
      connectionRefusedRate: rate,
      answerLostRate: rate,
      answerMalformedRate: rate,
      lookupDelayMs: latencyMs.default(0),
      reportDropRate: rate,
      reportReorderRate: rate,
      reportDuplicateRate: rate,
    })
    .prefault({}),
  /** Trades at one exchange with other processes of this machine; without it, it runs in this one alone. */
  exchange: z
    .strictObject({
      port: z.int().min(1).max(65_535).default(7401),
      heartbeatMs: z.int().min(100).max(60_000).default(2_000),
      requestTimeoutMs: z.int().min(1).max(600_000).default(5_000),
    })
    .exactOptional(),
  ordersMax: z.int().min(1).max(10_000_000).default(1_000_000),
  openOrdersMax: z.int().min(1).max(1_000_000).default(100_000),
});

/** `{}` is valid: every field has a default, and unknown keys are refused. */
export const configSchema = fields
  .refine(({ depth, prices }) => depth !== "tape" || prices.source === "tape", {
    path: ["depth"],
    message: '"tape" needs prices.source to be "tape"',
  })
  .refine(({ prices }) => prices.source !== "venue" || prices.maxAgeMs > prices.pollMs, {
    path: ["prices", "maxAgeMs"],
    message: "must be more than pollMs, or no price is ever young enough",
  })
  .refine(({ exchange, logFile }) => exchange === undefined || logFile !== undefined, {
    path: ["logFile"],
    message: "needed where the exchange has a port: it is the book that one host hands on to the next",
  })
  .transform(({ profile, prices, ...config }): SimConfig => {
    const { successRate, latencySubmitMs, latencyConfirmMs, slippageBps } = { ...profiles[profile], ...config };
    return {
      ...config,
      ...{ successRate, latencySubmitMs, latencyConfirmMs, slippageBps },
      instruments: config.instruments ?? (prices.source === "venue" ? [] : listedUnlessGiven),
      prices: prices.source === "walk" ? { ...prices, seed: prices.seed ?? config.seed } : prices,
    };
  });

/** How the paper venue is run. */
export interface SimConfig extends ExchangeSettings {
  readonly requestWindowMs: number;
  readonly faults: FaultSettings;
  readonly exchange?: {
    readonly port: number;
    readonly heartbeatMs: number;
    readonly requestTimeoutMs: number;
  };
}
