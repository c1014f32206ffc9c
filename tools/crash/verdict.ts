import { type Fill, type Order, OrderState } from "@surefill/contracts/surefill/v1/order";
import { addQuantity, compare, type Quantity, quantity, remainingQuantity, zeroQuantity } from "@surefill/core";
import { stateName } from "../demo/live-view.ts";
import { isFinal } from "../demo/venue-audit.ts";
import type { Promised } from "./trader.ts";
import type { VenueEvent } from "./venue/venue-event.ts";

/** An order with which something is wrong, and what. */
export interface Finding {
  /** The service's id where it has one, else what the client calls it. */
  readonly order: string;
  readonly why: string;
}

/** What a run came to: every list is empty if each order was executed exactly once. */
export interface Verdict {
  /** Acknowledged and unknown, executed or open at the venue and not so here, or cut short in the list of fills. */
  readonly lost: readonly Finding[];
  /** More than one venue order, more filled than ordered, or a fill that is counted twice or was never made. */
  readonly duplicates: readonly Finding[];
  /** Neither ended nor rightly resting at the venue, or a call that never got its answer. */
  readonly stuck: readonly Finding[];
}

/** What each side says at the end. */
export interface Testimony {
  /** What the client was told. */
  readonly promised: readonly Promised[];
  /** What the service lists. */
  readonly orders: readonly Order[];
  readonly fills: readonly Fill[];
  /** What the venue did, by its own log. */
  readonly events: Iterable<VenueEvent>;
}

/** The venue's side of one order. */
interface VenueSide {
  readonly accepted: Set<string>;
  readonly open: Set<string>;
  readonly fills: Map<string, Quantity>;
}

/** Holds the service's word and the client's acknowledgements against the venue's log. */
export function verdictOf({ promised, orders, fills, events }: Testimony): Verdict {
  const lost: Finding[] = [];
  const duplicates: Finding[] = [];
  const stuck: Finding[] = [];
  const venue = venueSides(events);
  const fillsByOrder = Map.groupBy(fills, ({ orderId }) => orderId);
  const promisedByKey = new Map(promised.map((one) => [keyOf(one), one]));

  for (const one of promised) if (one.failure !== undefined) stuck.push({ order: one.clientOrderId, why: one.failure });
  const known = new Set(orders.map(keyOf));
  for (const one of promised) {
    if (one.acknowledged && !known.has(keyOf(one))) {
      lost.push({ order: one.clientOrderId, why: "acknowledged, and unknown to the service" });
    }
  }
  const ids = new Set(orders.map(({ orderId }) => orderId));
  for (const orderId of venue.keys()) {
    if (!ids.has(orderId)) lost.push({ order: orderId, why: "at the venue, and unknown to the service" });
  }
  for (const order of orders) {
    const side = venue.get(order.orderId) ?? nothing;
    const listed = fillsByOrder.get(order.orderId) ?? [];
    const find = (list: Finding[], why: string | undefined) => {
      if (why !== undefined) list.push({ order: order.orderId, why });
    };
    find(lost, whyLost(order, side, listed));
    find(duplicates, whyDuplicate(order, side, listed));
    find(stuck, whyStuck(order, side, promisedByKey.get(keyOf(order))?.cancelled ?? false));
  }
  return { lost, duplicates, stuck };
}

function whyLost(order: Order, { open, fills }: VenueSide, listed: readonly Fill[]): string | undefined {
  const listedIds = new Set(listed.map(({ venueFillId }) => venueFillId));
  const missing = [...fills.keys()].filter((fillId) => !listedIds.has(fillId));
  if (missing.length > 0) return `filled at the venue, and not in ListFills: ${missing.join(", ")}`;
  if (open.size > 0 && isFinal(order)) return `open at the venue, and ${stateName(order.state)} here`;
  const filled = sum([...fills.values()]);
  if (order.cumQuantity !== filled) return `cum_quantity ${order.cumQuantity}, filled at the venue ${filled}`;
  return undefined;
}

function whyDuplicate(order: Order, { accepted, fills }: VenueSide, listed: readonly Fill[]): string | undefined {
  if (accepted.size > 1) return `the venue took more than one attempt: ${[...accepted].join(", ")}`;
  const listedIds = listed.map(({ venueFillId }) => venueFillId);
  if (new Set(listedIds).size < listedIds.length) return "a fill is listed twice";
  const invented = listedIds.filter((fillId) => !fills.has(fillId));
  if (invented.length > 0) return `listed, and never made at the venue: ${invented.join(", ")}`;
  const filled = sum([...fills.values()]);
  if (order.size.case === "baseQuantity" && compare(filled, quantity(order.size.value)) > 0) {
    return `${filled} filled of ${order.size.value}`;
  }
  return undefined;
}

function whyStuck(order: Order, { open }: VenueSide, isCancelled: boolean): string | undefined {
  if (isFinal(order)) return undefined;
  const state = stateName(order.state);
  const rests = order.state === OrderState.CONFIRMING || order.state === OrderState.PARTIALLY_FILLED;
  if (!rests) return `${state} at the end`;
  if (open.size === 0) return `${state} at the end, and not open at the venue`;
  return isCancelled ? `${state} at the end, though its cancel was acknowledged` : undefined;
}

const nothing: VenueSide = { accepted: new Set(), open: new Set(), fills: new Map() };

/** The venue's side by order id: attempts of one order are one order, whoever sent them. */
function venueSides(events: Iterable<VenueEvent>): ReadonlyMap<string, VenueSide> {
  const sides = new Map<string, VenueSide>();
  /** What each open attempt has yet to fill. */
  const leaves = new Map<string, Quantity>();
  for (const event of events) {
    if (event.type === "REFUSED") continue;
    const { submitKey, orderId } = event;
    const side = sides.get(orderId) ?? { accepted: new Set(), open: new Set(), fills: new Map() };
    sides.set(orderId, side);
    if (event.type === "ACCEPTED") {
      side.accepted.add(event.venueOrderId);
      side.open.add(submitKey);
      leaves.set(submitKey, event.quantity);
    } else if (event.type === "FILLED") {
      side.fills.set(event.venueFillId, event.quantity);
      const left = remainingQuantity(leaves.get(submitKey) ?? zeroQuantity, event.quantity);
      leaves.set(submitKey, left);
      if (left === zeroQuantity) side.open.delete(submitKey);
    } else {
      side.open.delete(submitKey);
    }
  }
  return sides;
}

function sum(quantities: readonly Quantity[]): Quantity {
  return quantities.reduce(addQuantity, zeroQuantity);
}

function keyOf({ account, clientOrderId }: { readonly account: string; readonly clientOrderId: string }): string {
  return `${account}/${clientOrderId}`;
}
