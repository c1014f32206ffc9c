/** What must hold; the numbers are those of the design's section 11. */
export const invariants = {
  "one-order-per-client-id": "1: one order per (account, client_order_id), for ever; a repeated call gets the same one",
  "one-alive-attempt": "2: at most one attempt of an order can be alive at a venue; the next one needs proof",
  "sent-once": "2: the bytes of an attempt leave once",
  "durable-before-sent": "3: submit_key and valid_until are durable before the first byte leaves, which is as prepared",
  "cum-is-sum-of-fills": "4: cum = Σ distinct fills",
  "fills-are-the-venue's": "4: each recorded fill is one of the venue's log, recorded once",
  "no-fill-is-missing": "4: in the end every fill of the venue's log is recorded",
  "holdings-are-sums": "5: positions and holdings = Σ signed fills, net of fees in base",
  "events-replay": "6: events replay to the stored row, each step by a row of the transition table",
  "audit-finds-nothing": "1 to 6: the auditor of production finds nothing wrong with what is stored in the end",
  "acknowledged-is-durable": "7: what was acknowledged survives every crash",
  "halted-is-quiet":
    "8: once a restriction is answered, the venue takes nothing that adds exposure, but what the answer listed",
  "reductions-pass": "8: what provably reduces a position passes under REDUCE_ONLY and HALTED",
  "campaign-leaves-nothing":
    "once a CancelAll is done, none of its targets is open at the venue, and none comes to be there",
  "one-owner": "9: only the owner of the venue account makes attempts",
  converges: "10, 11: when faults stop, every order and every CancelAll ends, whatever one poisonous order does",
  "stream-has-no-gap": "12: the event stream brings every event once, in commit order",
  "within-rate-limits": "15: never more requests than a venue's limit in any window, all processes together",
  "end-agrees-with-venue": "an order that has ended is dead at the venue, and ended there in the same way",
} as const;

export type Invariant = keyof typeof invariants;

/** Tells that an invariant does not hold. */
export type Break = (invariant: Invariant, text: string) => void;

/** Something that must not be. */
export interface Violation {
  readonly invariant: Invariant;
  readonly text: string;
  /** Virtual time. */
  readonly atMs: number;
}
