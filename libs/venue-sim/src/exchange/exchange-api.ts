import type {
  AccountId,
  Amount,
  Instrument,
  InstrumentId,
  Price,
  Quantity,
  SubmitKey,
  VenueFill,
  VenueOrderId,
  WallTime,
} from "@surefill/core";
import type { Refusal } from "./refusal.ts";

export type OrderStatus = "OPEN" | "FILLED" | "CANCELLED" | "EXPIRED";

/** An order as the exchange tells of it. */
export interface OrderReport {
  readonly submitKey: SubmitKey;
  readonly instrument: InstrumentId;
  readonly venueOrderId: VenueOrderId;
  readonly status: OrderStatus;
  readonly acceptedAt: WallTime;
  readonly cumQuantity: Quantity;
  /** All of them in answers to questions, the newest one in the report of an execution. */
  readonly fills: readonly VenueFill[];
}

export type SubmitAnswer = { readonly kind: "ACCEPTED"; readonly venueOrderId: VenueOrderId } | Refusal;

/** `asOf`, exchange time: when the answer was true. */
export type OrderAnswer =
  | { readonly kind: "FOUND"; readonly asOf: WallTime; readonly report: OrderReport }
  | { readonly kind: "NOT_FOUND"; readonly asOf: WallTime };

export type CancelAnswer =
  | { readonly kind: "CANCELLED"; readonly report: OrderReport }
  /** It has ended, or there never was one. */
  | { readonly kind: "NOT_OPEN" };

/** The orders that it cancelled. */
export interface CancelAllAnswer {
  readonly cancelled: readonly OrderReport[];
}

/** Best prices: of the row that the next order would take. */
export interface Quote {
  readonly instrument: InstrumentId;
  readonly bid: Price;
  readonly ask: Price;
  /** Exchange time. */
  readonly at: WallTime;
}

/** Fills of one account in the exchange's order; `next` goes on after them. */
export interface AccountFills {
  readonly fills: readonly { readonly submitKey: SubmitKey; readonly fill: VenueFill }[];
  readonly next: string;
}

/**
 * What an exchange offers its members, wherever it runs. A call that got no answer throws ConnectionError; a question
 * that can't be asked (a cursor nobody gave) throws RangeError.
 */
export interface ExchangeApi {
  instruments(signal: AbortSignal): Promise<readonly Instrument[]>;
  /**
   * `expectedPrice` counts only where the exchange has no prices of its own. Those that are unknown, or without a
   * price at the moment, are left out.
   */
  quotes(instruments: readonly InstrumentId[], signal: AbortSignal, expectedPrice?: Price): Promise<readonly Quote[]>;
  balances(account: AccountId, signal: AbortSignal): Promise<ReadonlyMap<string, Amount>>;
  submit(account: AccountId, payload: Uint8Array, signal: AbortSignal): Promise<SubmitAnswer>;
  order(account: AccountId, submitKey: SubmitKey, signal: AbortSignal): Promise<OrderAnswer>;
  cancel(account: AccountId, submitKey: SubmitKey, signal: AbortSignal): Promise<CancelAnswer>;
  /** Every open order of the account, or of one instrument of it. */
  cancelAll(account: AccountId, instrument: InstrumentId | undefined, signal: AbortSignal): Promise<CancelAllAnswer>;
  openOrders(account: AccountId, signal: AbortSignal): Promise<readonly OrderReport[]>;
  fills(account: AccountId, after: string | WallTime, limit: number, signal: AbortSignal): Promise<AccountFills>;
  /** Reports from now on, until `signal` aborts; may miss some; throws where the connection breaks. */
  reports(account: AccountId, signal: AbortSignal): AsyncIterable<OrderReport>;
  close(): Promise<void>;
}
