import { describe, expect, it } from "vitest";
import { MachineClock } from "./machine-clock.ts";
import { VirtualTime } from "./virtual-time.ts";

describe("virtual time", () => {
  it("given sleepers in any order, so they wake by time, and by who asked first within a millisecond", async () => {
    const time = new VirtualTime();
    const woken: string[] = [];
    for (const [ms, name] of [
      [30, "c"],
      [10, "a"],
      [20, "b1"],
      [20, "b2"],
      [5_000, "late"],
    ] as const) {
      void time.sleep(ms).then(() => woken.push(`${name} at ${time.nowMs}`));
    }
    expect(await time.run(() => woken.length === 4, 1_000)).toBe(true);
    expect(woken).toEqual(["a at 10", "b1 at 20", "b2 at 20", "c at 30"]);
    expect(await time.run(() => false, 1_000)).toBe(false);
    expect(time.nowMs).toBe(1_000);
  });

  it("given many sleepers, so none wakes before another that is due earlier", async () => {
    const time = new VirtualTime();
    const woken: number[] = [];
    for (let index = 0; index < 500; index += 1) {
      const ms = 1 + ((index * 7_919) % 997);
      void time.sleep(ms).then(() => woken.push(ms));
    }
    await time.run(() => false, 1_000);
    expect(woken).toHaveLength(500);
    expect(woken).toEqual([...woken].sort((a, b) => a - b));
  });

  it("given an aborted sleep, so it ends at once, and leaves nothing to wait for", async () => {
    const time = new VirtualTime();
    const clock = new MachineClock(time);
    const end = new AbortController();
    let ended = -1;
    void clock.sleep(1_000, end.signal).then(() => {
      ended = time.nowMs;
    });
    time.after(10, () => end.abort());
    await time.run(() => false, 2_000);
    expect(ended).toBe(10);
  });
});

describe("a machine's clock", () => {
  it("given that it is set, so wall time jumps and monotonic time does not", async () => {
    const time = new VirtualTime();
    const clock = new MachineClock(time, 250);
    const [wall, monotonic] = [clock.wall(), clock.monotonicMs()];
    clock.jump(-3_600_000);
    expect(clock.wall() - wall).toBe(-3_600_000_000);
    expect(clock.monotonicMs()).toBe(monotonic);
  });
});
