import type { CommitResult, OrderChange, Store, Venue, VenueId } from "@surefill/core";
import type { Invariant } from "../oracle/invariant.ts";

/** A known bug, put in from outside: by a store or a venue that is not as the process believes. */
export interface Plant {
  readonly name: string;
  /** What the bug is, and who had it. */
  readonly doc: string;
  /** The invariants that a run must find broken; any of them is a catch. */
  readonly breaks: readonly [Invariant, ...Invariant[]];
  readonly store?: (store: Store) => Store;
  readonly venue?: (venue: Venue, store: Store, venueId: VenueId) => Venue;
  /** Tells the callers of one flush what became of their changes. */
  readonly judge?: (batch: readonly OrderChange[], results: readonly CommitResult[]) => readonly CommitResult[];
}
