import type { VenueAccount } from "../account/venue-account.ts";
import type { RateLedger } from "../gate/rate-ledger.ts";
import type { WallTime } from "../time/wall-time.ts";

/** A venue account's ledger as it is stored. */
export interface StoredRateLedger {
  /** Grows by one with each replacement; 0 while there is none. */
  readonly version: number;
  readonly ledger: RateLedger;
  /** The store's clock, the same for all, no later than when this was read. */
  readonly now: WallTime;
}

/** PORT: the ledgers of venue accounts' requests, shared by all processes. Both throw STORE_UNAVAILABLE. */
export interface RateLedgerStore {
  read(venueAccount: VenueAccount): Promise<StoredRateLedger>;
  /** Whether it was written: only if the stored version is still `versionBefore`, so that no grant is overwritten. */
  replace(venueAccount: VenueAccount, versionBefore: number, ledger: RateLedger): Promise<boolean>;
}
