import { covers, isReducing, type Order, type OrderId, type TradingScope } from "@surefill/core";
import type { Break } from "./invariant.ts";
import { endedByWord } from "./oracle-view.ts";
import type { PositionBook } from "./position-book.ts";
import type { KnownAttempt } from "./venue-book.ts";

interface Halt {
  readonly scope: TradingScope;
  readonly listed: ReadonlySet<OrderId>;
}

/** Invariant 8: what a restriction of trading covers is quiet from its answer until it is lifted. */
export class HaltWatch {
  readonly #positions: PositionBook;
  readonly #break: Break;
  readonly #halts = new Map<string, Halt>();

  constructor(positions: PositionBook, breaks: Break) {
    this.#positions = positions;
    this.#break = breaks;
  }

  /** A restriction was answered; `listed`: what it named as under way still. */
  halted(scope: TradingScope, listed: readonly Pick<Order, "orderId">[]): void {
    this.#halts.set(scopeKey(scope), { scope, listed: new Set(listed.map(({ orderId }) => orderId)) });
  }

  lifted(scope: TradingScope): void {
    this.#halts.delete(scopeKey(scope));
  }

  /** A venue took an order of ours. */
  taken(order: Order, attempt: KnownAttempt): void {
    const { orderId, instruction } = order;
    if (endedByWord(order, attempt.validUntil)) return;
    for (const { scope, listed } of this.#halts.values()) {
      if (!covers(scope, instruction) || listed.has(orderId)) continue;
      const added = isReducing(instruction) ? this.#positions.exposureAddedBy(order, attempt) : instruction.purpose;
      if (added === undefined) continue;
      const text = `${orderId} (${added}) was taken by the venue after the halt of ${JSON.stringify(scope)}`;
      this.#break("halted-is-quiet", text);
    }
  }
}

/** A scope's name among all of them. */
export function scopeKey({ account, venue, instrument }: TradingScope): string {
  return JSON.stringify([account, venue, instrument]);
}
