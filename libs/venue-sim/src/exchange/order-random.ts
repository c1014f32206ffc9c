import { createHash } from "node:crypto";
import { type Random, SeededRandom } from "@surefill/core";

/**
 * A stream of its own for each (seed, key, purpose), so that what happens to an order does not depend on which others
 * are under way. `key` is most often a submit key.
 */
export function orderRandom(seed: number, key: string, purpose: string): Random {
  const digest = createHash("sha256").update(`${seed}\n${purpose}\n${key}`).digest();
  return new SeededRandom(digest.readUInt32LE(0));
}
