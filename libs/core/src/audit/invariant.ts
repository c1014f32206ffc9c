import type { OrderId } from "../order/order-id.ts";
import type { AuditFinding } from "../order/order-notice.ts";

/** What an audit checks, each with its line of docs/operations.md. */
export const invariants = {
  READABLE: "Every row of an order can be read.",
  ONE_ORDER_PER_CLIENT_ORDER_ID: "A client_order_id of an account names one order, for ever.",
  HISTORY_BEGINS: "Every order's history begins with its PLACED event.",
  HISTORY_HAS_NO_GAP: "The versions of an order's history follow each other, up to the version of its row.",
  EVENTS_REPLAY: "The events of an order, applied in turn, give its row, in every column.",
  FILLS_SUM_UP: "An order's filled quantity, value and fees are the sums of its fills, none of them counted twice.",
  ATTEMPTS_ARE_DURABLE: "Every attempt is stored as it was prepared: submit key, validity, time.",
  ONE_LIVE_ATTEMPT: "Every attempt but the last is proven dead before the next one.",
  DUE_FITS_STATE: "An order is due when its state says so, and never once it has ended.",
  BALANCES_SUM_UP: "Positions and holdings are the sums of their fills, net of fees taken in base.",
} as const satisfies Readonly<Record<string, string>>;

export type Invariant = keyof typeof invariants;

/** Something that contradicts an invariant. */
export interface AuditViolation extends AuditFinding {
  readonly invariant: Invariant;
  /** The order it is about; of a position or holding, one whose fills it has, where that is known. */
  readonly orderId?: OrderId;
}
