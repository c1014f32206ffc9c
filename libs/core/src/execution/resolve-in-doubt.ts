import { commitTransitions } from "../desk/commit-transitions.ts";
import type { Desk } from "../desk/desk.ts";
import { recordReport, reread } from "../desk/record-report.ts";
import { retryPolicyOf } from "../desk/retry-policy-of.ts";
import { type OrderError, orderError } from "../error/order-error.ts";
import { SurefillError } from "../error/surefill-error.ts";
import { adoptionEvents } from "../order/adoption-events.ts";
import { changeOrder } from "../order/change-order.ts";
import { attemptOf, type Order } from "../order/order.ts";
import type { OrderEvent } from "../order/order-event.ts";
import type { SubmitKey, VenueOrderId } from "../order/order-id.ts";
import { addMs, earlierOf, isoTime, laterOf, type WallTime } from "../time/wall-time.ts";
import { keepLookUp } from "../tracking/keep-look-up.ts";
import { askVenue, attemptReference } from "../tracking/look-up.ts";
import type { LookupAnswer } from "../venue/venue.ts";

/** What an operator says about an order in doubt; who and why is recorded with it. */
export interface Resolution {
  readonly operator: string;
  readonly reason: string;
  /** The version that the operator decided on; another one refuses. */
  readonly version?: number;
  readonly verdict: /** The doubtful attempt is this venue order. */
    | { readonly kind: "ADOPT"; readonly venueOrderId: VenueOrderId }
    /** The venue does not have it and never will. */
    | { readonly kind: "DECLARE_DEAD" };
}

/** What became of a resolution. */
export type Resolved =
  | { readonly kind: "RESOLVED"; readonly order: Order }
  /** It stood already: an earlier call, or the venue's own evidence, had said the same. */
  | { readonly kind: "REPLAYED"; readonly order: Order }
  /** The operator's word changed nothing; the order is as it is by now. */
  | { readonly kind: "REFUSED"; readonly order: Order; readonly error: OrderError };

type Doubtful = Extract<Order, { state: "IN_DOUBT" }>;

const conflictsMax = 5;
/**
 * Without the venue's own word an attempt counts as valid for so long after it was prepared, and after its valid_until:
 * longer than any venue takes a request for, and than its clock is behind ours. Both, for ours may be ahead by any time.
 */
const unprovenMs = 120_000;
/** How long ago an order may have been placed that is looked at for having the venue order already. */
const ownerPlacedBeforeMsMax = 30 * 24 * 60 * 60 * 1_000;

/**
 * Ends a doubt by an operator's word, after the venue was asked: an order is adopted only if the venue shows it, and
 * not declared dead while the venue shows it or could still accept it. Evidence that came first wins.
 * @throws SurefillError ORDER_CONTENDED after 5 lost races.
 */
export async function resolveInDoubt(desk: Desk, known: Order, resolution: Resolution): Promise<Resolved> {
  let order = known;
  for (let conflicts = 0; conflicts < conflictsMax; conflicts += 1) {
    if (standsAlready(order, resolution)) return { kind: "REPLAYED", order };
    if (resolution.version !== undefined && order.version !== resolution.version)
      return { kind: "REFUSED", order, error: otherVersion(order, resolution.version) };
    if (order.state !== "IN_DOUBT") return { kind: "REFUSED", order, error: notInDoubt(order) };
    const resolved = await resolve(desk, order, resolution);
    if (resolved !== undefined) return resolved;
    order = await reread(desk, order);
  }
  throw new SurefillError("ORDER_CONTENDED", `order ${order.orderId} changed ${conflictsMax} times meanwhile`, {
    context: { order_id: order.orderId },
  });
}

function standsAlready(order: Order, { verdict }: Resolution): boolean {
  if (order.state === "IN_DOUBT") return false;
  return verdict.kind === "ADOPT"
    ? attemptOf(order)?.venueOrderId === verdict.venueOrderId
    : order.lastError?.code === "OPERATOR_DECLARED_DEAD";
}

/** Undefined if somebody else changed the order first. */
async function resolve(desk: Desk, order: Doubtful, resolution: Resolution): Promise<Resolved | undefined> {
  const { verdict } = resolution;
  return verdict.kind === "ADOPT"
    ? adopt(desk, order, resolution, verdict.venueOrderId)
    : declareDead(desk, order, resolution);
}

async function adopt(
  desk: Desk,
  order: Doubtful,
  { operator, reason }: Resolution,
  venueOrderId: VenueOrderId,
): Promise<Resolved | undefined> {
  const answer = await ask(desk, order, venueOrderId);
  if (answer.kind === "UNAVAILABLE") return { kind: "REFUSED", order, error: answer.error };
  if (answer.kind === "NOT_FOUND") return { kind: "REFUSED", order, error: notFound(order, venueOrderId, answer.asOf) };
  const { report } = answer;
  const shown = order.attempt.venueOrderId ?? report.venueOrderId;
  if (report.submitKey !== order.attempt.submitKey || shown !== venueOrderId) {
    return { kind: "REFUSED", order, error: mismatch(order, venueOrderId, report.submitKey, shown) };
  }
  const owner = await ownerOf(desk, order, venueOrderId);
  if (owner !== undefined) return { kind: "REFUSED", order, error: taken(order, venueOrderId, owner) };
  const recordedFills = await desk.store.orders.recordedFills(order.orderId);
  const now = desk.clock.wall();
  const context = {
    recordedFills,
    earlierKeys: new Set<SubmitKey>(),
    now,
    policy: retryPolicyOf(desk, order),
    unit: desk.random.unit(),
  };
  return commit(
    desk,
    order,
    adoptionEvents(order, { type: "ADOPTED", venueOrderId, operator, reason }, report, context),
  );
}

/**
 * Another order that has this venue order already. A venue that knows no submit keys tells back the one that it was asked
 * with, so that its answer alone would let two orders adopt one. Two operators in the same moment can still do so; the
 * fills, which the store takes once, then count for the first.
 */
async function ownerOf(
  desk: Desk,
  { orderId, instruction }: Doubtful,
  venueOrderId: VenueOrderId,
): Promise<Order | undefined> {
  const { venue, account, instrument } = instruction;
  const reference = { venueAccount: { venue, account }, instrument, venueOrderId };
  const owner = await desk.store.orders.findByVenueOrderId(
    reference,
    addMs(desk.clock.wall(), -ownerPlacedBeforeMsMax),
  );
  return owner?.orderId === orderId ? undefined : owner;
}

async function declareDead(
  desk: Desk,
  order: Doubtful,
  { operator, reason }: Resolution,
): Promise<Resolved | undefined> {
  const answer = await ask(desk, order, order.attempt.venueOrderId);
  if (answer.kind === "FOUND") {
    const told = await recordReport(desk, order, answer.report);
    return { kind: "REFUSED", order: told, error: isThere(told) };
  }
  const asOf = answer.kind === "NOT_FOUND" ? answer.asOf : undefined;
  const deadAfter = mayBeDeadAfter(order, asOf);
  if ((asOf ?? (await nowByBothClocks(desk, order))) <= deadAfter) {
    return { kind: "REFUSED", order, error: stillValid(order, deadAfter) };
  }
  return commit(desk, order, [{ type: "DECLARED_DEAD", operator, reason }]);
}

/** The earlier one of our time and the database's, for either may be ahead by any time. */
async function nowByBothClocks({ clock, store }: Desk, { instruction }: Order): Promise<WallTime> {
  const { venue, account } = instruction;
  const { now } = await store.rates.read({ venue, account });
  return earlierOf(clock.wall(), now);
}

/** From when on the attempt can't be accepted any more: by the venue's own time where it told it, else by ours. */
function mayBeDeadAfter({ attempt }: Doubtful, asOf: WallTime | undefined): WallTime {
  const { validUntil, preparedAt } = attempt;
  if (validUntil !== undefined && asOf !== undefined) return validUntil;
  return addMs(laterOf(preparedAt, validUntil ?? preparedAt), unprovenMs);
}

async function ask(desk: Desk, order: Doubtful, venueOrderId: VenueOrderId | undefined): Promise<LookupAnswer> {
  const { venue } = order.instruction;
  const entry = desk.venues.get(venue);
  if (entry === undefined) {
    return { kind: "UNAVAILABLE", error: orderError("UNKNOWN_VENUE", `no venue ${venue} is configured`, { venue }) };
  }
  const reference = attemptReference(order, order.attempt);
  const askedAt = desk.clock.wall();
  const answer = await askVenue(desk, entry, venueOrderId === undefined ? reference : { ...reference, venueOrderId });
  await keepLookUp(desk, order, order.attempt.number, { askedAt, answeredAt: desk.clock.wall(), answer });
  return answer;
}

async function commit(desk: Desk, order: Order, events: readonly OrderEvent[]): Promise<Resolved | undefined> {
  const after = changeOrder(order, events, desk.clock.wall());
  const result = await commitTransitions(desk, order, after);
  return result.kind === "COMMITTED" ? { kind: "RESOLVED", order: after.order } : undefined;
}

function notInDoubt({ orderId, state }: Order): OrderError {
  const text = `order ${orderId} is ${state}; only an order that is IN_DOUBT can be resolved`;
  return orderError("ORDER_NOT_IN_DOUBT", text, { order_id: orderId, state });
}

function otherVersion({ orderId, version }: Order, expected: number): OrderError {
  const text = `order ${orderId} is at version ${version}, not ${expected}; look at it again, then decide`;
  return orderError("VERSION_MISMATCH", text, {
    order_id: orderId,
    version: String(version),
    expected_version: String(expected),
  });
}

function notFound({ orderId }: Order, venueOrderId: VenueOrderId, asOf: WallTime): OrderError {
  const text = `the venue showed no order ${venueOrderId} of this attempt as of ${isoTime(asOf)}; nothing was changed`;
  return orderError("VENUE_ORDER_NOT_FOUND", text, {
    order_id: orderId,
    venue_order_id: venueOrderId,
    as_of: isoTime(asOf),
  });
}

function mismatch(
  order: Doubtful,
  named: VenueOrderId,
  submitKey: string,
  shown: VenueOrderId | undefined,
): OrderError {
  const ours = order.attempt.submitKey;
  const text =
    submitKey === ours
      ? `the venue shows this attempt as ${shown ?? "an order without a name"}, not as ${named}`
      : `the venue's order ${named} carries the submit key ${submitKey}, and this attempt's is ${ours}`;
  return orderError("VENUE_ORDER_MISMATCH", text, {
    order_id: order.orderId,
    venue_order_id: named,
    shown_venue_order_id: shown ?? "",
    submit_key: ours,
    shown_submit_key: submitKey,
  });
}

function taken({ orderId }: Order, venueOrderId: VenueOrderId, owner: Order): OrderError {
  const text = `the venue's order ${venueOrderId} is that of order ${owner.orderId}; nothing was changed`;
  return orderError("VENUE_ORDER_MISMATCH", text, {
    order_id: orderId,
    venue_order_id: venueOrderId,
    owner_order_id: owner.orderId,
  });
}

function isThere(order: Order): OrderError {
  const { orderId, state } = order;
  const shown = attemptOf(order)?.venueOrderId ?? "";
  const text = `the venue has order ${orderId}${shown && ` as ${shown}`}: it is ${state} now; cancel it if it is not wanted`;
  return orderError("VENUE_ORDER_FOUND", text, { order_id: orderId, state, venue_order_id: shown });
}

function stillValid({ orderId }: Order, deadAfter: WallTime): OrderError {
  const text = `the venue may accept the attempt until ${isoTime(deadAfter)}; declare it dead after that`;
  return orderError("ATTEMPT_STILL_VALID", text, { order_id: orderId, not_before: isoTime(deadAfter) });
}
