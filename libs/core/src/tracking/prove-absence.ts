import { orderError } from "../error/order-error.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import type { Attempt } from "../order/order.ts";
import type { Capabilities } from "../venue/capabilities.ts";
import type { LookupAnswer } from "../venue/venue.ts";

/**
 * "Not found" proves absence only of an attempt that can no longer be accepted: its requests expire, its valid_until
 * (venue time) has passed, and the look-up saw what the venue knew after that. Undefined: nothing is proven.
 */
export function proveAbsence(
  attempt: Attempt,
  answer: Extract<LookupAnswer, { kind: "NOT_FOUND" }>,
  capabilities: Capabilities,
): ExecutionReport | undefined {
  if (!capabilities.requestsExpire || !capabilities.lookupBySubmitKey || attempt.validUntil === undefined)
    return undefined;
  if (answer.asOf <= attempt.validUntil) return undefined;
  const text = "the attempt's validity has passed and the venue does not have it";
  const context = { submit_key: attempt.submitKey };
  const error = orderError("ATTEMPT_EXPIRED", text, context);
  return { submitKey: attempt.submitKey, evidence: { kind: "ABSENT", error }, fills: [] };
}
