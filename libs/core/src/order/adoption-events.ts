import { changeOrder } from "./change-order.ts";
import type { ExecutionReport } from "./execution-report.ts";
import { type InterpretContext, interpretReport } from "./interpret-report.ts";
import type { Order } from "./order.ts";
import type { OrderEvent } from "./order-event.ts";

/**
 * What an operator's word and what the venue shows of that venue order add to an order in doubt: adopted, then
 * whatever the report proves, its fills included, then the cancel that was asked for meanwhile.
 */
export function adoptionEvents(
  order: Order,
  adopted: Extract<OrderEvent, { type: "ADOPTED" }>,
  report: ExecutionReport,
  context: InterpretContext,
): readonly OrderEvent[] {
  const after = changeOrder(order, [adopted], context.now).order;
  const told = interpretReport(after, report, context);
  const last = changeOrder(after, told, context.now).order;
  const isOpen = last.state === "CONFIRMING" || last.state === "PARTIALLY_FILLED";
  const mustCancel = isOpen && order.cancelRequest !== undefined;
  return [adopted, ...told, ...(mustCancel ? [{ type: "CANCEL_STARTED" } as const] : [])];
}
