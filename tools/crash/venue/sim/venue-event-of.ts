import { parseSimSubmitKey } from "@surefill/venue-sim";
import type { ExchangeEvent } from "@surefill/venue-sim/exchange";
import { attemptNamed, type VenueEvent } from "../venue-event.ts";

/** An event of the simulated exchange as a run reads it; undefined for what is none of an attempt's. */
export function venueEventOf(event: ExchangeEvent): VenueEvent | undefined {
  if (event.type === "STARTED" || event.type === "ORDER_TRIGGERED" || event.submitKey === undefined) return undefined;
  const { account, submitKey } = event;
  const of = { atMs: event.at / 1_000, account, submitKey, ...attemptNamed(submitKey, parseSimSubmitKey) };
  switch (event.type) {
    case "ORDER_ACCEPTED":
      return { type: "ACCEPTED", ...of, venueOrderId: event.venueOrderId, quantity: event.quantity };
    case "FILL":
      return { type: "FILLED", ...of, venueFillId: event.venueFillId, quantity: event.quantity };
    case "ORDER_REFUSED":
      return { type: "REFUSED", ...of, reason: event.reason, wasDead: event.reason === "REQUEST_EXPIRED" };
    default:
      return { type: "ENDED", ...of };
  }
}
