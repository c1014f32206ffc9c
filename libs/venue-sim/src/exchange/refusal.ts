/** Why the exchange did not take an order; in the order in which it checks. */
export const refusalReasons = [
  "MALFORMED_REQUEST",
  "REQUEST_EXPIRED",
  "DUPLICATE_CLIENT_ORDER_ID",
  "UNKNOWN_INSTRUMENT",
  "EXCHANGE_FULL",
  "NO_PRICE",
  "QUANTITY_RULE",
  "PRICE_RULE",
  "VALUE_RULE",
  "TRIGGER_REACHED",
  "POST_ONLY_WOULD_TAKE",
  "INSUFFICIENT_BALANCE",
  "REFUSED_BY_CHANCE",
] as const;

export type RefusalReason = (typeof refusalReasons)[number];

/** An order that was not taken: nothing was done for it. */
export interface Refusal {
  readonly kind: "REFUSED";
  readonly reason: RefusalReason;
  readonly message: string;
}

const messageLengthMax = 300;

export function refusal(reason: RefusalReason, message: string): Refusal {
  return { kind: "REFUSED", reason, message: message.slice(0, messageLengthMax) };
}
