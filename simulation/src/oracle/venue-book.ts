import {
  addQuantity,
  type OrderId,
  type Quantity,
  type SubmitKey,
  type VenueId,
  type VenueOrderId,
  type WallTime,
  zeroQuantity,
} from "@surefill/core";
import { parseSimSubmitKey } from "@surefill/venue-sim";
import type { ExchangeEvent, FillEvent } from "@surefill/venue-sim/exchange";

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

/** What the venues' logs say, by our order: the truth that all else is held against. */
export class VenueBook {
  readonly #attempts = new Map<OrderId, Map<SubmitKey, KnownAttempt>>();
  /** Attempts that are open at their venue. */
  readonly #open = new Map<SubmitKey, OrderId>();
  /** Orders whose venue told a lie about them: it refused an attempt that it had accepted. */
  readonly liedAbout = new Set<OrderId>();

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

  /** Takes in what an exchange wrote down; returns the order that it concerns. */
  record(event: ExchangeEvent, _venue: VenueId): OrderId | undefined {
    if (event.type === "STARTED" || event.submitKey === undefined) return undefined;
    const attempt = this.attempt(event.submitKey);
    if (attempt === undefined) return undefined;
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
    const orderId = orderOf(event.submitKey);
    if (orderId !== undefined && attempt.status === "OPEN") this.#open.set(event.submitKey, orderId);
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

function orderOf(submitKey: SubmitKey): OrderId | undefined {
  return parseSimSubmitKey(submitKey)?.orderId;
}
