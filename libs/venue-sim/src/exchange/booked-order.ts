import {
  addQuantity,
  compare,
  isTriggeredPricing,
  limitPriceOf,
  type Quantity,
  remainingQuantity,
  rests,
  type VenueFill,
  zeroQuantity,
} from "@surefill/core";
import type { OrderReport, OrderStatus } from "./exchange-api.ts";
import type { FillEvent, OrderAccepted, OrderEnded, OrderTriggered } from "./exchange-event.ts";

/** An order that the exchange took, and what became of it: the sum of its events. */
export class BookedOrder {
  readonly accepted: OrderAccepted;
  readonly #fills: VenueFill[] = [];
  #status: OrderStatus = "OPEN";
  #cumQuantity: Quantity = zeroQuantity;
  #triggered: OrderTriggered | undefined;
  /** Only an execution that nobody asked for comes before the trigger. */
  #cumBeforeTrigger: Quantity = zeroQuantity;

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

  /** The row that it executes against, and its price there: that of its acceptance, or of its trigger. */
  get execution(): OrderAccepted | OrderTriggered {
    return this.#triggered ?? this.accepted;
  }

  /** What it still has to take from its row. */
  get leavesToTake(): Quantity {
    if (!this.isOpen) return zeroQuantity;
    return remainingQuantity(addQuantity(this.#cumBeforeTrigger, this.execution.takes), this.#cumQuantity);
  }

  /** Whether it waits for the price that triggers it. */
  get isWaiting(): boolean {
    return this.isOpen && isTriggeredPricing(this.accepted.pricing) && this.#triggered === undefined;
  }

  /** Whether it waits in the book for the market to come to its limit. */
  get isResting(): boolean {
    const { pricing } = this.accepted;
    const canRest = rests(pricing) && limitPriceOf(pricing) !== undefined;
    return this.isOpen && canRest && !this.isWaiting && this.leavesToTake === zeroQuantity;
  }

  /** Whether there is nothing to do for it until the market moves, or ever. */
  get isSettled(): boolean {
    return !this.isOpen || this.isResting || this.isWaiting;
  }

  /** @throws RangeError for an order that does not wait: what triggers does so once. */
  trigger(event: OrderTriggered): void {
    if (!this.isWaiting) throw new RangeError(`order ${event.submitKey} is triggered, and does not wait`);
    this.#cumBeforeTrigger = this.#cumQuantity;
    this.#triggered = event;
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
