import { compare, type Decimal, minus, plus, sign } from "@surefill/core";
import type { EventOf, ExpiryReason, OrderAccepted, OrderEvent, Trade } from "./exchange-event.ts";
import { isAlgo, isLimited } from "./order-terms.ts";
import { zero } from "./wire-decimal.ts";

export type OrderStatus = "NEW" | "PARTIALLY_FILLED" | "FILLED" | "CANCELED" | "EXPIRED" | "EXPIRED_IN_MATCH";

/** An order that the exchange took, and what became of it: the sum of its events. */
export class BookedOrder {
  readonly accepted: OrderAccepted;
  readonly trades: Trade[] = [];
  #status: OrderStatus = "NEW";
  #executed: Decimal = zero;
  #executedQuote: Decimal = zero;
  #updatedAt: number;
  /** Since when it works on the book; a waiting stop has none yet. */
  #workingSince: number | undefined;
  #expiryReason: ExpiryReason | undefined;

  constructor(accepted: OrderAccepted) {
    this.accepted = accepted;
    this.#updatedAt = accepted.at;
    this.#workingSince = isAlgo(accepted.orderType) ? undefined : accepted.at;
  }

  get status(): OrderStatus {
    return this.#status;
  }

  get isOpen(): boolean {
    return this.#status === "NEW" || this.#status === "PARTIALLY_FILLED";
  }

  /** Whether it waits for its stop price. */
  get isWaiting(): boolean {
    return this.isOpen && this.#workingSince === undefined;
  }

  /** Whether it stands in the book at its price, once its own turn is over. */
  get isResting(): boolean {
    return this.isOpen && this.#workingSince !== undefined && isLimited(this.accepted.orderType);
  }

  get executed(): Decimal {
    return this.#executed;
  }

  get executedQuote(): Decimal {
    return this.#executedQuote;
  }

  /** What may still be executed; never below zero. */
  get leaves(): Decimal {
    const left = minus(this.accepted.quantity, this.#executed);
    return this.isOpen && sign(left) > 0 ? left : zero;
  }

  get updatedAt(): number {
    return this.#updatedAt;
  }

  /** −1 while it waits, as Binance has it. */
  get workingTime(): number {
    return this.#workingSince ?? -1;
  }

  get expiryReason(): ExpiryReason | undefined {
    return this.#expiryReason;
  }

  apply(event: Exclude<OrderEvent, OrderAccepted>): void {
    this.#updatedAt = event.at;
    switch (event.type) {
      case "ORDER_TRIGGERED":
        this.#workingSince = event.at;
        return;
      case "TRADE":
        this.#trade(event);
        return;
      case "ORDER_CANCELED":
        this.#status = "CANCELED";
        return;
      case "ORDER_EXPIRED":
        this.#expire(event);
        return;
    }
  }

  /** What comes after the end, or beyond the quantity, is executed all the same: real venues do that. */
  #trade(event: Trade): void {
    this.trades.push(event);
    this.#executed = plus(this.#executed, event.quantity);
    this.#executedQuote = plus(this.#executedQuote, event.quoteQuantity);
    if (!this.isOpen) return;
    this.#status = compare(this.#executed, this.accepted.quantity) >= 0 ? "FILLED" : "PARTIALLY_FILLED";
  }

  #expire({ reason }: EventOf<"ORDER_EXPIRED">): void {
    this.#status = reason === "SELF_TRADE" ? "EXPIRED_IN_MATCH" : "EXPIRED";
    this.#expiryReason = reason;
  }
}
