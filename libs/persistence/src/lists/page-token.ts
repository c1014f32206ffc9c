import { createHash } from "node:crypto";
import { SurefillError } from "@surefill/core";

/** Where a page ends: the sort key of its last row. */
export type PageKey = readonly (string | number)[];

/** A token that is good for one list and one filter: it carries a hash of both beside the place. */
export function pageToken(list: string, filter: object, key: PageKey): string {
  return Buffer.from(JSON.stringify([fingerprint(list, filter), ...key])).toString("base64url");
}

/** The place in a token. @throws SurefillError PAGE_TOKEN_INVALID for a token of another list or filter, or of nobody. */
export function pageKey(list: string, filter: object, length: number, token: string): PageKey {
  const [hash, ...key] = partsOf(token);
  if (hash !== fingerprint(list, filter) || key.length !== length || !key.every(isKeyPart)) {
    throw new SurefillError("PAGE_TOKEN_INVALID", "the page token does not belong to this list and filter");
  }
  return key;
}

function partsOf(token: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    // Base64 decoders skip what they don't know: only our own spelling counts.
    const isOurs = Array.isArray(parts) && Buffer.from(JSON.stringify(parts)).toString("base64url") === token;
    return isOurs ? parts : [];
  } catch {
    return [];
  }
}

function isKeyPart(part: unknown): part is string | number {
  return typeof part === "string" || Number.isSafeInteger(part);
}

function fingerprint(list: string, filter: object): string {
  const narrowed = Object.entries(filter)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([list, narrowed]))
    .digest("base64url")
    .slice(0, 16);
}
