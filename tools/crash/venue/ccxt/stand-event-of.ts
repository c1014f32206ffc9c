import { quantity } from "@surefill/core";
import type { ExchangeEvent } from "@surefill/stand-binance";
import { parseCompactSubmitKey } from "@surefill/venue-ccxt";
import { attemptNamed, type VenueEvent } from "../venue-event.ts";

/** Refused by its time. */
const outsideWindow = -1021;

/** The log of the local exchange as a run reads it: its later events name orders by the exchange's own ids. */
export function venueEventsOf(events: Iterable<ExchangeEvent>): readonly VenueEvent[] {
  const keys = new Map<number, string>();
  const found: VenueEvent[] = [];
  for (const event of events) {
    if (event.type === "ORDER_ACCEPTED") keys.set(event.orderId, event.clientOrderId);
    const one = venueEventOf(event, keys);
    if (one !== undefined) found.push(one);
  }
  return found;
}

function venueEventOf(event: ExchangeEvent, keys: ReadonlyMap<number, string>): VenueEvent | undefined {
  const submitKey = "clientOrderId" in event ? event.clientOrderId : "orderId" in event ? keys.get(event.orderId) : "";
  if (!("account" in event) || submitKey === undefined) return undefined;
  const { at: atMs, account } = event;
  const of = { atMs, account, submitKey, ...attemptNamed(submitKey, parseCompactSubmitKey) };
  switch (event.type) {
    case "ORDER_ACCEPTED":
      return { type: "ACCEPTED", ...of, venueOrderId: `${event.orderId}`, quantity: quantity(event.quantity) };
    case "TRADE":
      return { type: "FILLED", ...of, venueFillId: `${event.tradeId}`, quantity: quantity(event.quantity) };
    case "ORDER_REFUSED":
      return {
        type: "REFUSED",
        ...of,
        reason: `${event.code} ${event.message}`,
        wasDead: event.code === outsideWindow,
      };
    case "ORDER_CANCELED":
    case "ORDER_EXPIRED":
      return { type: "ENDED", ...of };
    default:
      return undefined;
  }
}
