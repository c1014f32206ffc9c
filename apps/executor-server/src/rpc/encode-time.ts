import { create } from "@bufbuild/protobuf";
import { type Duration, DurationSchema, type Timestamp, TimestampSchema } from "@bufbuild/protobuf/wkt";
import type { WallTime } from "@surefill/core";

/** Microseconds as the contract's timestamp. */
export function encodeTime(at: WallTime): Timestamp {
  const seconds = Math.floor(at / 1e6);
  return create(TimestampSchema, { seconds: BigInt(seconds), nanos: (at - seconds * 1e6) * 1000 });
}

/** Whole milliseconds as the contract's duration. */
export function encodeDurationMs(ms: number): Duration {
  const seconds = Math.floor(ms / 1e3);
  return create(DurationSchema, { seconds: BigInt(seconds), nanos: (ms - seconds * 1e3) * 1e6 });
}
