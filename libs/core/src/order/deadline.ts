import { type OrderError, orderError } from "../error/order-error.ts";
import { addMs, earlierOf, type WallTime } from "../time/wall-time.ts";
import { type Instruction, rests } from "./instruction.ts";
import { isTerminal, type OrderPhase, type OrderProgress, type OrderTerms, phaseOf } from "./order.ts";
import type { OrderEvent } from "./order-event.ts";

/** What ends an order by itself when its time has passed. */
export type DeadlineCause = "EXPIRE_TIME" | "EXECUTION_TIMEOUT";

export interface Deadline {
  readonly at: WallTime;
  readonly cause: DeadlineCause;
}

/** How long an order that can't rest may take, where its caller says nothing: 5 min. One that rests may take for ever. */
export const executionTimeoutMsDefault = 300_000;

/** The time by which an order is given up, where there is one: its expire_time or its execution timeout. */
export function deadlineOf({
  instruction,
  requestedAt,
}: Pick<OrderTerms, "instruction" | "requestedAt">): Deadline | undefined {
  const { expireTime } = instruction;
  const timeoutMs = executionTimeoutMsOf(instruction);
  const timeoutAt = timeoutMs === undefined ? undefined : addMs(requestedAt, timeoutMs);
  if (expireTime !== undefined && (timeoutAt === undefined || expireTime <= timeoutAt)) {
    return { at: expireTime, cause: "EXPIRE_TIME" };
  }
  return timeoutAt === undefined ? undefined : { at: timeoutAt, cause: "EXECUTION_TIMEOUT" };
}

/** No retry is scheduled beyond the deadline: the order is acted on then, and ends. */
export function beforeDeadline(order: OrderTerms, at: WallTime): WallTime {
  const deadline = deadlineOf(order);
  return deadline === undefined ? at : earlierOf(at, deadline.at);
}

/** Whether the order's time has passed and nothing was done about it yet. */
export function isOverdue(order: OrderTerms & OrderProgress & OrderPhase, now: WallTime): boolean {
  const deadline = deadlineOf(order);
  return deadline !== undefined && deadline.at <= now && isHeldToDeadline(order);
}

/**
 * Whether the deadline still means something: not for an order that has ended, is being cancelled or shall be, nor for
 * one whose confirmation has a deadline of its own.
 */
export function isHeldToDeadline(order: OrderProgress & OrderPhase): boolean {
  if (isTerminal(order) || order.cancelRequest !== undefined) return false;
  return order.state !== "AWAITING_CONFIRMATION" && order.state !== "CANCELLING";
}

/**
 * What a passed deadline does: an order of which nothing is at the venue ends; any other is to be cancelled. What
 * expire_time ends is EXPIRED, what takes too long CANCELLED. @throws Error without a deadline.
 */
export function deadlineEvent(order: OrderTerms & OrderProgress & OrderPhase): OrderEvent {
  const deadline = deadlineOf(order);
  if (deadline === undefined) throw new Error(`order ${order.orderId} in ${phaseOf(order)} has no deadline`);
  if (deadline.cause === "EXPIRE_TIME") return { type: "EXPIRE_TIME_PASSED" };
  const error = orderError("EXECUTION_TIMEOUT", "the order was not filled within its execution timeout");
  return { type: "CANCEL_REQUESTED", reason: "execution timeout", error };
}

/** Why an order ends that its expire_time ends. */
export function expireTimePassed(): OrderError {
  return orderError("EXPIRE_TIME_PASSED", "expire_time passed before the order was filled");
}

/** Whether the order is being cancelled for its expire_time; then it ends EXPIRED. */
export function isExpiring({ cancelRequest }: Pick<OrderProgress, "cancelRequest">): boolean {
  return cancelRequest?.error?.code === "EXPIRE_TIME_PASSED";
}

/** How long an order may take, or undefined where it may take for ever. */
export function executionTimeoutMsOf({ executionTimeoutMs: given, pricing }: Instruction): number | undefined {
  const ms = given ?? (rests(pricing) ? 0 : executionTimeoutMsDefault);
  return ms === 0 ? undefined : ms;
}
