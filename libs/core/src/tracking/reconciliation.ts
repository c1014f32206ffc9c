import type { OrderId, SubmitKey, VenueOrderId } from "../order/order-id.ts";

/** An open order at the venue that this service did not place. */
export interface ForeignOrder {
  /** The venue's client order id of it. */
  readonly submitKey: SubmitKey;
  readonly venueOrderId?: VenueOrderId;
}

/** How an order's record and the venue's answer still disagree after a pass. */
export type DifferenceKind =
  /** In doubt here: neither found at the venue nor proven absent. */
  | "IN_DOUBT"
  /** Open here; the venue neither lists it as open nor knows what became of it. */
  | "UNKNOWN_AT_VENUE"
  /** Open here and not at the venue; what became of it could not be asked. */
  | "NOT_LOOKED_UP"
  /** The venue counts more as filled than it tells fills of. */
  | "FILLS_MISSING"
  /** Final here, and open at the venue. */
  | "OPEN_AT_VENUE"
  /** An earlier attempt of it is open at the venue. */
  | "EARLIER_ATTEMPT_OPEN";

export interface Difference {
  readonly orderId: OrderId;
  readonly kind: DifferenceKind;
}

/** What one pass of reconciliation found and changed. */
export interface Reconciliation {
  /** Live orders with an attempt, held against the venue's answers. */
  readonly ordersCompared: number;
  readonly ordersLookedUp: number;
  /** Orders that got a transition. */
  readonly ordersChanged: number;
  /** Fills that the venue told of, new or known. */
  readonly fillsRead: number;
  readonly fillsApplied: number;
  /** Kept until their order is known. */
  readonly fillsUnmatched: number;
  readonly foreignOrders: readonly ForeignOrder[];
  readonly differences: readonly Difference[];
}
