import type { ManualClock } from "./manual-clock.ts";

/** No chain of promises in these tests is longer; what still waits then, waits for time or for the test. */
const turns = 500;

/** Lets everything go on that waits for nothing but other promises: no sleep, a bounded number of turns. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
}

/** Moves the clock on in steps and lets what wakes go on after each, as loops sleep again once they are woken. */
export async function pass(clock: ManualClock, ms: number, stepMs = 10): Promise<void> {
  await settle();
  for (let passed = 0; passed < ms; passed += stepMs) {
    clock.advance(Math.min(stepMs, ms - passed));
    await settle();
  }
}
