import type { OrderError } from "../error/order-error.ts";
import type { Amount } from "../money/amount.ts";
import type { Price } from "../money/price.ts";
import type { Quantity } from "../money/quantity.ts";

/** What an order came to; average price and slippage follow from it. */
export interface Execution {
  readonly cumQuantity: Quantity;
  readonly cumQuoteQuantity: Amount;
  /** What slippage counts from; absent where neither the caller nor the venue gave a price. */
  readonly expectedPrice?: Price;
}

/** Something that an audit found wrong with an order: what it should be, and what is stored. */
export interface AuditFinding {
  readonly invariant: string;
  /** What of the order: a column, a fill, its position. */
  readonly subject: string;
  readonly expected: string;
  readonly stored: string;
}

/**
 * What an event beside the transitions says, to readers of the stream who don't follow each step. Nothing rests on a
 * notice: an order replays from its transitions alone.
 */
export type OrderNotice =
  /** The first attempt is fixed; from here on something may have been sent. */
  | { readonly type: "EXECUTION_STARTED" }
  /** The order has ended with fills. */
  | ({ readonly type: "EXECUTED" } & Execution)
  /** The order has ended without a fill, and nobody had asked for that. */
  | { readonly type: "EXECUTION_FAILED"; readonly error?: OrderError }
  /** Another process than the one that sent the attempt has taken the order up. */
  | { readonly type: "RECOVERED" }
  /** The average price is worse than the expected one by more than the limit. */
  | ({ readonly type: "SLIPPAGE_EXCEEDED"; readonly limitBps: number } & Execution)
  /** What is stored of the order contradicts itself. */
  | { readonly type: "AUDIT_VIOLATED"; readonly findings: readonly AuditFinding[] };
