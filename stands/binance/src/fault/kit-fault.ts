import type { FaultKind } from "@surefill/venue-testkit";
import { type ReportFaultKind, reportFaultKinds } from "../stream/report-faults.ts";
import type { Fault } from "./fault.ts";
import { namedFaults, rateLimited } from "./named-faults.ts";

type RequestFaultKind = Exclude<FaultKind, ReportFaultKind | "STREAM_CUT" | "CONNECTION_REFUSED">;

const retryAfterMsDefault = 7_000;

const faults: Readonly<Record<Exclude<RequestFaultKind, "RATE_LIMITED">, Fault>> = {
  CUT_BEFORE: namedFaults.cutBefore,
  CUT_AFTER: namedFaults.cutAfter,
  SILENT_BEFORE: { kind: "SILENT", when: "BEFORE" },
  SILENT_AFTER: { kind: "SILENT", when: "AFTER" },
  BODY_STALLED: namedFaults.stalled,
  BODY_TRUNCATED: namedFaults.truncated,
  BODY_HTML: namedFaults.html,
  BODY_EMPTY: namedFaults.empty,
  BODY_MALFORMED: namedFaults.malformed,
  SERVER_ERROR_BEFORE: namedFaults.serverErrorBefore,
  SERVER_ERROR_AFTER: namedFaults.serverErrorAfter,
  UNAUTHORIZED: namedFaults.wrongKey,
  HELD_BACK: { kind: "HELD_BACK" },
  NOT_FOUND: namedFaults.notFound,
};

/** What the kit's faults of requests are here. */
export function requestFaultOf(kind: RequestFaultKind, retryAfterMs = retryAfterMsDefault): Fault {
  return kind === "RATE_LIMITED" ? rateLimited(retryAfterMs) : faults[kind];
}

export function isReportFault(kind: FaultKind): kind is ReportFaultKind {
  return reportFaultKinds.some((reportFault) => reportFault === kind);
}
