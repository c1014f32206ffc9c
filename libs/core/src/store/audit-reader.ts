import type { VenueAccount } from "../account/venue-account.ts";
import type { InstrumentId } from "../instrument/instrument.ts";
import type { SignedQuantity } from "../money/signed-quantity.ts";
import type { Fill } from "../order/fill.ts";
import type { Order } from "../order/order.ts";
import type { OrderEventRecord } from "../order/order-event-record.ts";
import type { OrderId } from "../order/order-id.ts";
import type { PositionId } from "../position/position-id.ts";
import type { WallTime } from "../time/wall-time.ts";
import type { StoredAttempt } from "./order-store.ts";

/**
 * An order's row, column by column, each as text in one spelling. Without `is_open` and `next_action_at`, which no event
 * sets: they follow from the state.
 */
export type StoredRow = Readonly<Record<string, string | null>>;

/** All that is stored of one order, as it was at one moment. */
export interface OrderDossier {
  readonly kind: "READ";
  readonly orderId: OrderId;
  readonly order: Order;
  readonly row: StoredRow;
  /** Whether it is among those that servers and trackers look at. */
  readonly isOpen: boolean;
  readonly nextActionAt?: WallTime;
  /** In the order of writing. */
  readonly events: readonly OrderEventRecord[];
  readonly fills: readonly Fill[];
  /** By number. */
  readonly attempts: readonly StoredAttempt[];
  /** Other orders under the same (account, client_order_id): there must be none. */
  readonly namesakes: readonly OrderId[];
}

/** An order of which something can't be read: no code of ours wrote it, or newer code did. */
export interface UnreadableOrder {
  readonly kind: "UNREADABLE";
  readonly orderId: OrderId;
  readonly reason: string;
}

/** Names a position, or without a position id the holding of (venue account, instrument). */
export interface BalanceKey extends VenueAccount {
  readonly positionId?: PositionId;
  readonly instrument: InstrumentId;
}

/** A position or holding beside the fills that it is the sum of. */
export interface AuditedBalance {
  readonly key: BalanceKey;
  /** Absent: there is no row. */
  readonly stored?: SignedQuantity;
  /** The sum of its signed fills, net of fees taken in base; absent where there were more than `fillsMax`. */
  readonly summed?: SignedQuantity;
}

/** PORT: what an audit reads. Every call sees one moment of the database, and never waits for a writer. */
export interface AuditReader {
  /** How much there is to read, about. */
  size(): Promise<{ readonly orders: number; readonly balances: number }>;
  /** Orders in the order of their ids, after `after`; at most `limit`. */
  orderIds(after: OrderId | undefined, limit: number): Promise<readonly OrderId[]>;
  /** Those that exist, in no order; at most 1,000 ids. Undefined where they have more than `eventsMax` events. */
  dossiers(
    orderIds: readonly OrderId[],
    eventsMax: number,
  ): Promise<readonly (OrderDossier | UnreadableOrder)[] | undefined>;
  /** The row that the store would write for `order`. */
  rowOf(order: Order): StoredRow;
  /** Positions, or holdings, in the order of their keys, after `after`; at most `limit`. */
  balanceKeys(
    of: "POSITIONS" | "HOLDINGS",
    after: BalanceKey | undefined,
    limit: number,
  ): Promise<readonly BalanceKey[]>;
  /** One for each key, in turn; at most 1,000. Not summed where that means reading more than `fillsMax` fills. */
  balances(keys: readonly BalanceKey[], fillsMax: number): Promise<readonly AuditedBalance[]>;
}
