import type { Capabilities, ErrorCode, RateLimit } from "@surefill/core";
import type { CcxtExchange, CcxtParams } from "./ccxt-exchange.ts";
import type { SubmitKeyForm } from "./submit-key.ts";
import type { WireAnswer } from "./transport.ts";

/** What an exchange's own code means for the request that it answers. */
export type Meaning =
  /** It did nothing, and our code says why. */
  | ErrorCode
  /** It may have done it. */
  | "UNKNOWN"
  /** It has an order under the same client id. */
  | "DUPLICATE"
  /** It knows no such order, or none that is open. */
  | "NO_SUCH_ORDER"
  /** As the text that comes with the code says: see `meaningOfText`. */
  | "BY_TEXT";

/** An exchange's refusal in its own words. */
export interface VenueCode {
  readonly code: string;
  readonly message: string;
}

/** What is listed in pages. */
export type ListName = "openOrders" | "myTrades";

/** How the pages of a list follow each other. */
export interface PageRule {
  /** The answer's own list of entries, as it came; undefined where the answer is not of that form. */
  readonly entries: (body: unknown) => readonly unknown[] | undefined;
  /** Entries of a page, where they can be asked for. */
  readonly pageMax?: number;
  /** What asks for the page after `body`; undefined where that was the last. */
  readonly next: (body: unknown, page: number) => CcxtParams | undefined;
}

/** How fills are read on from a place. */
export type FillReading =
  /** Instrument by instrument, by ascending trade ids, after a start that is found in windows of time. */
  | { readonly by: "ID"; readonly windowMs: number; readonly pageMax: number }
  /** Of all instruments together, by time: all pages of what came since, in windows where the exchange bounds them. */
  | { readonly by: "TIME"; readonly windowMs?: number };

/** What is known of one exchange beyond what ccxt tells: each line is held by a test, or it is not claimed. */
export interface ExchangeProfile {
  readonly id: string;
  /** What it was tried against, for its page in docs/venues. */
  readonly evidence: readonly string[];
  /** What who trades there must know, for its page. */
  readonly cautions: readonly string[];
  readonly capabilities: Capabilities;
  /** How many instruments are listed decides what a poll costs. */
  readonly rateLimits: (instruments: number) => readonly RateLimit[];
  readonly submitKeyForm: SubmitKeyForm;
  /** What createOrder takes the client order id by; absent where ccxt passes none on. */
  readonly clientOrderIdParam?: "clientOrderId" | "client_order_id";
  /** What market orders can be sized in, by side. */
  readonly marketSizes: Readonly<Record<"BUY" | "SELL", readonly ("BASE" | "QUOTE")[]>>;
  /** Further parameters of a market order that is sized in quote; its amount goes as ccxt's `cost`. */
  readonly quoteSizeParams?: Readonly<Record<string, string | boolean>>;
  /** Mends what ccxt would do to a request without being asked; each session's own instance is given. */
  readonly adapt?: (exchange: CcxtExchange) => void;
  /** ccxt options beside the common ones. */
  readonly options: (terms: { readonly requestWindowMs: number }) => Readonly<Record<string, unknown>>;
  /**
   * How an order's request is made to expire: what goes with it, and until when after its stamp it can be accepted.
   * Absent where it can't be.
   */
  readonly expiry?: (
    stampMs: number,
    requestWindowMs: number,
  ) => {
    readonly params?: Readonly<Record<string, string>>;
    readonly headers?: Readonly<Record<string, string>>;
    readonly validUntilMs: number;
  };
  /** How an order is found by its client id; absent where it can't be, or where nobody has shown that it can. */
  readonly lookupByKey?: LookupRoute;
  /** How an order is found by the exchange's own id. */
  readonly lookupById: LookupRoute;
  /** What a cancel names an order's client id by; absent: it goes by the exchange's own id alone. */
  readonly cancelParam?: string;
  /** Where the fills of one order come from, when it is looked up: NONE leaves them to `fillsSince`. */
  readonly orderFills: "ORDER_TRADES" | "INSTRUMENT_TRADES" | "NONE";
  readonly prices: "BIDS_ASKS" | "TICKERS" | "ORDER_BOOKS";
  /** The sandbox: hosts of its own, or the live ones with a header. Absent: there is none that is safe to use. */
  readonly sandbox?: { readonly mark?: { readonly name: string; readonly value: string } };
  readonly pages: Readonly<Record<ListName, PageRule>>;
  readonly fills: FillReading;
  /** Which orders the exchange's greatest value of an order is of, as ccxt reads it; else it is not checked here. */
  readonly notionalMaxOf?: "LIMIT" | "MARKET";
  /** The exchange takes stamps for nonces: each must be greater than the one before. */
  readonly growingStamps: boolean;
  /** Whether an answer tells balances at all. */
  readonly isBalance: (body: unknown) => boolean;
  /** Whether an answer says that a cancel was taken; absent: what ccxt makes of it must name an order. */
  readonly isCancel?: (body: unknown) => boolean;
  /** The same of a cancel of all, where that is claimed. */
  readonly isCancelAll?: (body: unknown) => boolean;
  /** Where an answer holds the exchange's own code; undefined where it reports no error. */
  readonly codeIn: (body: unknown) => VenueCode | undefined;
  readonly meanings: Readonly<Record<string, Meaning>>;
  readonly meaningOfText?: (code: VenueCode) => Meaning;
  /** How long the exchange asks to be left alone, where another place than Retry-After tells. */
  readonly retryAfterMs?: (answer: WireAnswer, nowMs: number) => number | undefined;
}

/** How one order is found. */
export type LookupRoute =
  /** By ccxt's fetchOrder, which asks for this one order. */
  | { readonly by: "ORDER" }
  /** In the lists of open orders and of those that ended, in this turn, narrowed by `param`; both must say no. */
  | {
      readonly by: "LISTS";
      readonly param: string;
      readonly ended: "fetchClosedOrders" | "fetchCanceledAndClosedOrders";
      /** Whether an answer is a list at all. */
      readonly isList: (body: unknown) => boolean;
    };
