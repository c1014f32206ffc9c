import type { Brand } from "../id/brand.ts";

/** Names a position: the order id of the entry that opened it, or the caller's own name for it. */
export type PositionId = Brand<string, "PositionId">;

const pattern = /^[A-Za-z0-9_-]{1,36}$/;

/** @throws RangeError unless `text` is 1 to 36 of A–Z a–z 0–9 _ -. */
export function positionId(text: string): PositionId {
  if (!pattern.test(text)) throw new RangeError(`not a position id: ${JSON.stringify(text.slice(0, 40))}`);
  return text as PositionId;
}
