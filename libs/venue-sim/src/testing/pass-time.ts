import type { ManualClock } from "@surefill/core/testing";

/** Moves the clock and lets everything that it woke run. */
export async function passTime(clock: ManualClock, ms: number): Promise<void> {
  clock.advance(ms);
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}
