/** What a request to the counterpart asks for. A venue's operation may make several, and several kinds of them. */
export type StandOperation =
  | "SUBMIT"
  | "CANCEL"
  | "CANCEL_ALL"
  | "LOOKUP"
  | "OPEN_ORDERS"
  | "FILLS"
  | "BALANCES"
  | "PRICES"
  | "INSTRUMENTS"
  /** A connection of a stream of reports. */
  | "STREAM"
  /** The venue's clock, a handshake, whatever else. */
  | "OTHER";

/**
 * What can go wrong between a venue library and its counterpart. BEFORE: the counterpart has done nothing. AFTER: it has
 * done all that was asked, and says so in its own log; only the answer suffers.
 */
export const faultKinds = {
  CONNECTION_REFUSED: "nobody listens: the request provably never left",
  CUT_BEFORE: "the connection breaks once the request is there, before anything is done",
  CUT_AFTER: "the connection breaks after everything is done, before the answer",
  SILENT_BEFORE: "nothing is done and no answer ever comes; the connection stays",
  SILENT_AFTER: "everything is done and no answer ever comes; the connection stays",
  BODY_STALLED: "done; the answer's head comes, its body stops halfway and the connection stays",
  BODY_TRUNCATED: "done; the connection breaks in the middle of the answer's body",
  BODY_HTML: "done; the answer is a page of HTML with status 200",
  BODY_EMPTY: "done; the answer is empty with status 200",
  BODY_MALFORMED: "done; the answer is JSON of another shape with status 200",
  SERVER_ERROR_BEFORE: "status 502, nothing is done",
  SERVER_ERROR_AFTER: "status 502, everything is done",
  RATE_LIMITED: "status 429 with Retry-After, nothing is done",
  UNAUTHORIZED: "the credentials are refused, as after their permissions were withdrawn; nothing is done",
  HELD_BACK: "the connection breaks and the request waits on its way, until deliverHeld() lets it arrive",
  NOT_FOUND: "a look-up is answered as if there were no such order, though there is one",
  REPORT_DROPPED: "the next report of the stream does not come",
  REPORT_DUPLICATED: "the next report of the stream comes twice",
  REPORTS_REORDERED: "the next report of the stream comes after the one that follows it",
  STREAM_CUT: "the stream's connection breaks",
} as const;

export type FaultKind = keyof typeof faultKinds;

/** A fault that waits for the next requests of a kind. */
export interface StandFault {
  readonly kind: FaultKind;
  /** "STREAM" for the faults of reports; STREAM_CUT happens at once. */
  readonly on: StandOperation;
  /** Requests that meet it; 1 unless given. */
  readonly times?: number;
  /** What RATE_LIMITED asks for; 7,000 unless given. Whole seconds, as Retry-After counts. */
  readonly retryAfterMs?: number;
}
