import { earlierOf, type WallTime } from "../time/wall-time.ts";
import type { SubmitKey, VenueOrderId } from "./order-id.ts";

/**
 * An attempt that turned up at the venue though its order has gone on without it: it was believed dead, and a later one
 * followed, or the order has ended. Two attempts may then fill what was ordered once, so it is cancelled there.
 */
export interface SurplusAttempt {
  readonly submitKey: SubmitKey;
  readonly venueOrderId?: VenueOrderId;
  /** By our clock. */
  readonly foundAt: WallTime;
  /** When a cancel of it is due at the venue, first or again; absent once it has ended there. */
  readonly cancelAfter?: WallTime;
}

interface WithSurplus {
  readonly surplusAttempts?: readonly SurplusAttempt[];
}

/** When a cancel of a surplus attempt is due next; undefined while there is none that may be alive. */
export function surplusDueAt({ surplusAttempts = [] }: WithSurplus): WallTime | undefined {
  return surplusAttempts.reduce<WallTime | undefined>(
    (due, { cancelAfter }) =>
      due === undefined || cancelAfter === undefined ? (due ?? cancelAfter) : earlierOf(due, cancelAfter),
    undefined,
  );
}

/** The surplus attempt of that key, whether or not it has ended. */
export function surplusOf({ surplusAttempts = [] }: WithSurplus, submitKey: SubmitKey): SurplusAttempt | undefined {
  return surplusAttempts.find((attempt) => attempt.submitKey === submitKey);
}

/** All of them, with `attempt` as it is now. */
export function withSurplus({ surplusAttempts = [] }: WithSurplus, attempt: SurplusAttempt): readonly SurplusAttempt[] {
  const others = surplusAttempts.filter(({ submitKey }) => submitKey !== attempt.submitKey);
  return [...others, attempt];
}
