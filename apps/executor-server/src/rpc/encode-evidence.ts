import { create } from "@bufbuild/protobuf";
import { type EvidenceEntry, EvidenceEntrySchema } from "@surefill/contracts/surefill/v1/control_service";
import { type KeptEvidence, type TimelineEntry, timelineQuestion } from "@surefill/core";
import { encodeState } from "./encode-order.ts";
import { encodeTime } from "./encode-time.ts";

/** A question to the venue, as a line of the timeline. */
export function encodeQuestion(evidence: KeptEvidence): EvidenceEntry {
  return encodeEvidence(timelineQuestion(evidence));
}

export function encodeEvidence(entry: TimelineEntry): EvidenceEntry {
  const { operation, outcome, attemptNumber, askedAt, answeredAt, count, lastAnsweredAt, asOf, from, to } = entry;
  return create(EvidenceEntrySchema, {
    ...{ operation, outcome, attemptNumber, count, detail: entry.detail },
    askTime: encodeTime(askedAt),
    ...(answeredAt === undefined ? {} : { answerTime: encodeTime(answeredAt) }),
    ...(lastAnsweredAt === undefined ? {} : { lastAnswerTime: encodeTime(lastAnsweredAt) }),
    ...(asOf === undefined ? {} : { asOf: encodeTime(asOf) }),
    ...(from === undefined ? {} : { fromState: encodeState(from) }),
    ...(to === undefined ? {} : { toState: encodeState(to) }),
    operator: entry.operator ?? "",
    reason: entry.reason ?? "",
  });
}
