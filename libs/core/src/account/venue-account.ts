import type { VenueId } from "../venue/venue-id.ts";
import type { AccountId } from "./account-id.ts";

/** An account at one venue: the unit of ownership, rate budget and concurrency. */
export interface VenueAccount {
  readonly venue: VenueId;
  readonly account: AccountId;
}

/** A key for maps; neither part can hold a slash. */
export function venueAccountKey(venueAccount: VenueAccount): string {
  return `${venueAccount.venue}/${venueAccount.account}`;
}
