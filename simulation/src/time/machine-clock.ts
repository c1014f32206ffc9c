import { addMs, type Clock, type WallTime, wallTime } from "@surefill/core";
import type { VirtualTime } from "./virtual-time.ts";

/** 2026-01-01T00:00Z, where every run begins. */
const epoch = wallTime(1_767_225_600_000_000);

/** Whether and when a sleeper that is due may go on: a process that is stopped or dead does not. */
export type Admission = (goOn: () => void) => void;

const atOnce: Admission = (goOn) => goOn();

/** The clock of one machine: virtual time, and a wall clock that may be wrong and may be set. */
export class MachineClock implements Clock {
  readonly #time: VirtualTime;
  readonly #admission: Admission;
  #skewMs: number;
  #wrongByMs = 0;

  constructor(time: VirtualTime, skewMs = 0, admission: Admission = atOnce) {
    this.#time = time;
    this.#skewMs = skewMs;
    this.#admission = admission;
  }

  wall(): WallTime {
    return addMs(epoch, this.#time.nowMs + this.#skewMs + this.#wrongByMs);
  }

  monotonicMs(): number {
    return this.#time.nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0 || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wakeup = this.#time.after(ms, () => {
        signal?.removeEventListener("abort", abort);
        this.#admission(resolve);
      });
      const abort = () => {
        this.#time.cancel(wakeup);
        this.#admission(resolve);
      };
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  /** Sets the wall clock by `ms`, as an operator or NTP does; monotonic time goes on as before. */
  jump(ms: number): void {
    this.#skewMs += ms;
  }

  /** Sets the wall clock wrong by `ms`, as a mistaken operator or time zone does, until it is set right. */
  setWrong(ms: number): void {
    this.#wrongByMs = ms;
  }

  setRight(): void {
    this.#wrongByMs = 0;
  }
}
