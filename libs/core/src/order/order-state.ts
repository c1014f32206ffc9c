/** Where an order can be in its life; the comment on each is FIX 39. */
export const orderStates = [
  "PENDING", // A
  "AWAITING_CONFIRMATION", // A
  "SUBMITTED", // A
  "IN_DOUBT", // A
  "CONFIRMING", // 0
  "PARTIALLY_FILLED", // 1
  "CANCELLING", // 6
  "FAILED", // A with a retry to come, else 8
  "FILLED", // 2
  "CANCELLED", // 4
  "EXPIRED", // C
  "REJECTED", // 8
  "DENIED", // 8
] as const;

export type OrderState = (typeof orderStates)[number];

/** The rows of the transition table: FAILED is two of them, for only one of the two is final. */
export type Phase = Exclude<OrderState, "FAILED"> | "FAILED_WILL_RETRY" | "FAILED_FINAL";

export const phases: readonly Phase[] = orderStates.flatMap<Phase>((state) =>
  state === "FAILED" ? ["FAILED_WILL_RETRY", "FAILED_FINAL"] : [state],
);

const finalPhases: ReadonlySet<Phase> = new Set([
  "FAILED_FINAL",
  "FILLED",
  "CANCELLED",
  "EXPIRED",
  "REJECTED",
  "DENIED",
]);

/** Whether nothing but a late fill can come after `phase`. */
export function isFinal(phase: Phase): boolean {
  return finalPhases.has(phase);
}
