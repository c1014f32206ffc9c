import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";
import { type WallTime, wallTime } from "@surefill/core";

/** The contract's timestamp in microseconds; what is finer is dropped. Its range was checked before. */
export function decodeTime({ seconds, nanos }: Timestamp): WallTime {
  return wallTime(Number(seconds) * 1e6 + Math.floor(nanos / 1000));
}

/** The contract's duration in whole milliseconds; rounded up, for 0 may mean something else than very short. */
export function decodeDurationMs({ seconds, nanos }: Duration): number {
  return Number(seconds) * 1000 + Math.ceil(nanos / 1e6);
}
