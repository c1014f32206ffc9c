import { randomBytes, randomInt } from "node:crypto";
import type { Random } from "@surefill/core";

/** The operating system's randomness. */
export class SystemRandom implements Random {
  bytes(length: number): Uint8Array {
    return new Uint8Array(randomBytes(length));
  }

  unit(): number {
    return randomInt(2 ** 40) / 2 ** 40;
  }
}
