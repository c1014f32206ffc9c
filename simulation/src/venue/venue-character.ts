import {
  type AccountId,
  amount,
  type Capabilities,
  decimal,
  instrumentId,
  price,
  quantity,
  type RateLimit,
  type VenueId,
} from "@surefill/core";
import type { ExchangeSettings, ListedInstrument } from "@surefill/venue-sim/exchange";
import type { Faults } from "../fault/faults.ts";

/** What one venue of a run is like. */
export interface VenueCharacter {
  readonly venueId: VenueId;
  readonly accounts: readonly AccountId[];
  readonly settings: ExchangeSettings;
  readonly capabilities: Pick<Capabilities, "streams" | "bulkQueries" | "requestsExpire">;
  /** How long a request can be accepted after it was prepared. */
  readonly requestWindowMs: number;
  readonly concurrencyMax: number;
  /** Of all requests about an account together. */
  readonly rateLimits: readonly RateLimit[];
  /** Takes every order at once, and tells of a refusal later. */
  readonly acknowledgesFirst: boolean;
  /** Knows nothing any more, after a while, of some orders that rest. */
  readonly forgets: boolean;
  /** Fill ids count from 1 in each order, so that they are unique within it alone. */
  readonly numbersFillsPerOrder: boolean;
  /** Reports say how much is filled in all; where they don't, an end can be told before its fills. */
  readonly tellsCounts: boolean;
}

export const instruments: readonly [ListedInstrument, ListedInstrument] = [
  {
    symbol: instrumentId("BTC/USDT"),
    base: "BTC",
    quote: "USDT",
    tickSize: decimal("0.1"),
    lotSize: decimal("0.001"),
    quantityMin: quantity("0.001"),
    quantityMax: quantity("1000"),
    notionalMin: amount("5"),
    referencePrice: price("10000"),
  },
  {
    symbol: instrumentId("SOL/USDT"),
    base: "SOL",
    quote: "USDT",
    tickSize: decimal("0.01"),
    lotSize: decimal("0.1"),
    quantityMin: quantity("0.1"),
    quantityMax: quantity("100000"),
    notionalMin: amount("5"),
    referencePrice: price("150"),
  },
];

/** Each request about an account is one; a prepare asks for prices alone. */
const costs = { submit: 1, cancel: 1, lookup: 1, openOrders: 1, fillsSince: 1 } as const;

/** Draws a venue. The first of a run is always one that can do everything, so that every run has one. */
export function venueCharacter(
  faults: Faults,
  place: number,
  venueId: VenueId,
  accounts: readonly AccountId[],
): VenueCharacter {
  const isPlain = place === 0;
  const chance = (share: number) => faults.happens(share);
  const bulkQueries = isPlain || chance(0.7);
  const acknowledgesFirst = chance(0.4);
  return {
    venueId,
    accounts,
    settings: {
      seed: faults.whole(0, 0xffff_ffff),
      instruments,
      prices: { source: "walk", seed: faults.whole(0, 0xffff_ffff), startPrices: {}, volatilityBps: 15, spreadBps: 2 },
      successRate: acknowledgesFirst ? 0.92 : 0.97,
      latencySubmitMs: chance(0.35) ? faults.whole(200, 700) : faults.whole(10, 80),
      latencyConfirmMs: chance(0.4) ? 0 : faults.whole(50, 1_500),
      slippageBps: 0,
      feeBps: 10,
      feeAsset: chance(0.5) ? "base" : "quote",
      depth: chance(0.7) ? "tape" : "unlimited",
      partialFills: { probability: 0.5, partsMax: 3 },
      startBalance: amount("1000000000"),
      startBalances: {},
      ordersMax: 10_000,
      openOrdersMax: 10_000,
    },
    capabilities: { streams: chance(0.7), bulkQueries, requestsExpire: isPlain || chance(0.85) },
    requestWindowMs: faults.whole(2_000, 6_000),
    concurrencyMax: faults.whole(2, 6),
    rateLimits: chance(0.5) ? [{ name: "requests", requestsMax: faults.whole(30, 90), windowMs: 5_000, costs }] : [],
    acknowledgesFirst,
    // Where an account's fills can't be asked for in bulk, nobody could learn of them.
    forgets: bulkQueries && chance(0.25),
    numbersFillsPerOrder: chance(0.5),
    // Late fills are found in the account's fills alone.
    tellsCounts: !bulkQueries || chance(0.5),
  };
}
