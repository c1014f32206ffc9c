import {
  type AccountId,
  addQuantity,
  compare,
  type InstrumentId,
  type OrderId,
  type Quantity,
  type SubmitKey,
  type VenueId,
  type VenueOrderId,
  type WallTime,
  zeroQuantity,
} from "@surefill/core";
import { parseSimSubmitKey } from "@surefill/venue-sim";
import type { ExchangeEvent, FillEvent, OrderAccepted } from "@surefill/venue-sim/exchange";

/** An attempt as the venue's log and the wire know it. */
export interface KnownAttempt {
  readonly submitKey: SubmitKey;
  readonly validUntil: WallTime | undefined;
  /** UNDECIDED: on its way, or lost on it. */
  status: "UNDECIDED" | "REFUSED" | "OPEN" | "FILLED" | "CANCELLED" | "EXPIRED";
  /** Once the venue took it. */
  venueOrderId: VenueOrderId | undefined;
  quantity: Quantity;
  cumQuantity: Quantity;
  readonly fills: Map<string, FillEvent>;
}

/** An order at a venue that this service did not place. */
export interface ForeignOrder {
  readonly submitKey: SubmitKey;
  readonly venue: VenueId;
  readonly account: AccountId;
  readonly instrument: InstrumentId;
}

/** What the venues' logs say, by our order: the truth that all else is held against. */
export class VenueBook {
  readonly #attempts = new Map<OrderId, Map<SubmitKey, KnownAttempt>>();
  /** Attempts that are open at their venue. */
  readonly #open = new Map<SubmitKey, OrderId>();
  /** Orders whose venue told a lie about them: it refused an attempt that it had accepted. */
  readonly liedAbout = new Set<OrderId>();
  /** Orders that their venue executed after their end, or beyond their quantity. */
  readonly executedUnasked = new Set<OrderId>();
  /** Orders that their venue has forgotten, for ever or for a while. */
  readonly forgotten = new Set<OrderId>();
  /** Open orders of others. */
  readonly foreign = new Map<SubmitKey, ForeignOrder>();

  attemptsOf(orderId: OrderId): readonly KnownAttempt[] {
    return [...(this.#attempts.get(orderId)?.values() ?? [])];
  }

  /** Orders with an attempt that is open at their venue. */
  openOrders(): ReadonlySet<OrderId> {
    return new Set(this.#open.values());
  }

  attempt(submitKey: SubmitKey): KnownAttempt | undefined {
    const orderId = orderOf(submitKey);
    return orderId && this.#attempts.get(orderId)?.get(submitKey);
  }

  /** The bytes of an attempt leave. */
  sent(submitKey: SubmitKey, validUntil: WallTime | undefined): void {
    const orderId = orderOf(submitKey);
    if (orderId === undefined) return;
    const attempts = this.#attempts.get(orderId) ?? new Map<SubmitKey, KnownAttempt>();
    this.#attempts.set(orderId, attempts);
    if (attempts.has(submitKey)) return;
    const status = "UNDECIDED";
    const nothing = { quantity: zeroQuantity, cumQuantity: zeroQuantity, venueOrderId: undefined };
    attempts.set(submitKey, { submitKey, validUntil, status, ...nothing, fills: new Map() });
  }

  turnedAway(submitKey: SubmitKey): void {
    const attempt = this.attempt(submitKey);
    if (attempt?.status === "UNDECIDED") attempt.status = "REFUSED";
  }

  lied(submitKey: SubmitKey): void {
    const orderId = orderOf(submitKey);
    if (orderId !== undefined) this.liedAbout.add(orderId);
  }

  forgot(submitKey: SubmitKey): void {
    const orderId = orderOf(submitKey);
    if (orderId !== undefined) this.forgotten.add(orderId);
  }

  /** Takes in what an exchange wrote down; returns the order that it concerns. */
  record(event: ExchangeEvent, venue: VenueId): OrderId | undefined {
    if (event.type === "STARTED" || event.submitKey === undefined) return undefined;
    const attempt = this.attempt(event.submitKey);
    const orderId = orderOf(event.submitKey);
    if (orderId === undefined && event.type === "ORDER_ACCEPTED")
      this.foreign.set(event.submitKey, foreignIn(event, venue));
    if (event.type === "ORDER_CANCELLED" || event.type === "ORDER_EXPIRED") this.foreign.delete(event.submitKey);
    if (attempt === undefined || orderId === undefined) return undefined;
    switch (event.type) {
      case "ORDER_ACCEPTED":
        attempt.status = "OPEN";
        attempt.venueOrderId = event.venueOrderId;
        attempt.quantity = event.quantity;
        break;
      case "ORDER_REFUSED":
        // Of a key that it has already, the exchange refuses the request alone.
        if (attempt.status === "UNDECIDED") attempt.status = "REFUSED";
        break;
      case "FILL":
        if (isUnasked(attempt, event)) this.executedUnasked.add(orderId);
        attempt.fills.set(event.venueFillId, event);
        attempt.cumQuantity = addQuantity(attempt.cumQuantity, event.quantity);
        if (attempt.status === "OPEN" && attempt.cumQuantity === attempt.quantity) attempt.status = "FILLED";
        break;
      case "ORDER_CANCELLED":
        attempt.status = "CANCELLED";
        break;
      case "ORDER_EXPIRED":
        attempt.status = "EXPIRED";
        break;
    }
    if (attempt.status === "OPEN") this.#open.set(event.submitKey, orderId);
    else this.#open.delete(event.submitKey);
    return orderId;
  }
}

/** Whether the venue took the attempt. */
export function isTaken({ status }: KnownAttempt): boolean {
  return status !== "UNDECIDED" && status !== "REFUSED";
}

/** Whether the attempt is open at the venue, or may still come to be at `now`, venue time. */
export function isAlive({ status, validUntil }: KnownAttempt, now: WallTime): boolean {
  return status === "OPEN" || (status === "UNDECIDED" && (validUntil === undefined || now <= validUntil));
}

function isUnasked({ status, cumQuantity, quantity }: KnownAttempt, fill: FillEvent): boolean {
  return status !== "OPEN" || compare(addQuantity(cumQuantity, fill.quantity), quantity) > 0;
}

function foreignIn({ submitKey, account, instrument }: OrderAccepted, venue: VenueId): ForeignOrder {
  return { submitKey, venue, account, instrument };
}

function orderOf(submitKey: SubmitKey): OrderId | undefined {
  return parseSimSubmitKey(submitKey)?.orderId;
}
