import type { ManualClock } from "./manual-clock.ts";

/** More than one step of anything takes; work on hundreds of orders may need to be settled several times. */
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
