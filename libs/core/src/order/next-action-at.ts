import type { WallTime } from "../time/wall-time.ts";
import { deadlineOf, isHeldToDeadline } from "./deadline.ts";
import { isReducing } from "./instruction.ts";
import { dueAtOnce, type Order } from "./order.ts";

/** When a server must act on the order next; undefined while it waits for evidence, or for nothing any more. */
export function nextActionAt(order: Order): WallTime | undefined {
  switch (order.state) {
    case "PENDING":
      return isReducing(order.instruction) ? dueAtOnce.reduction : dueAtOnce.submission;
    case "AWAITING_CONFIRMATION":
      return order.confirmBy;
    case "CANCELLING":
      return order.cancelAfter;
    case "FAILED":
      return order.retryAt;
    default:
      return isHeldToDeadline(order) ? deadlineOf(order)?.at : undefined;
  }
}
