import { type Clock, wallTime } from "@surefill/core";

/** The machine's time. */
export const realClock: Clock = {
  wall: () => wallTime(Math.round((performance.timeOrigin + performance.now()) * 1_000)),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (ms <= 0 || signal?.aborted) return resolve();
      const wake = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal?.addEventListener("abort", wake, { once: true });
    }),
};
