import type { ScopedTradingState } from "../account/trading-state.ts";
import { type VenueAccount, venueAccountKey } from "../account/venue-account.ts";
import type { ControlEvent } from "../event/control-event.ts";
import type { RateLedger } from "../gate/rate-ledger.ts";
import type { Fill } from "../order/fill.ts";
import { isTerminal, type Order } from "../order/order.ts";
import type { OrderEventRecord } from "../order/order-event-record.ts";
import type { ClientOrderId, OrderId } from "../order/order-id.ts";
import { surplusDueAt } from "../order/surplus-attempt.ts";
import type { Holding, Position } from "../position/position.ts";
import type { CancelAllCampaign, CancelAllTarget } from "../store/cancel-all-store.ts";
import type { KeptEvidence } from "../store/evidence-log.ts";
import type { FillCursor } from "../store/fill-cursors.ts";
import type { StoredAttempt } from "../store/order-store.ts";
import type { KeptFill } from "../store/unmatched-fills.ts";
import type { WallTime } from "../time/wall-time.ts";

/** A lease as it is stored; the row stays when the lease ends, for its epoch must go on growing. */
export interface MemoryLease {
  readonly owner: string;
  readonly epoch: number;
  readonly expiresAt: WallTime;
}

/** A holding with the time of its first posting, which lists are sorted by, for it never changes. */
export interface MemoryHolding extends Holding {
  readonly openedAt: WallTime;
}

/** What stores in memory share: the "database". Several stores over one of these are several processes on one file. */
export class MemoryTables {
  readonly orders = new Map<OrderId, Order>();
  /** Orders that are not final, so that `due` and `live` don't read all there ever were. */
  readonly open = new Map<OrderId, Order>();
  /** Orders of which a surplus attempt may be alive, ended ones too. */
  readonly withSurplus = new Map<OrderId, Order>();
  readonly orderIdsByClientOrderId = new Map<string, OrderId>();
  readonly attempts = new Map<OrderId, readonly StoredAttempt[]>();
  readonly orderIdsBySubmitKey = new Map<string, OrderId>();
  readonly fills = new Map<string, Fill>();
  readonly fillsByOrder = new Map<OrderId, readonly Fill[]>();
  /** In commit order: an event's place is its sequence number. */
  readonly events: OrderEventRecord[] = [];
  readonly eventKeys = new Set<string>();
  readonly eventPlacesByOrder = new Map<OrderId, readonly number[]>();
  readonly positions = new Map<string, Position>();
  readonly holdings = new Map<string, MemoryHolding>();
  readonly leases = new Map<string, MemoryLease>();
  readonly evidence = new Map<OrderId, readonly KeptEvidence[]>();
  readonly fillCursors = new Map<string, FillCursor>();
  /** In the order of keeping. */
  readonly unmatchedFills = new Map<string, KeptFill>();
  unmatchedFillCount = 0;
  /** By scope, ACTIVE ones too. */
  readonly tradingStates = new Map<string, ScopedTradingState>();
  readonly controlEvents: ControlEvent[] = [];
  /** By venue account; the version counts replacements. */
  readonly rateLedgers = new Map<string, { readonly version: number; readonly ledger: RateLedger }>();
  readonly cancelAlls = new Map<string, CancelAllCampaign>();
  readonly cancelAllTargets = new Map<string, Map<string, CancelAllTarget>>();
  readonly listeners = new Set<() => void>();

  putOrder(order: Order): void {
    this.orders.set(order.orderId, order);
    this.orderIdsByClientOrderId.set(clientKey(order.instruction), order.orderId);
    if (isTerminal(order)) this.open.delete(order.orderId);
    else this.open.set(order.orderId, order);
    if (surplusDueAt(order) === undefined) this.withSurplus.delete(order.orderId);
    else this.withSurplus.set(order.orderId, order);
  }

  putEvent(record: OrderEventRecord): void {
    const place = this.events.push(record) - 1;
    this.eventKeys.add(eventKey(record));
    append(this.eventPlacesByOrder, record.orderId, place);
  }

  putFill(fill: Fill): void {
    this.fills.set(fillRowKey(fill), fill);
    append(this.fillsByOrder, fill.orderId, fill);
  }
}

function append<K, V>(map: Map<K, readonly V[]>, key: K, value: V): void {
  map.set(key, [...(map.get(key) ?? []), value]);
}

export function clientKey(of: { readonly account: string; readonly clientOrderId: ClientOrderId }): string {
  return `${of.account}/${of.clientOrderId}`;
}

export function submitRowKey(venue: string, submitKey: string): string {
  return `${venue}/${submitKey}`;
}

export function eventKey({ orderId, version, type }: OrderEventRecord): string {
  return `${orderId}/${version}/${type}`;
}

/** Unique by (venue account, instrument, venue order id, venue fill id). */
export function fillRowKey(fill: Fill): string {
  return JSON.stringify([venueAccountKey(fill), fill.instrument, fill.venueOrderId, fill.venueFillId]);
}

export function positionRowKey(
  of: VenueAccount & { readonly instrument: string; readonly positionId: string },
): string {
  return [venueAccountKey(of), of.positionId, of.instrument].join("/");
}
