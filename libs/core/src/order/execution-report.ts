import type { OrderError } from "../error/order-error.ts";
import type { InstrumentId } from "../instrument/instrument.ts";
import type { Quantity } from "../money/quantity.ts";
import type { VenueFill } from "./fill.ts";
import type { SubmitKey, VenueOrderId } from "./order-id.ts";

/** What an answer, a poll, a stream message or a look-up proves about one attempt. */
export type Evidence =
  /** Nothing but the fills that come with it. */
  | { readonly kind: "TRADE" }
  /** The venue has it and it may still fill. */
  | { readonly kind: "OPEN" }
  /** The venue is done with it: all of it is filled. */
  | { readonly kind: "FILLED" }
  /** The venue cancelled it. */
  | { readonly kind: "CANCELLED" }
  /** The venue ended what was not filled: an IOC's rest, a good-till date. */
  | { readonly kind: "EXPIRED" }
  /** The venue shows it as refused. */
  | { readonly kind: "REJECTED"; readonly error: OrderError; readonly retryAfterMs?: number }
  /** The answer to the submission refuses it; what the venue shows of it outweighs that. */
  | { readonly kind: "REFUSED"; readonly error: OrderError; readonly retryAfterMs?: number }
  /** It provably never left us. */
  | { readonly kind: "NOT_SENT"; readonly error: OrderError; readonly retryAfterMs?: number }
  /** The answer is lost, ambiguous, or of a kind nobody has classified. */
  | { readonly kind: "UNKNOWN"; readonly error: OrderError }
  /** Proven: the venue does not have it and can no longer accept it (see proveAbsence). */
  | { readonly kind: "ABSENT"; readonly error: OrderError }
  /** The venue had it, and for a while now has known nothing of it any more (see Disappearances). */
  | { readonly kind: "VANISHED"; readonly error: OrderError }
  /** The venue lists it as open, and not for an old list: its order has ended here a while ago. */
  | { readonly kind: "OPEN_AFTER_END" }
  /** The venue took a cancel of it; its end is yet to come. */
  | { readonly kind: "CANCEL_TAKEN" }
  /** The venue refused to cancel it, and it is still open. */
  | { readonly kind: "CANCEL_REFUSED"; readonly error: OrderError }
  /** The answer to a cancel is lost. */
  | { readonly kind: "CANCEL_UNKNOWN"; readonly error: OrderError };

/** What a venue tells about one attempt, whichever way it came. */
export interface ExecutionReport {
  readonly submitKey: SubmitKey;
  /** Told with open orders, for some of them may not be ours. */
  readonly instrument?: InstrumentId;
  readonly venueOrderId?: VenueOrderId;
  readonly evidence: Evidence;
  /** Executions that came with it, new or known. */
  readonly fills: readonly VenueFill[];
  /** The venue's own count of what is filled; while ours is less, fills are missing and no end is believed. */
  readonly cumQuantity?: Quantity;
}
