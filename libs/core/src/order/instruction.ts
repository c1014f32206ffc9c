import type { AccountId } from "../account/account-id.ts";
import type { InstrumentId } from "../instrument/instrument.ts";
import type { Amount } from "../money/amount.ts";
import type { Price } from "../money/price.ts";
import type { Quantity } from "../money/quantity.ts";
import type { PositionId } from "../position/position-id.ts";
import type { WallTime } from "../time/wall-time.ts";
import type { VenueId } from "../venue/venue-id.ts";
import type { ClientOrderId } from "./order-id.ts";

export type Side = "BUY" | "SELL";
export type TimeInForce = "GTC" | "IOC" | "FOK";
export type Purpose = "ENTRY" | "EXIT" | "STOP" | "TARGET";

/**
 * How the price is set (FIX 40). A market order can't rest, so GTC is not among its times in force. `postOnly` (FIX
 * 18=6): the venue refuses it rather than fill it at once; for GTC only, as decoders and venues see to.
 */
export type Pricing =
  | { readonly type: "MARKET"; readonly timeInForce: "IOC" | "FOK" }
  | {
      readonly type: "LIMIT";
      readonly timeInForce: TimeInForce;
      readonly limitPrice: Price;
      readonly postOnly?: true;
    }
  | TriggeredPricing;

/**
 * An order that waits at the venue, good till cancelled, until the market reaches `triggerPrice` (FIX 99); `isTriggered`
 * says from which side. Then it is a market order, or with `limitPrice` a limit order that rests.
 */
export interface TriggeredPricing {
  readonly type: "STOP_LOSS" | "TAKE_PROFIT";
  readonly timeInForce: "GTC";
  readonly triggerPrice: Price;
  readonly limitPrice?: Price;
}

/** A size in base, or an amount to spend or to receive in quote. Greater than zero. */
export type OrderSize =
  | { readonly in: "BASE"; readonly quantity: Quantity }
  | { readonly in: "QUOTE"; readonly amount: Amount };

/** What the caller asked for, decoded once; the body that a repeated client_order_id is compared with. */
export interface Instruction {
  readonly clientOrderId: ClientOrderId;
  readonly account: AccountId;
  readonly venue: VenueId;
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly pricing: Pricing;
  readonly size: OrderSize;
  readonly expectedPrice?: Price;
  readonly maxSlippageBps?: number;
  /** No attempt starts after it; what rests at the venue then is cancelled. */
  readonly expireTime?: WallTime;
  /** How long the order may take before it is cancelled; 0 for ever, absent as is usual for its kind. */
  readonly executionTimeoutMs?: number;
  readonly purpose: Purpose;
  /** Absent: the order opens a position of its own, named by its order id. */
  readonly positionId?: PositionId;
  readonly strategyId?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Whether it lessens what an account is exposed to: such orders are held by nothing that only guards new exposure. */
export function isReducing({ purpose }: Pick<Instruction, "purpose">): boolean {
  return purpose !== "ENTRY";
}

/** Whether it guards a position, so that an emergency stop may be told to keep it. */
export function isProtection({ purpose }: Pick<Instruction, "purpose">): boolean {
  return purpose === "STOP" || purpose === "TARGET";
}

/** Whether what is not filled at once stays at the venue. */
export function rests({ timeInForce }: Pricing): boolean {
  return timeInForce === "GTC";
}

/** Whether the order waits for a price before it is executed. */
export function isTriggeredPricing(pricing: Pricing): pricing is TriggeredPricing {
  return pricing.type === "STOP_LOSS" || pricing.type === "TAKE_PROFIT";
}

/** Whether the venue shall refuse it rather than let it take liquidity. */
export function isPostOnly(pricing: Pricing): boolean {
  return pricing.type === "LIMIT" && pricing.postOnly === true;
}

/** The worst price it may be filled at, where it has one. */
export function limitPriceOf(pricing: Pricing): Price | undefined {
  return pricing.type === "MARKET" ? undefined : pricing.limitPrice;
}

/** The price it waits for, where it waits. */
export function triggerPriceOf(pricing: Pricing): Price | undefined {
  return isTriggeredPricing(pricing) ? pricing.triggerPrice : undefined;
}

/**
 * What slippage counts from: what the caller expects, else the price an order waits for, for today's quote says nothing
 * of it. Absent for other orders, whose first quote counts.
 */
export function expectedPriceOf({ expectedPrice, pricing }: Instruction): Price | undefined {
  return expectedPrice ?? triggerPriceOf(pricing);
}
