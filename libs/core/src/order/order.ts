import type { OrderError } from "../error/order-error.ts";
import type { Amount } from "../money/amount.ts";
import { compare } from "../money/decimal.ts";
import type { Price } from "../money/price.ts";
import { type Quantity, remainingQuantity, zeroQuantity } from "../money/quantity.ts";
import type { PositionId } from "../position/position-id.ts";
import type { OrderTrace } from "../telemetry/order-trace.ts";
import { type WallTime, wallTime } from "../time/wall-time.ts";
import type { Instruction } from "./instruction.ts";
import type { OrderId, SubmitKey, VenueOrderId } from "./order-id.ts";
import { isFinal, type OrderState, type Phase } from "./order-state.ts";
import type { SurplusAttempt } from "./surplus-attempt.ts";

/** One try to place an order; durable before anything is sent. */
export interface Attempt {
  /** Counts from 1. */
  readonly number: number;
  readonly submitKey: SubmitKey;
  /** Venue time after which the venue can no longer accept it; absent where requests don't expire. */
  readonly validUntil?: WallTime;
  readonly preparedAt: WallTime;
  /** Known once the venue has named it. */
  readonly venueOrderId?: VenueOrderId;
}

/** What never changes once the order exists. */
export interface OrderTerms {
  readonly orderId: OrderId;
  readonly instruction: Instruction;
  /** The instrument's assets; a fee taken in `base` lessens what is held. */
  readonly base: string;
  readonly quote: string;
  readonly positionId: PositionId;
  /** True where no real money moves. */
  readonly simulated: boolean;
  readonly requestedAt: WallTime;
  readonly trace?: OrderTrace;
}

/** Why an order shall be cancelled, and since when. */
export interface CancelRequest {
  readonly at: WallTime;
  readonly reason: string;
  /** Why it must be, where it is not by somebody's wish; the order ends with it. */
  readonly error?: OrderError;
}

/** What grows in every state. */
export interface OrderProgress {
  /** Grows by one with each transition. */
  readonly version: number;
  readonly attemptCount: number;
  /** Attempts that never became durable, for the venue could not build them; they count against the retry policy. */
  readonly failedPrepares: number;
  readonly cumQuantity: Quantity;
  readonly cumQuoteQuantity: Amount;
  /** Sum per asset. */
  readonly fees: Readonly<Record<string, Amount>>;
  /** The caller's, else the venue's quote when the first attempt was prepared. */
  readonly expectedPrice?: Price;
  readonly lastError?: OrderError;
  /** Once set, no new attempt starts. */
  readonly cancelRequest?: CancelRequest;
  /** Absent while there was none. They stay when they have ended: old news of one is not taken for a new one. */
  readonly surplusAttempts?: readonly SurplusAttempt[];
  /** When each state was entered, the last time it was. */
  readonly stateTimes: Readonly<Partial<Record<OrderState, WallTime>>>;
  readonly firstFillAt?: WallTime;
  /** When the venue's first answer was recorded. */
  readonly answeredAt?: WallTime;
  readonly updatedAt: WallTime;
}

/** Where the order is in its life; fields exist only in the states that have them. */
export type OrderPhase =
  | { readonly state: "PENDING" }
  | { readonly state: "AWAITING_CONFIRMATION"; readonly confirmBy: WallTime }
  | { readonly state: "SUBMITTED"; readonly attempt: Attempt }
  | { readonly state: "IN_DOUBT"; readonly attempt: Attempt }
  | { readonly state: "CONFIRMING"; readonly attempt: Attempt; readonly landedAt?: WallTime }
  | { readonly state: "PARTIALLY_FILLED"; readonly attempt: Attempt }
  /** `cancelAfter`: when a cancel is due at the venue, first or again. */
  | { readonly state: "CANCELLING"; readonly attempt: Attempt; readonly cancelAfter: WallTime }
  /** With `retryAt` it will run again; without, it is final. */
  | { readonly state: "FAILED"; readonly retryAt?: WallTime; readonly attempt?: Attempt }
  | { readonly state: "FILLED" | "CANCELLED" | "EXPIRED" | "REJECTED"; readonly attempt?: Attempt }
  | { readonly state: "DENIED" };

/** One instruction of one account, and what became of it. */
export type Order = OrderTerms & OrderProgress & OrderPhase;

/** The row of the transition table that an order stands in. */
export function phaseOf(order: OrderPhase): Phase {
  if (order.state !== "FAILED") return order.state;
  return order.retryAt === undefined ? "FAILED_FINAL" : "FAILED_WILL_RETRY";
}

export function isTerminal(order: OrderPhase): boolean {
  return isFinal(phaseOf(order));
}

/** Whether nobody knows yet what became of the last attempt. */
export function isFateOpen(order: OrderPhase): boolean {
  return order.state === "SUBMITTED" || order.state === "IN_DOUBT";
}

/**
 * Whether the venue is known to have had the last attempt, wherever the order stands now: that it can't be found then
 * proves nothing, for it may have been filled or cancelled, and forgotten.
 */
export function wasAtVenue(order: Order): boolean {
  const attempt = attemptOf(order);
  if (attempt === undefined) return false;
  const { CONFIRMING, CANCELLING } = order.stateTimes;
  const since = [CONFIRMING, CANCELLING].some((entered) => entered !== undefined && entered >= attempt.preparedAt);
  return attempt.venueOrderId !== undefined || since;
}

/** Since when it has been in doubt; undefined while it is not. */
export function doubtSince(order: Order): WallTime | undefined {
  return order.state === "IN_DOUBT" ? order.stateTimes.IN_DOUBT : undefined;
}

/** Whether the last attempt is at the venue, or may be. */
export function mayBeAtVenue(order: OrderPhase): boolean {
  return isFateOpen(order) || ["CONFIRMING", "PARTIALLY_FILLED", "CANCELLING"].includes(order.state);
}

/** Whether all that was ordered is filled; of quote-sized orders only the venue can say so. */
export function isWhollyFilled({ instruction: { size }, cumQuantity }: Order): boolean {
  return size.in === "BASE" && compare(cumQuantity, size.quantity) >= 0;
}

/** The last attempt, where there was one. */
export function attemptOf(order: OrderPhase): Attempt | undefined {
  return "attempt" in order ? order.attempt : undefined;
}

/** FIX 151: what may still be filled; 0 at the end; undefined for quote-sized orders, whose end the venue decides. */
export function leavesQuantity(order: Order): Quantity | undefined {
  const { size } = order.instruction;
  if (size.in === "QUOTE") return undefined;
  return isTerminal(order) ? zeroQuantity : remainingQuantity(size.quantity, order.cumQuantity);
}

/**
 * Due whatever the clock says, even one that was set back. They sort by this time: cancels first, then what reduces a
 * position, so that no backlog of new orders hides either.
 */
export const dueAtOnce = { cancel: wallTime(0), reduction: wallTime(1), submission: wallTime(2) } as const;
