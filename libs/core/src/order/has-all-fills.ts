import { compare } from "../money/decimal.ts";
import type { ExecutionReport } from "./execution-report.ts";
import type { Order } from "./order.ts";

/** Whether the venue's count of what is filled is reached: an end is believed only with all the fills before it. */
export function hasAllFills(order: Order, report: ExecutionReport): boolean {
  return report.cumQuantity === undefined || compare(order.cumQuantity, report.cumQuantity) >= 0;
}
