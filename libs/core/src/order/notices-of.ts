import { notional } from "../money/amount.ts";
import { compare } from "../money/decimal.ts";
import { exceedsSlippage } from "../money/slippage.ts";
import { isTerminal, type Order } from "./order.ts";
import type { OrderEvent } from "./order-event.ts";
import type { OrderEventRecord } from "./order-event-record.ts";
import type { Execution, OrderNotice } from "./order-notice.ts";
import { surplusOf } from "./surplus-attempt.ts";

/** An average price that costs more than this against the expected one is an alert; exactly this is none. */
export const slippageAlertBps = 50;

/** What is told beside a transition: the type of the event, and what it says. */
export interface Notice {
  readonly type: Exclude<OrderEventRecord["type"], "order.transition">;
  readonly cause: OrderEvent | OrderNotice;
}

/**
 * What a transition is worth telling beside itself. Each order is told to have started at most once, and to have
 * executed or failed at most once, when it ends; a fill after that is a late fill and nothing else.
 */
export function noticesOf(before: Order, after: Order, event: OrderEvent): readonly Notice[] {
  const isFill = event.type === "FILLED_PARTLY" || event.type === "FILLED_FULLY";
  const hasEnded = !isTerminal(before) && isTerminal(after);
  return [
    ...(isFill ? fillAlerts(before, after, event) : []),
    ...(event.type === "SURPLUS_ATTEMPT" ? surplusAlert(before, event) : []),
    ...(event.type === "ATTEMPT_PREPARED" && after.attemptCount === 1 ? [started] : []),
    ...(hasEnded ? endOf(after, event) : []),
    ...(hasEnded || (isFill && isTerminal(before)) ? slippageAlert(before, after) : []),
  ];
}

const started: Notice = { type: "order.execution_started", cause: { type: "EXECUTION_STARTED" } };

function fillAlerts(before: Order, after: Order, event: OrderEvent): readonly Notice[] {
  const { size } = after.instruction;
  const overfilled = size.in === "BASE" && compare(after.cumQuantity, size.quantity) > 0;
  // A base-sized order that was FILLED is overfilled; a quote-sized one was said to be complete, so its fill is late.
  const late = isTerminal(before) && (before.state !== "FILLED" || size.in === "QUOTE");
  return [
    ...(late ? [{ type: "order.late_fill", cause: event } as const] : []),
    ...(overfilled ? [{ type: "order.overfill", cause: event } as const] : []),
  ];
}

/** Told once for each: when it is found. */
function surplusAlert(before: Order, event: Extract<OrderEvent, { type: "SURPLUS_ATTEMPT" }>): readonly Notice[] {
  if (surplusOf(before, event.attempt.submitKey) !== undefined) return [];
  return [{ type: "order.surplus_attempt", cause: event }];
}

function endOf(order: Order, event: OrderEvent): readonly Notice[] {
  if (order.cumQuantity !== "0")
    return [{ type: "order.executed", cause: { type: "EXECUTED", ...executionOf(order) } }];
  if (isWanted(order)) return [];
  const error = "error" in event ? { error: event.error } : {};
  return [{ type: "order.execution_failed", cause: { type: "EXECUTION_FAILED", ...error } }];
}

/** Whether an order without a fill ended as somebody asked: cancelled, declined, or denied before it began. */
function isWanted(order: Order): boolean {
  if (order.state === "DENIED") return true;
  return order.state === "CANCELLED" && (order.cancelRequest !== undefined || order.attemptCount === 0);
}

function slippageAlert(before: Order, after: Order): readonly Notice[] {
  if (!isSlipped(after) || (isTerminal(before) && isSlipped(before))) return [];
  const cause = { type: "SLIPPAGE_EXCEEDED", ...executionOf(after), limitBps: slippageAlertBps } as const;
  return [{ type: "slippage.alert", cause }];
}

/** Compares sums instead of the average, which is rounded. */
function isSlipped({ cumQuantity, cumQuoteQuantity, expectedPrice, instruction }: Order): boolean {
  if (expectedPrice === undefined || cumQuantity === "0") return false;
  const expected = notional(expectedPrice, cumQuantity);
  return exceedsSlippage(instruction.side, cumQuoteQuantity, expected, slippageAlertBps);
}

function executionOf({ cumQuantity, cumQuoteQuantity, expectedPrice }: Order): Execution {
  return { cumQuantity, cumQuoteQuantity, ...(expectedPrice === undefined ? {} : { expectedPrice }) };
}
