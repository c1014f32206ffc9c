import type { Brand } from "../id/brand.ts";

/** Whose money. */
export type AccountId = Brand<string, "AccountId">;

const pattern = /^[A-Za-z0-9_-]{1,36}$/;

/** @throws RangeError unless `text` is 1 to 36 of A–Z a–z 0–9 _ -. */
export function accountId(text: string): AccountId {
  if (!pattern.test(text)) throw new RangeError(`not an account id: ${JSON.stringify(text.slice(0, 40))}`);
  return text as AccountId;
}
