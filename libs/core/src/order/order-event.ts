import type { OrderError } from "../error/order-error.ts";
import type { Price } from "../money/price.ts";
import type { WallTime } from "../time/wall-time.ts";
import type { VenueFill } from "./fill.ts";
import type { SubmitKey, VenueOrderId } from "./order-id.ts";
import type { SurplusAttempt } from "./surplus-attempt.ts";

/** What can happen to an order. Each carries all that its transition needs, so that events replay to the row. */
export type OrderEvent =
  /** A person said yes. */
  | { readonly type: "CONFIRMED" }
  /** A person said no. */
  | { readonly type: "DECLINED" }
  /** Nobody answered by the deadline. */
  | { readonly type: "CONFIRMATION_LAPSED" }
  /** Risk, run again at the yes, refused it. */
  | { readonly type: "DENIED"; readonly error: OrderError }
  /** The attempt is fixed; from here on it may be sent. */
  | {
      readonly type: "ATTEMPT_PREPARED";
      readonly submitKey: SubmitKey;
      readonly validUntil?: WallTime;
      /** The venue's quote, which becomes the expected price where the caller gave none. */
      readonly quotedPrice?: Price;
    }
  /** The attempt provably did nothing; another one is due at `retryAt`. */
  | { readonly type: "RETRY_SCHEDULED"; readonly error: OrderError; readonly retryAt: WallTime }
  /** The attempt provably did nothing, and there will be no other. */
  | { readonly type: "FAILED"; readonly error: OrderError }
  /** The venue refused it for good. */
  | { readonly type: "REJECTED"; readonly error: OrderError }
  /** The venue's answer is lost or ambiguous. */
  | { readonly type: "ANSWER_LOST"; readonly error: OrderError }
  /** The venue had it, and for a while now has known nothing of it any more. */
  | { readonly type: "VANISHED"; readonly error: OrderError }
  /** The venue's answer refuses what the venue has shown: one of the two is wrong, and evidence must tell which. */
  | { readonly type: "CONTRADICTED"; readonly error: OrderError }
  /** The venue has it. */
  | { readonly type: "ACCEPTED"; readonly venueOrderId?: VenueOrderId }
  /** An operator said which venue order the doubtful attempt is, and the venue showed it. */
  | {
      readonly type: "ADOPTED";
      readonly venueOrderId: VenueOrderId;
      readonly operator: string;
      readonly reason: string;
    }
  /** An operator gave the doubtful attempt up: no proof, but somebody answers for it. */
  | { readonly type: "DECLARED_DEAD"; readonly operator: string; readonly reason: string }
  /** The transaction is known to have landed; its amounts are not known yet. */
  | { readonly type: "LANDED"; readonly landedAt: WallTime }
  /**
   * An execution that leaves something, or whose order's end only the venue can tell. `earlierAttempt`: not of the
   * current one, so its venue order id does not name that.
   */
  | { readonly type: "FILLED_PARTLY"; readonly fill: VenueFill; readonly earlierAttempt?: true }
  /** The execution that reaches the order's quantity, or goes beyond it. */
  | { readonly type: "FILLED_FULLY"; readonly fill: VenueFill; readonly earlierAttempt?: true }
  /** The venue is done with a quote-sized order, or with the last attempt of one that earlier ones had filled. */
  | { readonly type: "COMPLETED" }
  /** Somebody wants it cancelled: a durable fact. `error`: why it must be, where it is not by somebody's wish. */
  | { readonly type: "CANCEL_REQUESTED"; readonly reason: string; readonly error?: OrderError }
  /** Its expire_time has passed: what was not sent ends, what is at the venue is to be cancelled. */
  | { readonly type: "EXPIRE_TIME_PASSED" }
  /** An order whose cancel was requested turned out to be at the venue. */
  | { readonly type: "CANCEL_STARTED" }
  /**
   * The venue took the cancel, or it goes out in one request with others; it is sent (again) after `cancelAfter` unless
   * the end is reported first.
   */
  | { readonly type: "CANCEL_SENT"; readonly cancelAfter: WallTime }
  /** The cancel's answer is lost; it is sent again after `cancelAfter` unless evidence comes first. */
  | { readonly type: "CANCEL_UNANSWERED"; readonly error: OrderError; readonly cancelAfter: WallTime }
  /** The venue won't cancel it, and it is still open there. */
  | { readonly type: "CANCEL_REFUSED"; readonly error: OrderError }
  /** It is gone from the venue, or provably never was there, and nothing more will come. */
  | { readonly type: "CANCELLED" }
  /** The venue ended what was not filled. */
  | { readonly type: "EXPIRED" }
  /** An attempt that the order does not follow turned up at the venue, was asked to be cancelled there, or has ended. */
  | { readonly type: "SURPLUS_ATTEMPT"; readonly attempt: SurplusAttempt };

export type OrderEventType = OrderEvent["type"];
