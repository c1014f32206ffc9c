import { type Clock, type WallTime, wallTime } from "@surefill/core";

/** A wall clock set by more than this is followed at once; less is the drift between the machine's two clocks. */
const stepMsMin = 50;
/** The longest wait a Node timer can hold. */
const timerMsMax = 2 ** 31 - 1;

/**
 * The machine's time. Wall time is the high-resolution clock anchored to Date.now, so that durations between records
 * are exact to the microsecond, and anchored anew when the machine's clock is set.
 */
export class SystemClock implements Clock {
  #anchorMs = performance.timeOrigin;

  wall(): WallTime {
    const fineMs = this.#anchorMs + performance.now();
    const coarseMs = Date.now();
    if (Math.abs(coarseMs - fineMs) < stepMsMin) return wallTime(Math.round(fineMs * 1000));
    this.#anchorMs = coarseMs - performance.now();
    return wallTime(coarseMs * 1000);
  }

  monotonicMs(): number {
    return performance.now();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0 || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.min(ms, timerMsMax));
      signal?.addEventListener("abort", wake, { once: true });
    });
  }
}
