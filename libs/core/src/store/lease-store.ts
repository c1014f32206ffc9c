import type { VenueAccount } from "../account/venue-account.ts";

/** Who owns a venue account, and until when by the store's clock. The epoch grows with each change of owner. */
export type LeaseAnswer =
  | { readonly kind: "HELD"; readonly epoch: number }
  | { readonly kind: "TAKEN"; readonly owner: string };

/** PORT: ownership of venue accounts. Expiry is judged by the store's clock, the same for all. */
export interface LeaseStore {
  /**
   * Takes or renews the lease for `ttlMs`. An owner that still holds it keeps its epoch; a free or expired lease goes
   * to the caller with the next epoch, which refuses every write of the owner before.
   */
  acquire(venueAccount: VenueAccount, owner: string, ttlMs: number): Promise<LeaseAnswer>;
  /** Ends the lease if `owner` still holds it; otherwise does nothing. */
  release(venueAccount: VenueAccount, owner: string): Promise<void>;
  /** Venue accounts out of `venueAccounts` that somebody holds now. */
  held(venueAccounts: readonly VenueAccount[]): Promise<readonly VenueAccount[]>;
}
