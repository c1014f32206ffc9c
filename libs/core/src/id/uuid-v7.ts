import type { WallTime } from "../time/wall-time.ts";
import type { Random } from "./random.ts";

/**
 * RFC 9562 UUIDv7: 48 bits of Unix milliseconds, 12 bits of the millisecond's fraction (method 3, so that ids made
 * within one millisecond still sort nearly by time), 62 random bits.
 */
export function uuidV7(at: WallTime, random: Random): string {
  const bytes = random.bytes(16);
  const ms = Math.floor(at / 1000);
  const fraction = Math.floor(((at - ms * 1000) * 4096) / 1000);
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  view.setUint16(0, Math.floor(ms / 2 ** 32));
  view.setUint32(2, ms % 2 ** 32);
  view.setUint16(6, 0x7000 | fraction);
  view.setUint8(8, 0x80 | (view.getUint8(8) & 0x3f));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Not after any UUIDv7 made at `at` or later: where a range of ids by age begins. */
export function firstUuidV7(at: WallTime): string {
  const hex = Math.max(0, Math.floor(at / 1000))
    .toString(16)
    .padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
