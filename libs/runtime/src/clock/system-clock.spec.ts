import { describe, expect, it, vi } from "vitest";
import { SystemClock } from "./system-clock.ts";

describe("SystemClock", () => {
  it("given many readings, so wall time is whole microseconds, near Date.now, and never runs backwards", () => {
    const clock = new SystemClock();
    const readings = Array.from({ length: 1_000 }, () => clock.wall());
    expect(readings.every((at, index) => Number.isSafeInteger(at) && at >= (readings[index - 1] ?? 0))).toBe(true);
    expect(Math.abs((readings.at(-1) ?? 0) / 1000 - Date.now())).toBeLessThan(60);
  });

  it("given a machine whose clock is set an hour on, so wall time follows", () => {
    const clock = new SystemClock();
    const before = clock.wall();
    const hourMs = 3_600_000;
    const set = vi.spyOn(Date, "now").mockReturnValue(before / 1000 + hourMs);
    const after = clock.wall();
    set.mockRestore();
    expect(Math.round((after - before) / 1000)).toBe(hourMs);
  });

  it("given a sleep whose signal aborts, so it ends at once and does not reject", async () => {
    const stop = new AbortController();
    const slept = new SystemClock().sleep(60_000, stop.signal);
    stop.abort();
    await expect(slept).resolves.toBeUndefined();
  });
});
