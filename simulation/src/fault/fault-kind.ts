/** Everything that goes wrong in a run, by where it does. Each kind is counted when it takes effect. */
export const faultKinds = [
  // Processes.
  "crash",
  "pause",
  "clock_jump",
  "clock_off_by_an_hour",
  "lease_loss",
  // The store.
  "commit_lost",
  "commit_outcome_unknown",
  "slow_commit",
  "store_outage",
  // The way to the venue and back.
  "prepare_failed",
  "connection_refused",
  "request_lost",
  "request_late",
  "answer_lost",
  "answer_late",
  "answer_malformed",
  "server_error",
  "too_many_requests",
  "read_failed",
  "not_found_for_a_while",
  "stale_snapshot",
  "partial_visibility",
  "cancel_lost",
  "cancel_answer_lost",
  "cancel_not_found",
  "cancel_refused",
  "report_dropped",
  "report_duplicated",
  "report_reordered",
  "stream_broken",
  // What venues do by themselves.
  "end_before_fills",
  "late_refusal",
  "false_refusal",
  "fill_after_end",
  "overfill",
  "cancelled_by_venue",
  "forgotten",
  "forgotten_for_a_while",
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** How often each kind took effect. */
export type FaultCounts = Readonly<Record<FaultKind, number>>;
