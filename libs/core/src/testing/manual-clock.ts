import type { Clock } from "../time/clock.ts";
import { addMs, type WallTime, wallTime } from "../time/wall-time.ts";

interface Sleeper {
  readonly wakeAtMs: number;
  readonly wake: () => void;
}

/** 2026-01-01T00:00Z, where fakes begin. */
const epoch = wallTime(1_767_225_600_000_000);

/** A clock that moves only when a test says so. */
export class ManualClock implements Clock {
  #wall: WallTime = epoch;
  /** Not 0, where a sum and a difference are the same. */
  #monotonicMs = 1_000_000;
  readonly #sleepers = new Set<Sleeper>();

  wall(): WallTime {
    return this.#wall;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0 || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        wakeAtMs: this.#monotonicMs + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", sleeper.wake, { once: true });
    });
  }

  /** Moves both times on by `ms`, waking sleepers in the order in which they are due. */
  advance(ms: number): void {
    const until = this.#monotonicMs + ms;
    for (;;) {
      const next = [...this.#sleepers].sort((a, b) => a.wakeAtMs - b.wakeAtMs)[0];
      if (next === undefined || next.wakeAtMs > until) break;
      this.#moveTo(next.wakeAtMs);
      next.wake();
    }
    this.#moveTo(until);
  }

  /** Sets wall time alone, as an operator or NTP does. */
  setWall(at: WallTime): void {
    this.#wall = at;
  }

  /** How many sleeps are under way. */
  get sleepers(): number {
    return this.#sleepers.size;
  }

  #moveTo(monotonicMs: number): void {
    this.#wall = addMs(this.#wall, monotonicMs - this.#monotonicMs);
    this.#monotonicMs = monotonicMs;
  }
}
