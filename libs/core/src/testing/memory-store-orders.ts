import { venueAccountKey } from "../account/venue-account.ts";
import { SurefillError } from "../error/surefill-error.ts";
import { addSignedQuantity } from "../money/signed-quantity.ts";
import { fillKey } from "../order/fill.ts";
import { nextActionAt } from "../order/next-action-at.ts";
import { attemptOf, type Order } from "../order/order.ts";
import type { OrderId } from "../order/order-id.ts";
import { surplusDueAt } from "../order/surplus-attempt.ts";
import type { Position } from "../position/position.ts";
import type { Posting } from "../position/post-fill.ts";
import { changeFault } from "../store/change-fault.ts";
import { liveOrderOf } from "../store/live-order.ts";
import type { AttemptWrite, CommitResult, LeaseFence, OrderChange } from "../store/order-change.ts";
import type { OrderPosition, OrderStore, StoredAttempt } from "../store/order-store.ts";
import { keptRawAnswer } from "../store/raw-answer.ts";
import type { Clock } from "../time/clock.ts";
import { laterOf } from "../time/wall-time.ts";
import {
  clientKey,
  eventKey,
  fillRowKey,
  type MemoryTables,
  positionRowKey,
  submitRowKey,
} from "./memory-store-tables.ts";
import { tradingEpoch } from "./memory-store-trading.ts";

const rowsMax = 1_000;

/** The OrderStore over MemoryTables: a commit is checked as a whole, then applied in one turn of the event loop. */
export function memoryOrders(tables: MemoryTables, clock: Clock, open: () => void): OrderStore {
  return {
    async commit(change) {
      open();
      const refusal = refusalOf(tables, clock, change);
      if (refusal !== undefined) return refusal;
      apply(tables, change);
      return { kind: "COMMITTED" };
    },
    async find(orderId) {
      open();
      return tables.orders.get(orderId);
    },
    async findMany(orderIds) {
      open();
      if (orderIds.length > rowsMax) throw new RangeError(`${orderIds.length} ids in one call; at most ${rowsMax}`);
      return [...new Set(orderIds)].flatMap((id) => tables.orders.get(id) ?? []);
    },
    async findByClientOrderId(account, clientOrderId) {
      open();
      return orderBy(tables, tables.orderIdsByClientOrderId.get(clientKey({ account, clientOrderId })));
    },
    async findBySubmitKey(venue, submitKey) {
      open();
      return orderBy(tables, tables.orderIdsBySubmitKey.get(submitRowKey(venue, submitKey)));
    },
    async findByVenueOrderId({ venueAccount, instrument, venueOrderId }, placedSince) {
      open();
      return [...tables.orders.values()].find(
        (order) =>
          order.requestedAt >= placedSince &&
          venueAccountKey(order.instruction) === venueAccountKey(venueAccount) &&
          order.instruction.instrument === instrument &&
          (attemptOf(order)?.venueOrderId === venueOrderId ||
            (tables.fillsByOrder.get(order.orderId) ?? []).some((fill) => fill.venueOrderId === venueOrderId)),
      );
    },
    async firstPlacedAt(venueAccount) {
      open();
      const key = venueAccountKey(venueAccount);
      const all = [...tables.orders.values()].filter(({ instruction }) => venueAccountKey(instruction) === key);
      return all.sort(compareAge)[0]?.requestedAt;
    },
    async recordedFills(orderId) {
      open();
      return new Set((tables.fillsByOrder.get(orderId) ?? []).map(fillKey));
    },
    async attempts(orderId) {
      open();
      return tables.attempts.get(orderId) ?? [];
    },
    async due(venueAccounts, now, limit) {
      open();
      const keys = new Set(venueAccounts.map(venueAccountKey));
      return [...tables.open.values()]
        .filter((order) => keys.has(venueAccountKey(order.instruction)) && dueAt(order) <= now)
        .sort((a, b) => dueAt(a) - dueAt(b) || compareIds(a, b))
        .slice(0, limit);
    },
    async surplusDue(venueAccounts, now, limit) {
      open();
      const keys = new Set(venueAccounts.map(venueAccountKey));
      return [...tables.withSurplus.values()]
        .filter((order) => keys.has(venueAccountKey(order.instruction)) && surplusAt(order) <= now)
        .sort((a, b) => surplusAt(a) - surplusAt(b) || compareIds(a, b))
        .slice(0, limit);
    },
    async live({ venue, account }, limit, after) {
      open();
      return [...tables.open.values()]
        .filter(({ instruction }) => venue === undefined || instruction.venue === venue)
        .filter(({ instruction }) => account === undefined || instruction.account === account)
        .filter((order) => after === undefined || compareAge(order, after) > 0)
        .sort(compareAge)
        .slice(0, limit);
    },
    async scanLive(venueAccount, limit, { after, states } = {}) {
      open();
      return [...tables.open.values()]
        .filter(({ instruction }) => venueAccountKey(instruction) === venueAccountKey(venueAccount))
        .filter((order) => after === undefined || compareAge(order, after) > 0)
        .filter(({ state }) => states?.includes(state) ?? true)
        .sort(compareAge)
        .slice(0, limit)
        .map(liveOrderOf);
    },
  };
}

function orderBy(tables: MemoryTables, orderId: OrderId | undefined): Order | undefined {
  return orderId && tables.orders.get(orderId);
}

function dueAt(order: Order): number {
  return nextActionAt(order) ?? Number.POSITIVE_INFINITY;
}

function surplusAt(order: Order): number {
  return surplusDueAt(order) ?? Number.POSITIVE_INFINITY;
}

function compareIds(a: { readonly orderId: OrderId }, b: { readonly orderId: OrderId }): number {
  return a.orderId < b.orderId ? -1 : Number(a.orderId > b.orderId);
}

function compareAge(a: OrderPosition, b: OrderPosition): number {
  return a.requestedAt - b.requestedAt || compareIds(a, b);
}

function refusalOf(tables: MemoryTables, clock: Clock, change: OrderChange): CommitResult | undefined {
  const fault = changeFault(change);
  if (fault !== undefined) throw refused(change, fault);
  if (change.fence !== undefined && !holds(tables, clock, change.fence)) return { kind: "STALE_LEASE" };
  if ((change.fence?.tradingEpoch ?? Number.POSITIVE_INFINITY) < tradingEpoch(tables)) {
    return { kind: "STALE_TRADING_STATE" };
  }
  const { orderId, instruction } = change.order;
  if (change.versionBefore !== undefined) {
    if (tables.orders.get(orderId)?.version !== change.versionBefore) return { kind: "STALE_VERSION" };
  } else if (tables.orderIdsByClientOrderId.has(clientKey(instruction))) {
    return { kind: "DUPLICATE_ORDER" };
  }
  const violated = violatedConstraint(tables, change);
  if (violated !== undefined) throw refused(change, violated);
  return undefined;
}

function refused({ order }: OrderChange, reason: string): SurefillError {
  return new SurefillError("STORE_REFUSED", `order ${order.orderId}: ${reason}`, {
    context: { orderId: order.orderId },
  });
}

function holds(tables: MemoryTables, clock: Clock, { venueAccount, epoch }: LeaseFence): boolean {
  const lease = tables.leases.get(venueAccountKey(venueAccount));
  return lease !== undefined && lease.epoch === epoch && lease.expiresAt > clock.wall();
}

/** The unique constraints of the real stores. */
function violatedConstraint(tables: MemoryTables, change: OrderChange): string | undefined {
  const { order, versionBefore, attempt, fills, records } = change;
  if (versionBefore === undefined && tables.orders.has(order.orderId)) return "its order id is taken";
  const key = attemptOf(order)?.submitKey;
  if (attempt?.kind === "PREPARED" && key !== undefined) {
    if (tables.orderIdsBySubmitKey.has(submitRowKey(order.instruction.venue, key))) return "its submit key is taken";
    const numbers = (tables.attempts.get(order.orderId) ?? []).map(({ number }) => number);
    if (numbers.includes(attempt.number)) return `attempt ${attempt.number} exists`;
  }
  const fillKeys = fills.map(fillRowKey);
  if (fillKeys.some((fill) => tables.fills.has(fill)) || hasTwice(fillKeys)) return "a fill is recorded already";
  const eventKeys = records.map(eventKey);
  if (eventKeys.some((event) => tables.eventKeys.has(event)) || hasTwice(eventKeys)) return "an event exists already";
  return undefined;
}

function hasTwice(keys: readonly string[]): boolean {
  return new Set(keys).size < keys.length;
}

function apply(tables: MemoryTables, { order, records, attempt, fills, postings }: OrderChange): void {
  tables.putOrder(order);
  for (const record of records) tables.putEvent(record);
  for (const fill of fills) tables.putFill(fill);
  if (attempt !== undefined) writeAttempt(tables, order, attempt);
  for (const posting of postings) post(tables, posting);
  for (const listener of tables.listeners) queueMicrotask(listener);
}

function writeAttempt(tables: MemoryTables, order: Order, write: AttemptWrite): void {
  const before = tables.attempts.get(order.orderId) ?? [];
  if (write.kind === "PREPARED") {
    const attempt = attemptOf(order);
    if (attempt === undefined) return;
    const { number, submitKey, validUntil, preparedAt } = attempt;
    const stored = { number, submitKey, preparedAt, payload: write.payload.slice() };
    tables.attempts.set(order.orderId, [...before, validUntil === undefined ? stored : { ...stored, validUntil }]);
    tables.orderIdsBySubmitKey.set(submitRowKey(order.instruction.venue, submitKey), order.orderId);
    return;
  }
  tables.attempts.set(
    order.orderId,
    before.map((attempt) => (attempt.number === write.number ? answered(attempt, write) : attempt)),
  );
}

/** A later answer replaces an earlier one; its raw text stays where the later one has none. */
function answered(attempt: StoredAttempt, write: Extract<AttemptWrite, { kind: "ANSWERED" }>): StoredAttempt {
  const { outcome, answeredAt, rawAnswer } = write;
  return { ...attempt, outcome, answeredAt, ...(rawAnswer && { rawAnswer: keptRawAnswer(rawAnswer) }) };
}

function post(tables: MemoryTables, posting: Posting): void {
  const { positionId, change, at, venue, account, instrument, simulated } = posting;
  const key = positionRowKey({ ...posting, positionId: positionId ?? "" });
  const first = { venue, account, instrument, simulated, quantity: change, openedAt: at, updatedAt: at };
  if (positionId === undefined) tables.holdings.set(key, sum(tables.holdings.get(key), first));
  else tables.positions.set(key, sum(tables.positions.get(key), { ...first, positionId }));
}

function sum<T extends Pick<Position, "quantity" | "updatedAt">>(before: T | undefined, posted: T): T {
  if (before === undefined) return posted;
  const quantity = addSignedQuantity(before.quantity, posted.quantity);
  return { ...before, quantity, updatedAt: laterOf(before.updatedAt, posted.updatedAt) };
}
