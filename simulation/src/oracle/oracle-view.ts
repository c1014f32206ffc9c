import { type Order, type VenueId, venueAccountKey, type WallTime } from "@surefill/core";
import type { MemoryTables } from "@surefill/core/testing";
import type { VenueCharacter } from "../venue/venue-character.ts";

/** What the oracle looks at beside what it is told. */
export interface OracleView {
  readonly tables: MemoryTables;
  readonly nowMs: () => number;
  /** By the clock that leases are judged by. */
  readonly storeNow: () => WallTime;
  readonly venueNow: (venue: VenueId) => WallTime;
  readonly characters: ReadonlyMap<VenueId, VenueCharacter>;
}

/** A position's name among all of them. */
export function positionKeyOf({ instruction, positionId }: Pick<Order, "instruction" | "positionId">): string {
  return `${venueAccountKey(instruction)}/${instruction.instrument}/${positionId}`;
}

/**
 * Whether an operator's word ended the order while its request, which never expires, may still be on its way: nobody
 * can know of such a one, so that what the venue makes of it proves nothing against us.
 */
export function endedByWord({ lastError }: Pick<Order, "lastError">, validUntil: WallTime | undefined): boolean {
  return lastError?.code === "OPERATOR_DECLARED_DEAD" && validUntil === undefined;
}
