import { nextActionAt } from "../order/next-action-at.ts";
import { isTerminal } from "../order/order.ts";
import type { OrderDossier } from "../store/audit-reader.ts";
import type { AuditViolation } from "./invariant.ts";

/** What no event sets: whether the order is looked at, and when a server must act on it. */
export function dueFitsState(dossier: OrderDossier): readonly AuditViolation[] {
  const { orderId, order } = dossier;
  return [
    ...differing("is_open", !isTerminal(order), dossier.isOpen),
    ...differing("next_action_at", nextActionAt(order), dossier.nextActionAt),
  ];

  function differing<T>(subject: string, expected: T, stored: T): readonly AuditViolation[] {
    if (expected === stored) return [];
    return [
      {
        invariant: "DUE_FITS_STATE",
        orderId,
        subject: `${subject} in ${order.state}`,
        expected: String(expected ?? "NULL"),
        stored: String(stored ?? "NULL"),
      },
    ];
  }
}
