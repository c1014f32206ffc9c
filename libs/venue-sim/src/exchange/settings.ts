import type { Amount, Instrument, InstrumentId, Price } from "@surefill/core";

/** An instrument, with the price that stands for its market where there is no other; another venue's has always one. */
export interface ListedInstrument extends Instrument {
  readonly referencePrice?: Price;
}

/** Where prices come from. */
export type PriceSettings =
  /** The order's expected price, else the instrument's reference price. */
  { readonly source: "expected" } | TapeSettings | WalkPriceSettings | VenuePriceSettings;

/** The live prices of another venue. */
export interface VenuePriceSettings {
  readonly source: "venue";
  /** Its name in the configuration. */
  readonly venue: string;
  /** How often it is asked for what orders wait for; what is older is asked for before an order is decided. */
  readonly pollMs: number;
  /** A price that was not told anew for so long is none. */
  readonly maxAgeMs: number;
}

/** A recorded market of one instrument. */
export interface TapeSettings {
  readonly source: "tape";
  readonly file: string;
  /** Whose market it stands for, whatever symbol it was recorded of. */
  readonly instrument: InstrumentId;
  /** By a row with each new order, or at the pace of the recording. */
  readonly advance: "per-order" | "real-time";
}

/** A seeded random walk of every instrument, by a row with each new order. */
export interface WalkPriceSettings {
  readonly source: "walk";
  readonly seed: number;
  /** Where it starts, by instrument; else at the reference price. */
  readonly startPrices: Readonly<Record<string, Price>>;
  readonly volatilityBps: number;
  readonly spreadBps: number;
}

/** What an exchange is run with. */
export interface ExchangeSettings {
  /** Everything that is left to chance follows from it. */
  readonly seed: number;
  /** None: all that the venue has whose prices are used. */
  readonly instruments: readonly ListedInstrument[];
  readonly prices: PriceSettings;
  /** Share of the orders that are taken; a probability. */
  readonly successRate: number;
  /** The way of a request there and of its answer back, together. */
  readonly latencySubmitMs: number;
  /** From an order's acceptance to its execution, and between the parts of it. */
  readonly latencyConfirmMs: number;
  /** By how much a taker's price is worse than the market's, on average; each order gets 0.5 to 1.5 times as much. */
  readonly slippageBps: number;
  /** Negative is a rebate. */
  readonly feeBps: number;
  readonly feeAsset: "quote" | "base";
  /** Whether the amounts of a tape's rows bound what can be had. */
  readonly depth: "unlimited" | "tape";
  readonly partialFills: PartialFills;
  /** What each account starts with, of each asset that `startBalances` does not name. */
  readonly startBalance: Amount;
  readonly startBalances: Readonly<Record<string, Amount>>;
  /** Orders ever taken: their keys are kept for ever, so there is an end to them. */
  readonly ordersMax: number;
  readonly openOrdersMax: number;
  /** The exchange's own log, and its memory across restarts; without it, it forgets when it closes. */
  readonly logFile?: string;
}

/** How executions are split: with this probability, into 2 to `partsMax` parts. */
export interface PartialFills {
  readonly probability: number;
  readonly partsMax: number;
}

/** The instrument's rules, for a symbol. */
export type Listing = ReadonlyMap<InstrumentId, ListedInstrument>;
