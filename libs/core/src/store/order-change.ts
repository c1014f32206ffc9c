import type { VenueAccount } from "../account/venue-account.ts";
import type { Fill } from "../order/fill.ts";
import type { Order } from "../order/order.ts";
import type { OrderEventRecord } from "../order/order-event-record.ts";
import type { Posting } from "../position/post-fill.ts";
import type { WallTime } from "../time/wall-time.ts";

/** What a venue did with an attempt, for the record. */
export type AttemptOutcome = "ACCEPTED" | "REJECTED" | "NOT_SENT" | "UNKNOWN" | "ABSENT";

/** What is written about an attempt beside the order's own row. */
export type AttemptWrite =
  | {
      readonly kind: "PREPARED";
      readonly number: number;
      /** Exactly what will be sent; the venue library alone can read it. */
      readonly payload: Uint8Array;
    }
  | {
      readonly kind: "ANSWERED";
      readonly number: number;
      readonly outcome: AttemptOutcome;
      /** The venue's raw answer, redacted by the venue library; at most 64 KiB are kept. */
      readonly rawAnswer?: string;
      readonly answeredAt: WallTime;
    };

/** Proof that the writer owns the venue account: carried by every transition that precedes a venue call. */
export interface LeaseFence {
  readonly venueAccount: VenueAccount;
  readonly epoch: number;
  /** Carried by every attempt: the epoch of the trading states that it was judged by. A later change refuses it. */
  readonly tradingEpoch?: number;
}

/** One change of one order: all of it becomes durable, or none. */
export interface OrderChange {
  /** The version the change was made from; absent for a new order. */
  readonly versionBefore?: number;
  /** The order after the change. */
  readonly order: Order;
  /** In turn; the transitions' versions follow `versionBefore` without a gap. */
  readonly records: readonly OrderEventRecord[];
  readonly attempt?: AttemptWrite;
  readonly fills: readonly Fill[];
  readonly postings: readonly Posting[];
  readonly fence?: LeaseFence;
}

/** What became of a change. Everything but COMMITTED left nothing behind. */
export type CommitResult =
  | { readonly kind: "COMMITTED" }
  /** The order has moved on: read it again. */
  | { readonly kind: "STALE_VERSION" }
  /** Somebody else owns the venue account by now. */
  | { readonly kind: "STALE_LEASE" }
  /** A trading state was changed since the one that the attempt was judged by. */
  | { readonly kind: "STALE_TRADING_STATE" }
  /** A new order whose (account, client_order_id) is taken. */
  | { readonly kind: "DUPLICATE_ORDER" };
