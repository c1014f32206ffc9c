import type { ErrorCode } from "../error/error-code.ts";
import type { OrderDossier } from "../store/audit-reader.ts";
import type { AuditViolation } from "./invariant.ts";
import { transitionsOf } from "./whole-history.ts";

/** A venue's own word, which ends what it had acknowledged before, though that may reach us later. */
const refusals: readonly ErrorCode[] = ["VENUE_REJECTED", "VENUE_BUSY"];

/**
 * Before each attempt but the first, the one before it was found dead; and unless the venue itself had refused it, no
 * answer that came later says that it was taken after all: then two of them may be alive.
 */
export function oneLiveAttempt({ orderId, events, attempts }: OrderDossier): readonly AuditViolation[] {
  const transitions = transitionsOf(events);
  const violated = (number: number, stored: string): AuditViolation => ({
    ...{ invariant: "ONE_LIVE_ATTEMPT", orderId, subject: `attempt ${number}`, expected: "dead", stored },
  });
  return transitions.flatMap((next, place) => {
    const number = next.attemptNumber - 1;
    if (next.cause.type !== "ATTEMPT_PREPARED" || number < 1) return [];
    const ofAttempt = transitions.slice(0, place).filter(({ attemptNumber }) => attemptNumber === number);
    const death = ofAttempt.findLast(({ cause }) => cause.type === "RETRY_SCHEDULED");
    if (death === undefined) return [violated(number, ofAttempt.at(-1)?.cause.type ?? "nothing is known of it")];
    if (death.cause.type === "RETRY_SCHEDULED" && refusals.includes(death.cause.error.code)) return [];
    const answer = attempts.find((attempt) => attempt.number === number);
    if (answer?.outcome !== "ACCEPTED" || (answer.answeredAt ?? 0) <= death.at) return [];
    return [violated(number, `ACCEPTED at ${answer.answeredAt}, after it was found dead at ${death.at}`)];
  });
}
