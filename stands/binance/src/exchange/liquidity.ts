import { compare, type Decimal, dividedBy, minus, plus, sign, times } from "@surefill/core";
import type { BookedOrder } from "./booked-order.ts";
import type { Ledger } from "./ledger.ts";
import type { Side } from "./order-terms.ts";
import { zero } from "./wire-decimal.ts";

/** Something that a taker can meet: a level from outside, or an account's resting order. */
export interface Offer {
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly order?: BookedOrder;
}

/** What stands against a taker of `side`, the best first; at the same price what is from outside came first. */
export function offersFor(ledger: Ledger, symbol: string, side: Side): readonly Offer[] {
  const market = ledger.market(symbol);
  const outside: readonly Offer[] = side === "BUY" ? market.asks : market.bids;
  const resting = ledger
    .book(symbol)
    .filter((order) => order.isResting && order.accepted.side !== side)
    .map((order): Offer => ({ price: order.accepted.price, quantity: order.leaves, order }));
  return [...outside, ...resting].sort((a, b) =>
    side === "BUY" ? compare(a.price, b.price) : compare(b.price, a.price),
  );
}

/** Whether a taker of `side` that goes no further than `limit` takes at `price`. */
export function isWithin(side: Side, limit: Decimal, price: Decimal): boolean {
  return side === "BUY" ? compare(price, limit) <= 0 : compare(price, limit) >= 0;
}

/** What of `offers` a limit leaves, without those of the taker's own account. */
export function reachable(
  offers: readonly Offer[],
  { side, account, limit }: { readonly side: Side; readonly account: string; readonly limit?: Decimal },
): readonly Offer[] {
  return offers.filter(
    ({ price, order }) => order?.accepted.account !== account && (limit === undefined || isWithin(side, limit, price)),
  );
}

/** What `quantity` costs at `offers`, as far as they go, and how far that is. */
export function costOf(
  offers: readonly Offer[],
  quantity: Decimal,
): { readonly cost: Decimal; readonly taken: Decimal } {
  let cost = zero;
  let taken = zero;
  for (const offer of offers) {
    const left = minus(quantity, taken);
    if (sign(left) <= 0) break;
    const part = smaller(left, offer.quantity);
    cost = plus(cost, times(part, offer.price));
    taken = plus(taken, part);
  }
  return { cost, taken };
}

/** How much of the base `amount` of the quote is at `offers`, in whole steps; beyond their end at the last one's price. */
export function quantityFor(offers: readonly Offer[], amount: Decimal, step: Decimal): Decimal {
  let left = amount;
  let quantity = zero;
  let lastPrice: Decimal | undefined;
  for (const { price, quantity: offered } of offers) {
    const part = smaller(stepsIn(left, price, step), offered);
    quantity = plus(quantity, part);
    left = minus(left, times(part, price));
    lastPrice = price;
    if (compare(part, offered) < 0) return quantity;
  }
  return lastPrice === undefined ? zero : plus(quantity, stepsIn(left, lastPrice, step));
}

function stepsIn(amount: Decimal, price: Decimal, step: Decimal): Decimal {
  return times(dividedBy(amount, times(price, step), 0, "down"), step);
}

export function smaller(a: Decimal, b: Decimal): Decimal {
  return compare(a, b) <= 0 ? a : b;
}
