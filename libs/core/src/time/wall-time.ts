import type { Brand } from "../id/brand.ts";

/** Microseconds since 1970-01-01T00:00Z, a whole number: Postgres' own resolution, exact in a double until 2255. */
export type WallTime = Brand<number, "WallTime">;

/** @throws RangeError if `microseconds` is not a whole number that a double holds exactly. */
export function wallTime(microseconds: number): WallTime {
  if (!Number.isSafeInteger(microseconds)) throw new RangeError(`not a time in microseconds: ${microseconds}`);
  return microseconds as WallTime;
}

export function addMs(time: WallTime, ms: number): WallTime {
  return wallTime(time + Math.round(ms * 1000));
}

/** `later − earlier` in milliseconds, with fractions. */
export function elapsedMs(earlier: WallTime, later: WallTime): number {
  return (later - earlier) / 1000;
}

export function earlierOf(a: WallTime, b: WallTime): WallTime {
  return a < b ? a : b;
}

/** The later of two times: what is recorded of one order never runs backwards, whatever the machines' clocks do. */
export function laterOf(a: WallTime, b: WallTime): WallTime {
  return a > b ? a : b;
}

/** For people, in UTC: 2026-01-01T00:00:00.000001Z. */
export function isoTime(time: WallTime): string {
  const ms = Math.floor(time / 1000);
  const microseconds = String(time - ms * 1000).padStart(3, "0");
  return new Date(ms).toISOString().replace("Z", `${microseconds}Z`);
}
