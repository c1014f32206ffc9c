import type { AccountId } from "../account/account-id.ts";
import type { RateLedger } from "../gate/rate-ledger.ts";
import type { WallTime } from "../time/wall-time.ts";
import type { VenueId } from "../venue/venue-id.ts";

/** Whose ledger: a venue account's, or without an account the venue's own, for what all its accounts share. */
export interface RateLedgerKey {
  readonly venue: VenueId;
  readonly account?: AccountId;
}

/** A ledger as it is stored. */
export interface StoredRateLedger {
  /** Grows by one with each replacement; 0 while there is none. */
  readonly version: number;
  readonly ledger: RateLedger;
  /** The store's clock, the same for all, no later than when this was read. */
  readonly now: WallTime;
}

/** PORT: the ledgers of requests to venues, shared by all processes. Both throw STORE_UNAVAILABLE. */
export interface RateLedgerStore {
  read(key: RateLedgerKey): Promise<StoredRateLedger>;
  /** Whether it was written: only if the stored version is still `versionBefore`, so that no grant is overwritten. */
  replace(key: RateLedgerKey, versionBefore: number, ledger: RateLedger): Promise<boolean>;
}
