import type { ErrorCode } from "../error/error-code.ts";
import type { PrepareAnswer, SubmitOutcome } from "../venue/venue.ts";
import type { Contact } from "./circuit-breaker.ts";

/** No connection, no answer, or a venue too busy to answer (5xx). */
const unanswered: ReadonlySet<ErrorCode> = new Set([
  "VENUE_UNREACHABLE",
  "VENUE_BUSY",
  "ANSWER_LOST",
  "DEADLINE_EXCEEDED",
]);

/** Our own doing; PREPARE_FAILED is a fault of the library, perhaps with this one order. */
const ours: ReadonlySet<ErrorCode> = new Set([
  "ATTEMPT_EXPIRED",
  "PREPARE_FAILED",
  "RATE_BUDGET_USED_UP",
  "TRADING_HALTED",
  "REDUCE_ONLY",
]);

/** What a prepare says about the way to the venue. That it succeeded says nothing: some ask the venue nothing. */
export function contactOfPrepare(answer: PrepareAnswer): Contact {
  return answer.kind === "PREPARED" ? "NOTHING" : contactOfError(answer.error.code);
}

/** What a submission says about the way to the venue. */
export function contactOfSubmit(outcome: SubmitOutcome): Contact {
  if (outcome.kind === "ACCEPTED") return "ANSWERED";
  return outcome.kind === "UNKNOWN" ? "UNANSWERED" : contactOfError(outcome.error.code);
}

function contactOfError(code: ErrorCode): Contact {
  if (unanswered.has(code)) return "UNANSWERED";
  return ours.has(code) ? "NOTHING" : "ANSWERED";
}
