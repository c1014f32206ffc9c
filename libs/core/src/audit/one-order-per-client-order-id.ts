import type { OrderDossier } from "../store/audit-reader.ts";
import type { AuditViolation } from "./invariant.ts";

/** Told once for two of them, about the later. */
export function oneOrderPerClientOrderId({ orderId, order, namesakes }: OrderDossier): readonly AuditViolation[] {
  const earlier = namesakes.filter((other) => other < orderId);
  if (earlier.length === 0) return [];
  const { account, clientOrderId } = order.instruction;
  return [
    {
      invariant: "ONE_ORDER_PER_CLIENT_ORDER_ID",
      orderId,
      subject: `client_order_id ${clientOrderId} of ${account}`,
      expected: orderId,
      stored: [...earlier, orderId].sort().join(", "),
    },
  ];
}
