import type { SubmitKey } from "@surefill/core";
import { parseSimSubmitKey } from "@surefill/venue-sim";

/** Whether the order of a key was placed by somebody else. */
export function isStrangers(submitKey: SubmitKey): boolean {
  return parseSimSubmitKey(submitKey) === undefined;
}
