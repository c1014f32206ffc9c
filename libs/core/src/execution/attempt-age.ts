import type { Clock } from "../time/clock.ts";
import { addMs, elapsedMs, type WallTime } from "../time/wall-time.ts";
import type { PreparedAttempt } from "../venue/venue.ts";

/** How old an attempt is: by a clock that runs on, and by one that knows of a machine that slept. */
export class AttemptAge {
  readonly #clock: Clock;
  readonly #sinceMs: number;
  readonly #since: WallTime;

  /** To be made before the attempt is prepared, so that no attempt seems younger than it is. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sinceMs = clock.monotonicMs();
    this.#since = clock.wall();
  }

  /** Milliseconds since, at least. */
  ms(): number {
    const byWall = elapsedMs(this.#since, this.#clock.wall());
    return Math.max(this.#clock.monotonicMs() - this.#sinceMs, byWall);
  }

  /**
   * Whether the venue can no longer accept `attempt`. It is judged by venue time: what the venue's clock showed when
   * the attempt was prepared, and how much time has passed since; by our clock only where the library doesn't know
   * the venue's. A mistake does no harm: an attempt that is not sent for it provably never left, and one that is sent
   * for it is refused by the venue, or can be looked up. That an attempt can't be at the venue is never concluded from
   * this: for that the venue's own word is needed (see proveAbsence).
   */
  isPast({ validUntil, venueTime }: PreparedAttempt): boolean {
    if (validUntil === undefined) return false;
    const now = venueTime === undefined ? this.#clock.wall() : addMs(venueTime, this.ms());
    return now >= validUntil;
  }
}
