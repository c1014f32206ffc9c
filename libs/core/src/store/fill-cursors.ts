import type { VenueAccount } from "../account/venue-account.ts";
import type { WallTime } from "../time/wall-time.ts";

/** How far the fills of a venue account have been read. */
export interface FillCursor {
  /** A `next` that the venue gave; absent before its first page. */
  readonly next?: string;
  /** Venue time: every fill before it has been recorded. Reading goes on from here where `next` is no use any more. */
  readonly since: WallTime;
}

/**
 * PORT: where reading a venue account's fills goes on after a restart, so that those of ended orders are found too.
 * Several trackers may save theirs; whichever stands, what comes behind it is recorded at least once.
 */
export interface FillCursors {
  find(venueAccount: VenueAccount): Promise<FillCursor | undefined>;
  save(venueAccount: VenueAccount, cursor: FillCursor): Promise<void>;
}
