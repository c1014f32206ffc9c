import type { SubmitKey, WallTime } from "@surefill/core";

/** What of a request the wire can read. */
export interface WireRequest {
  readonly submitKey: SubmitKey;
  readonly validUntil: WallTime;
}

/** The request in the bytes of an attempt. */
export function requestIn(payload: Uint8Array): WireRequest {
  return JSON.parse(new TextDecoder().decode(payload));
}
