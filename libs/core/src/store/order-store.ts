import type { AccountId } from "../account/account-id.ts";
import type { VenueAccount } from "../account/venue-account.ts";
import type { InstrumentId } from "../instrument/instrument.ts";
import type { Order } from "../order/order.ts";
import type { ClientOrderId, OrderId, SubmitKey, VenueOrderId } from "../order/order-id.ts";
import type { OrderState } from "../order/order-state.ts";
import type { WallTime } from "../time/wall-time.ts";
import type { VenueId } from "../venue/venue-id.ts";
import type { LiveOrder } from "./live-order.ts";
import type { AttemptOutcome, CommitResult, OrderChange } from "./order-change.ts";

/** An attempt as it is stored. */
export interface StoredAttempt {
  readonly number: number;
  readonly submitKey: SubmitKey;
  readonly validUntil?: WallTime;
  readonly preparedAt: WallTime;
  readonly payload: Uint8Array;
  readonly outcome?: AttemptOutcome;
  readonly rawAnswer?: string;
  readonly answeredAt?: WallTime;
}

/** Where a page of orders by age goes on: after this one. */
export interface OrderPosition {
  readonly requestedAt: WallTime;
  readonly orderId: OrderId;
}

export interface ScanLiveOptions {
  readonly after?: OrderPosition;
  readonly states?: readonly OrderState[];
}

/** A venue's name for an order: such ids are unique per account and instrument. */
export interface VenueOrderReference {
  readonly venueAccount: VenueAccount;
  readonly instrument: InstrumentId;
  readonly venueOrderId: VenueOrderId;
}

/**
 * PORT: orders. Reads see every commit that was acknowledged before them.
 * Every method throws SurefillError STORE_UNAVAILABLE when the database can't be reached; a commit that throws it may
 * or may not be durable, so its caller reads the order again before it acts.
 */
export interface OrderStore {
  /**
   * Makes `change` durable as a whole and resolves only then. Concurrent changes are written together; one that is
   * refused or can't be stored fails alone. @throws SurefillError STORE_REFUSED for a row the database won't take,
   * OVERLOADED when more than the bounded number of changes wait.
   */
  commit(change: OrderChange): Promise<CommitResult>;

  find(orderId: OrderId): Promise<Order | undefined>;
  /** Those that exist, in no order; at most 1,000 ids. */
  findMany(orderIds: readonly OrderId[]): Promise<readonly Order[]>;
  findByClientOrderId(account: AccountId, clientOrderId: ClientOrderId): Promise<Order | undefined>;
  /** The order that an attempt, the last or an earlier one, belongs to. */
  findBySubmitKey(venue: VenueId, submitKey: SubmitKey): Promise<Order | undefined>;
  /**
   * The order whose last attempt has that venue order id, or which has fills of it. Not by index: it reads the account's
   * orders placed since `placedSince` (UUIDv7 ids sort by time), so it is for what no submit key can name.
   */
  findByVenueOrderId(reference: VenueOrderReference, placedSince: WallTime): Promise<Order | undefined>;
  /** When the first order of the venue account was placed; undefined where there is none. Reads more than an index. */
  firstPlacedAt(venueAccount: VenueAccount): Promise<WallTime | undefined>;
  /** Keys (fillKey) of the fills recorded for an order. */
  recordedFills(orderId: OrderId): Promise<ReadonlySet<string>>;
  /** By number. */
  attempts(orderId: OrderId): Promise<readonly StoredAttempt[]>;

  /** Orders of these venue accounts that a server must act on by `now`, most overdue first; at most `limit`. */
  due(venueAccounts: readonly VenueAccount[], now: WallTime, limit: number): Promise<readonly Order[]>;
  /** As `due`, for surplus attempts of theirs that a server must cancel; orders that have ended are among them. */
  surplusDue(venueAccounts: readonly VenueAccount[], now: WallTime, limit: number): Promise<readonly Order[]>;
  /** Orders that are not final, oldest first; at most `limit`, after `after`. */
  live(
    filter: { readonly venue?: VenueId; readonly account?: AccountId },
    limit: number,
    after?: OrderPosition,
  ): Promise<readonly Order[]>;
  /** As `live` for one venue account, in short; in one of `states` where given. */
  scanLive(venueAccount: VenueAccount, limit: number, options?: ScanLiveOptions): Promise<readonly LiveOrder[]>;
}
