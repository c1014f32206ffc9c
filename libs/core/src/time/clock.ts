import type { WallTime } from "./wall-time.ts";

/** PORT: time. Wall time is for records, monotonic time for durations and deadlines; neither replaces the other. */
export interface Clock {
  /** What goes into records; may jump when the machine's clock is set. */
  wall(): WallTime;
  /** Milliseconds with fractions since an arbitrary origin; never runs backwards. */
  monotonicMs(): number;
  /** Resolves after `ms` of monotonic time, or at once when `signal` aborts; it never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
