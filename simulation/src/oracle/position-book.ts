import {
  addSignedQuantity,
  compare,
  type Decimal,
  minus,
  type Order,
  type OrderId,
  plus,
  remainingQuantity,
  type SignedQuantity,
  sign,
  signedBySide,
  signedQuantity,
  times,
  zeroQuantity,
} from "@surefill/core";
import type { FillEvent } from "@surefill/venue-sim/exchange";
import { positionKeyOf } from "./oracle-view.ts";
import type { KnownAttempt, VenueBook } from "./venue-book.ts";

const minusOne = signedQuantity("-1");

/** Positions as the venues' logs make them: what is really held, and what is really open against it. */
export class PositionBook {
  readonly #book: VenueBook;
  readonly #orders = new Map<string, Map<OrderId, Order>>();
  /** Positions of which nobody could know what is held, for a venue executed, or ended, what it did not tell of in time. */
  readonly #unknowable = new Set<string>();

  constructor(book: VenueBook) {
    this.#book = book;
  }

  /** `isEnd`: the order ends with this; `fills`: those recorded of it so far. */
  committed(order: Order, isEnd: boolean, recorded: number): void {
    const key = positionKeyOf(order);
    const orders = this.#orders.get(key) ?? new Map<OrderId, Order>();
    this.#orders.set(key, orders);
    orders.set(order.orderId, order);
    if (isEnd && recorded < this.#fillsOf(order.orderId).length) this.#unknowable.add(key);
  }

  /** Why `order`, which a venue has just taken as `attempt`, does not reduce its position, or undefined where it does. */
  exposureAddedBy(order: Order, attempt: KnownAttempt): string | undefined {
    const key = positionKeyOf(order);
    const orders = [...(this.#orders.get(key)?.values() ?? [])];
    if (this.#unknowable.has(key) || orders.some(({ orderId }) => this.#isUnforeseeable(orderId))) return undefined;
    const held = orders.reduce((sum, one) => addSignedQuantity(sum, this.#filledOf(one)), signedQuantity("0"));
    const { side } = order.instruction;
    const heldAgainst = side === "BUY" ? times(held, minusOne) : held;
    const claimed = orders
      .filter((one) => one.instruction.side === side)
      .flatMap(({ orderId }) => this.#book.attemptsOf(orderId))
      .filter(({ status, submitKey }) => status === "OPEN" && submitKey !== attempt.submitKey)
      .reduce<Decimal>((sum, one) => plus(sum, remainingQuantity(one.quantity, one.cumQuantity)), zeroQuantity);
    if (sign(heldAgainst) > 0 && compare(plus(claimed, attempt.quantity), heldAgainst) <= 0) return undefined;
    return `${side} ${attempt.quantity} with ${claimed} open beside it, of ${held} held`;
  }

  #isUnforeseeable(orderId: OrderId): boolean {
    return this.#book.executedUnasked.has(orderId) || this.#book.liedAbout.has(orderId);
  }

  #filledOf(order: Order): SignedQuantity {
    return this.#fillsOf(order.orderId).reduce(
      (sum, fill) => addSignedQuantity(sum, netOf(order, fill)),
      signedQuantity("0"),
    );
  }

  #fillsOf(orderId: OrderId): readonly FillEvent[] {
    return this.#book.attemptsOf(orderId).flatMap(({ fills }) => [...fills.values()]);
  }
}

/** What a fill changes, net of a fee in base. */
function netOf({ base, instruction }: Order, { quantity, feeAsset, fee }: FillEvent): SignedQuantity {
  const gross = signedBySide(instruction.side, quantity);
  return feeAsset === base ? signedQuantity(minus(gross, fee)) : gross;
}
