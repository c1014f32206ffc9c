import type { WallTime } from "@surefill/core";

/** A time with all its microseconds, as Postgres reads it. */
export function isoTime(time: WallTime): string {
  const ms = Math.floor(time / 1_000);
  const microseconds = String(time - ms * 1_000).padStart(3, "0");
  return `${new Date(ms).toISOString().slice(0, -1)}${microseconds}Z`;
}
