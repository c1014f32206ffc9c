import type { AccountId } from "../account/account-id.ts";
import type { OrderError } from "../error/order-error.ts";
import type { Instrument, InstrumentId } from "../instrument/instrument.ts";
import type { Amount } from "../money/amount.ts";
import type { Price } from "../money/price.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import type { VenueFill } from "../order/fill.ts";
import type { Instruction } from "../order/instruction.ts";
import type { OrderId, SubmitKey, VenueOrderId } from "../order/order-id.ts";
import type { WallTime } from "../time/wall-time.ts";

/** Best prices of an instrument. */
export interface MarketPrice {
  readonly bid: Price;
  readonly ask: Price;
  /** By the venue's clock. */
  readonly at: WallTime;
}

/** What an attempt is built from. */
export interface AttemptRequest {
  readonly orderId: OrderId;
  readonly instruction: Instruction;
  /** Counts from 1; the submit key is a function of (order id, number), so that a restart finds it again. */
  readonly number: number;
}

/** An attempt ready to be sent. What is in `payload` is sent, and nothing else: submit never re-stamps. */
export interface PreparedAttempt {
  readonly submitKey: SubmitKey;
  /** Venue time after which the venue can no longer accept it; required where the manifest says requests expire. */
  readonly validUntil?: WallTime;
  /** What the venue's clock showed when validUntil was fixed, where the library knows; ours may show anything. */
  readonly venueTime?: WallTime;
  readonly payload: Uint8Array;
  /**
   * What is stored in place of `payload`, where that holds what must not lie in a database: an API key, a signature. It
   * says what was asked for; nothing is ever sent from it.
   */
  readonly storedPayload?: Uint8Array;
  /** What the venue quotes for it now. */
  readonly quotedPrice?: Price;
}

export type PrepareAnswer =
  | { readonly kind: "PREPARED"; readonly attempt: PreparedAttempt }
  /** Nothing was sent; the error's code says whether another try can help. Never unknown. */
  | { readonly kind: "FAILED"; readonly error: OrderError; readonly retryAfterMs?: number };

/** What a venue's answer to a submission proves. Everything nobody has classified is UNKNOWN. */
export type SubmitOutcome =
  | {
      readonly kind: "ACCEPTED";
      readonly venueOrderId?: VenueOrderId;
      readonly report?: ExecutionReport;
      readonly rawAnswer?: string;
    }
  | {
      readonly kind: "REJECTED";
      readonly error: OrderError;
      readonly retryAfterMs?: number;
      readonly rawAnswer?: string;
    }
  | { readonly kind: "NOT_SENT"; readonly error: OrderError; readonly retryAfterMs?: number }
  | {
      readonly kind: "UNKNOWN";
      readonly error: OrderError;
      readonly retryAfterMs?: number;
      readonly rawAnswer?: string;
    };

/** One attempt, as a venue can be asked about it. */
export interface AttemptReference {
  readonly account: AccountId;
  readonly instrument: InstrumentId;
  readonly submitKey: SubmitKey;
  readonly venueOrderId?: VenueOrderId;
}

export type LookupAnswer =
  | { readonly kind: "FOUND"; readonly report: ExecutionReport }
  /** Not found in what the venue knew at `asOf`, venue time. By itself it proves nothing: see proveAbsence. */
  | { readonly kind: "NOT_FOUND"; readonly asOf: WallTime }
  /** The look-up itself failed: it says nothing. */
  | { readonly kind: "UNAVAILABLE"; readonly error: OrderError; readonly retryAfterMs?: number };

export type CancelOutcome =
  /** The venue took the cancel; the order's end comes as a report, or in this one. */
  | { readonly kind: "ACCEPTED"; readonly report?: ExecutionReport }
  /** It is not open there any more: look it up. */
  | { readonly kind: "NOT_OPEN" }
  /** It is open, and the venue refuses to cancel it. */
  | { readonly kind: "REFUSED"; readonly error: OrderError; readonly retryAfterMs?: number }
  | { readonly kind: "UNKNOWN"; readonly error: OrderError; readonly retryAfterMs?: number };

/** What a venue's answer to "cancel all" proves. How far it got, only its list of open orders shows. */
export type CancelAllOutcome =
  /** The venue took it. `reports`: of the orders that it cancelled, where it names them; the rest are told elsewhere. */
  | { readonly kind: "ACCEPTED"; readonly reports?: readonly ExecutionReport[] }
  /** Nothing was cancelled. */
  | { readonly kind: "REFUSED"; readonly error: OrderError; readonly retryAfterMs?: number }
  /** Any of them may be cancelled. */
  | { readonly kind: "UNKNOWN"; readonly error: OrderError; readonly retryAfterMs?: number };

/** A fill with the attempt it belongs to. */
export interface ReportedFill {
  /** Absent where the venue's list of executions names orders by its own ids alone; then `instrument` is given. */
  readonly submitKey?: SubmitKey;
  readonly instrument?: InstrumentId;
  readonly fill: VenueFill;
}

/** A page of fills in venue order; `next` continues after them, also when there are none yet. */
export interface FillPage {
  readonly fills: readonly ReportedFill[];
  readonly next: string;
}

/**
 * PORT: a venue. Adapters translate and classify; they never retry, store or judge risk. Retries of the client
 * libraries under them are switched off, so that core alone counts attempts, and so is their throttling, for a request
 * that waits in a library's queue has passed core's last checks. Reads throw SurefillError (VENUE_UNREACHABLE,
 * RATE_LIMITED, UNAUTHORIZED …) when they fail; an empty answer always means "none". `retryAfterMs`, in answers and in
 * what reads throw, is how long the venue asks to be left alone (Retry-After, or a ban's end): core obeys it for the
 * whole venue account, or for the venue where its limits count together.
 *
 * Times in what is given are the venue's own: as it told them, or by our clock and an offset that the library measures
 * and measures again, for a `validUntil` or `asOf` that is off by more than a second or so proves what is not true.
 */
export interface Venue {
  instruments(signal: AbortSignal): Promise<readonly Instrument[]>;
  /**
   * Best prices of several instruments in one call, and one request where the venue has one for all; else a bounded
   * number, which the manifest's cost of prices covers. Those without a price are absent.
   */
  prices(instruments: readonly InstrumentId[], signal: AbortSignal): Promise<ReadonlyMap<InstrumentId, MarketPrice>>;
  /** Free balance by asset. */
  balances(account: AccountId, signal: AbortSignal): Promise<ReadonlyMap<string, Amount>>;

  /** Builds an attempt; sends nothing that could place an order. */
  prepare(request: AttemptRequest, signal: AbortSignal): Promise<PrepareAnswer>;
  /** Sends exactly the prepared bytes, once. Never throws: what it can't classify is UNKNOWN. */
  submit(account: AccountId, attempt: PreparedAttempt, signal: AbortSignal): Promise<SubmitOutcome>;
  /**
   * By the venue's own id where the reference has one and the venue can be asked by it, else by the submit key. The
   * report names what was found, so that core can tell whether it is what it asked for.
   */
  lookup(attempt: AttemptReference, signal: AbortSignal): Promise<LookupAnswer>;
  /** Never throws: what it can't classify is UNKNOWN. */
  cancel(attempt: AttemptReference, signal: AbortSignal): Promise<CancelOutcome>;
  /**
   * Cancels every open order of the account, ours or not; only those of `instrument` where one is given, which is always
   * so where the manifest claims "PER_INSTRUMENT". One request, however many orders there are; sent again it cancels
   * what is open then. It exists where the manifest claims it, and is called nowhere else. Never throws: what it can't
   * classify is UNKNOWN.
   */
  cancelAll?(account: AccountId, instrument: InstrumentId | undefined, signal: AbortSignal): Promise<CancelAllOutcome>;

  /**
   * Every open order of the account, ours or not, in one answer. A venue that lists them in pages has them all read
   * here, in a bounded number of requests (which the manifest's cost of openOrders covers): a list that may lack some is
   * no list, so beyond the bound it throws.
   */
  openOrders(account: AccountId, signal: AbortSignal): Promise<readonly ExecutionReport[]>;
  /**
   * Fills of the account after `after` (a `next` of an earlier page) or since a venue time: at most `limit` of them, from
   * one request or, where the venue lists them by instrument, a bounded number. None is left out before the last one
   * that is given.
   */
  fillsSince(account: AccountId, after: string | WallTime, limit: number, signal: AbortSignal): Promise<FillPage>;
  /** Reports as they happen, until `signal` aborts; ends or throws when the connection breaks. May miss some. */
  watch?(account: AccountId, signal: AbortSignal): AsyncIterable<ExecutionReport>;

  close(): Promise<void>;
}
