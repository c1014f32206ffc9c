import {
  addQuantity,
  compare,
  type Quantity,
  remainingQuantity,
  rests,
  type VenueFill,
  zeroQuantity,
} from "@surefill/core";
import type { OrderReport, OrderStatus } from "./exchange-api.ts";
import type { FillEvent, OrderAccepted, OrderEnded } from "./exchange-event.ts";

/** An order that the exchange took, and what became of it: the sum of its events. */
export class BookedOrder {
  readonly accepted: OrderAccepted;
  readonly #fills: VenueFill[] = [];
  #status: OrderStatus = "OPEN";
  #cumQuantity: Quantity = zeroQuantity;

  constructor(accepted: OrderAccepted) {
    this.accepted = accepted;
  }

  get isOpen(): boolean {
    return this.#status === "OPEN";
  }

  get fillCount(): number {
    return this.#fills.length;
  }

  /** What may still be filled. */
  get leaves(): Quantity {
    return this.isOpen ? remainingQuantity(this.accepted.quantity, this.#cumQuantity) : zeroQuantity;
  }

  /** What it still has to take from its own row. */
  get leavesToTake(): Quantity {
    return this.isOpen ? remainingQuantity(this.accepted.takes, this.#cumQuantity) : zeroQuantity;
  }

  /** Whether it waits in the book for the market to come to its limit. */
  get isResting(): boolean {
    return this.isOpen && this.leavesToTake === zeroQuantity && rests(this.accepted.pricing);
  }

  fill(event: FillEvent): VenueFill {
    const fill = fillOf(event);
    this.#fills.push(fill);
    this.#cumQuantity = addQuantity(this.#cumQuantity, event.quantity);
    if (this.isOpen && compare(this.#cumQuantity, this.accepted.quantity) >= 0) this.#status = "FILLED";
    return fill;
  }

  end({ type }: OrderEnded): void {
    this.#status = type === "ORDER_CANCELLED" ? "CANCELLED" : "EXPIRED";
  }

  /** The order with all its fills. */
  report(): OrderReport {
    return this.#report([...this.#fills]);
  }

  /** The order with its newest fill alone. */
  lastFillReport(): OrderReport {
    return this.#report(this.#fills.slice(-1));
  }

  /** The order without its fills. */
  statusReport(): OrderReport {
    return this.#report([]);
  }

  #report(fills: readonly VenueFill[]): OrderReport {
    const { submitKey, instrument, venueOrderId, at: acceptedAt } = this.accepted;
    const names = { submitKey, instrument, venueOrderId };
    return { ...names, status: this.#status, acceptedAt, cumQuantity: this.#cumQuantity, fills };
  }
}

function fillOf({ venueFillId, venueOrderId, quantity, price, fee, feeAsset, liquidity, at }: FillEvent): VenueFill {
  return {
    venueFillId,
    venueOrderId,
    lastQuantity: quantity,
    lastPrice: price,
    fee: { asset: feeAsset, amount: fee },
    liquidity,
    venueTime: at,
  };
}
