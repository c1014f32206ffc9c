import { create } from "@bufbuild/protobuf";
import { type Timestamp, TimestampSchema } from "@bufbuild/protobuf/wkt";
import type { WallTime } from "@surefill/core";

/** Microseconds as the contract's timestamp. */
export function encodeTime(at: WallTime): Timestamp {
  const seconds = Math.floor(at / 1e6);
  return create(TimestampSchema, { seconds: BigInt(seconds), nanos: (at - seconds * 1e6) * 1000 });
}
