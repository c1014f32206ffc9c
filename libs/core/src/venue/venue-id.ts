import type { Brand } from "../id/brand.ts";

/** A venue's name in the configuration. */
export type VenueId = Brand<string, "VenueId">;

const pattern = /^[a-z0-9][a-z0-9_-]{0,35}$/;

/** @throws RangeError unless `text` is 1 to 36 of a–z 0–9 _ -, beginning with a letter or digit. */
export function venueId(text: string): VenueId {
  if (!pattern.test(text)) throw new RangeError(`not a venue name: ${JSON.stringify(text.slice(0, 40))}`);
  return text as VenueId;
}
