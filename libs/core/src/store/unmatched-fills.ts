import type { VenueAccount } from "../account/venue-account.ts";
import type { InstrumentId } from "../instrument/instrument.ts";
import type { VenueFill } from "../order/fill.ts";
import type { SubmitKey } from "../order/order-id.ts";
import type { WallTime } from "../time/wall-time.ts";

/** An execution that a venue reported and that belongs to no order that we can name yet. */
export interface UnmatchedFill extends VenueAccount {
  /** Where the venue told it. */
  readonly submitKey?: SubmitKey;
  /** Where the venue told it. */
  readonly instrument?: InstrumentId;
  readonly fill: VenueFill;
  /** By our clock, when it was first seen. */
  readonly keptAt: WallTime;
}

/** An unmatched fill as it is stored; `seq` grows in the order of keeping. */
export interface KeptFill extends UnmatchedFill {
  readonly seq: number;
}

/**
 * PORT: fills that wait for their order to be known. Kept once each, by (venue account, instrument, submit key, venue
 * order id, venue fill id), applied and removed when an order turns out to be theirs. Fills of other programs that
 * trade on the same account end up here too and never find an order, so what is kept is bounded by `prune`.
 */
export interface UnmatchedFills {
  /** Makes them durable; one that is kept already stays as it is. At most 1,000. */
  keep(fills: readonly UnmatchedFill[]): Promise<void>;
  /** In the order of keeping, at most `limit`, after `afterSeq`. */
  list(venueAccount: VenueAccount, limit: number, afterSeq?: number): Promise<readonly KeptFill[]>;
  /** Forgets those that were applied; at most 1,000. */
  remove(seqs: readonly number[]): Promise<void>;
  /** Forgets those kept before `before`, and the oldest beyond `countMax`; tells how many. */
  prune(venueAccount: VenueAccount, before: WallTime, countMax: number): Promise<number>;
}
