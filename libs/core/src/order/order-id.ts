import type { Brand } from "../id/brand.ts";

/** Ours: a UUIDv7. */
export type OrderId = Brand<string, "OrderId">;

/** The caller's, unique per account for ever. */
export type ClientOrderId = Brand<string, "ClientOrderId">;

/** What a venue can be asked about an attempt: a client order id there, or a Solana signature. */
export type SubmitKey = Brand<string, "SubmitKey">;

/** The venue's own id of an order. */
export type VenueOrderId = Brand<string, "VenueOrderId">;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const clientOrderIdPattern = /^[A-Za-z0-9_-]{1,36}$/;
/** Solana signatures have 88 characters; nothing known has more than 128. */
const venueTextLengthMax = 256;

/** @throws RangeError unless `text` is a lower-case UUID. */
export function orderId(text: string): OrderId {
  if (!uuid.test(text)) throw new RangeError(`not an order id: ${JSON.stringify(text.slice(0, 40))}`);
  return text as OrderId;
}

/** @throws RangeError unless `text` is 1 to 36 of A–Z a–z 0–9 _ -. */
export function clientOrderId(text: string): ClientOrderId {
  if (!clientOrderIdPattern.test(text)) {
    throw new RangeError(`not a client order id: ${JSON.stringify(text.slice(0, 40))}`);
  }
  return text as ClientOrderId;
}

/** @throws RangeError for empty text or more than 256 characters. */
export function submitKey(text: string): SubmitKey {
  return venueText(text) as SubmitKey;
}

/** @throws RangeError for empty text or more than 256 characters. */
export function venueOrderId(text: string): VenueOrderId {
  return venueText(text) as VenueOrderId;
}

function venueText(text: string): string {
  if (text.length === 0 || text.length > venueTextLengthMax)
    throw new RangeError(`a venue id of length ${text.length}`);
  return text;
}
