import type { Pricing, TimeInForce } from "../order/instruction.ts";

/** What a venue library claims it can do, as literals. Claims are checked against each other when it is loaded. */
export interface Capabilities {
  readonly orderTypes: readonly Pricing["type"][];
  readonly timesInForce: readonly TimeInForce[];
  /** A limit order can ask to be refused rather than to take liquidity. */
  readonly postOnly: boolean;
  /** Orders can be sized in the quote asset. */
  readonly quoteQuantity: boolean;
  /** Venue orders carry a client id of ours. */
  readonly clientOrderIds: boolean;
  /** An attempt can be looked up by its submit key, found or not, whether or not its answer arrived. */
  readonly lookupBySubmitKey: boolean;
  /** A request can no longer be accepted after its valid_until. Without it a doubtful attempt never yields to a new one. */
  readonly requestsExpire: boolean;
  /** The same submit key sent twice is one order. */
  readonly idempotentSubmission: boolean;
  /** `watch` exists. */
  readonly streams: boolean;
  readonly partialFills: boolean;
  /** How far back `fillsSince` reaches, in milliseconds; absent: to the first fill there was. */
  readonly fillHistoryMs?: number;
  /** `openOrders` and `fillsSince` answer for a whole account in one call. */
  readonly bulkQueries: boolean;
  /** `cancelAll` exists: for a whole account, or only for one instrument at a time. */
  readonly cancelAll: boolean | "PER_INSTRUMENT";
}

/** Requests that count against a venue's limits; a cancelAll counts as a cancel. The last two belong to no account. */
export type MeteredOperation =
  | "prepare"
  | "submit"
  | "lookup"
  | "cancel"
  | "balances"
  | "openOrders"
  | "fillsSince"
  | "prices"
  | "instruments";

/** Requests in a window of time; wherever the venue's own window begins, this bounds it. */
export interface RateLimit {
  /** Unique within the manifest. */
  readonly name: string;
  /**
   * ACCOUNT, as where absent: each venue account has this many, and prices and instruments take nothing. VENUE: all that
   * is asked of the venue counts together, as where it counts by address.
   */
  readonly scope?: "ACCOUNT" | "VENUE";
  readonly requestsMax: number;
  readonly windowMs: number;
  /** What each operation takes of it; one that is not listed takes nothing. Absent: each takes 1. */
  readonly costs?: Readonly<Partial<Record<MeteredOperation, number>>>;
}

/** The version of this port; a library for another one is not loaded. */
export const venueApiVersion = 1;

/** What a venue library says about itself. */
export interface VenueManifest {
  readonly apiVersion: number;
  /** The library's name, such as "sim". */
  readonly name: string;
  /** No real money moves. */
  readonly simulated: boolean;
  readonly capabilities: Capabilities;
  readonly rateLimits: readonly RateLimit[];
}
