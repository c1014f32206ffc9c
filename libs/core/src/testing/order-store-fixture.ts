import { type AccountId, accountId } from "../account/account-id.ts";
import type { ErrorCode } from "../error/error-code.ts";
import { orderError } from "../error/order-error.ts";
import { SurefillError } from "../error/surefill-error.ts";
import type { EventCursor, EventFilter, LoggedEvent } from "../event/event-log.ts";
import { SeededRandom } from "../id/seeded-random.ts";
import { uuidV7 } from "../id/uuid-v7.ts";
import { type InstrumentId, instrumentId } from "../instrument/instrument.ts";
import { amount, zeroAmount } from "../money/amount.ts";
import { price } from "../money/price.ts";
import { quantity, zeroQuantity } from "../money/quantity.ts";
import { changeOrder, placedRecord } from "../order/change-order.ts";
import { venueFillId } from "../order/fill.ts";
import { type Pricing, type Purpose, type Side, triggerPriceOf } from "../order/instruction.ts";
import type { Order } from "../order/order.ts";
import type { OrderEvent } from "../order/order-event.ts";
import type { OrderEventRecord } from "../order/order-event-record.ts";
import {
  type ClientOrderId,
  clientOrderId,
  type OrderId,
  orderId,
  type SubmitKey,
  submitKey,
  type VenueOrderId,
  venueOrderId,
} from "../order/order-id.ts";
import { type PositionId, positionId } from "../position/position-id.ts";
import type { AttemptWrite, CommitResult, OrderChange } from "../store/order-change.ts";
import type { Store } from "../store/store.ts";
import { addMs, type WallTime, wallTime } from "../time/wall-time.ts";
import { type VenueId, venueId } from "../venue/venue-id.ts";

const random = new SeededRandom(20_260_101);
let count = 0;

/** 2026-01-01T00:00:00.000001Z: an odd microsecond, which a store that cuts to milliseconds would lose. */
export const placedAt = wallTime(1_767_225_600_000_001);
/** Every step of an order in these changes comes so much later than the one before. */
const stepMs = 1.001;

/** An account that no other test of the same database has orders of. */
export function freshAccount(): AccountId {
  count += 1;
  return accountId(`account-${count}`);
}

export interface PlacedOptions {
  readonly orderId?: OrderId;
  readonly account?: AccountId;
  readonly venue?: VenueId;
  readonly instrument?: InstrumentId;
  readonly clientOrderId?: ClientOrderId;
  readonly side?: Side;
  readonly pricing?: Pricing;
  readonly purpose?: Purpose;
  readonly quantity?: string;
  readonly positionId?: PositionId;
  readonly strategyId?: string;
  readonly at?: WallTime;
}

/** A new order in PENDING: a limit order for 2 BTC by default, with ids of its own. */
export function placed(options: PlacedOptions = {}): OrderChange {
  count += 1;
  const at = options.at ?? placedAt;
  const waitsFor = options.pricing && triggerPriceOf(options.pricing);
  const id = options.orderId ?? orderId(uuidV7(at, random));
  const order: Order = {
    orderId: id,
    instruction: {
      clientOrderId: options.clientOrderId ?? clientOrderId(`client-${count}`),
      account: options.account ?? freshAccount(),
      venue: options.venue ?? venueId("paper"),
      instrument: options.instrument ?? instrumentId("BTC/USDT"),
      side: options.side ?? "BUY",
      pricing: options.pricing ?? { type: "LIMIT", timeInForce: "GTC", limitPrice: price("90000.5") },
      size: { in: "BASE", quantity: quantity(options.quantity ?? "2") },
      purpose: options.purpose ?? "ENTRY",
      ...(options.positionId === undefined ? {} : { positionId: options.positionId }),
      ...(options.strategyId === undefined ? {} : { strategyId: options.strategyId }),
      tags: { desk: "a" },
    },
    base: "BTC",
    quote: "USDT",
    positionId: options.positionId ?? positionId(id),
    simulated: true,
    requestedAt: at,
    version: 1,
    attemptCount: 0,
    failedPrepares: 0,
    cumQuantity: zeroQuantity,
    cumQuoteQuantity: zeroAmount,
    fees: {},
    stateTimes: { PENDING: at },
    ...(waitsFor === undefined ? {} : { expectedPrice: waitsFor }),
    updatedAt: at,
    state: "PENDING",
  };
  return { order, records: [placedRecord(order)], fills: [], postings: [] };
}

/** What `events` change in an order, written on top of the version it has. */
export function changed(
  { order }: { readonly order: Order },
  events: readonly OrderEvent[],
  extras: Pick<OrderChange, "attempt" | "fence"> = {},
): OrderChange {
  const after = changeOrder(order, events, addMs(order.updatedAt, stepMs));
  return { versionBefore: order.version, ...after, ...extras };
}

/** PENDING → SUBMITTED, with the attempt. */
export function prepared(
  before: { readonly order: Order },
  options: Pick<OrderChange, "fence"> & { readonly submitKey?: SubmitKey } = {},
): OrderChange {
  const number = before.order.attemptCount + 1;
  const event: OrderEvent = {
    type: "ATTEMPT_PREPARED",
    submitKey: options.submitKey ?? submitKey(`${before.order.orderId}-${number}`),
    validUntil: addMs(before.order.updatedAt, 5_000),
    quotedPrice: price("90000.25"),
  };
  const attempt: AttemptWrite = { kind: "PREPARED", number, payload: Uint8Array.of(0, 255, number) };
  return changed(before, [event], { attempt, ...(options.fence === undefined ? {} : { fence: options.fence }) });
}

/** SUBMITTED → CONFIRMING, with the venue's answer. */
export function accepted(before: { readonly order: Order }): OrderChange {
  const { order } = before;
  const attempt: AttemptWrite = {
    kind: "ANSWERED",
    number: order.attemptCount,
    outcome: "ACCEPTED",
    rawAnswer: '{"status":"NEW"}',
    answeredAt: addMs(order.updatedAt, stepMs),
  };
  return changed(before, [{ type: "ACCEPTED", venueOrderId: venueOrderId(`v-${order.orderId}`) }], { attempt });
}

/** SUBMITTED → IN_DOUBT at `at`. */
export function inDoubt({ order }: { readonly order: Order }, at: WallTime): OrderChange {
  const error = orderError("ANSWER_LOST", "no answer");
  return { versionBefore: order.version, ...changeOrder(order, [{ type: "ANSWER_LOST", error }], at) };
}

export interface FilledOptions {
  readonly quantity?: string;
  readonly price?: string;
  readonly feeInBase?: string;
  readonly fillId?: string;
  readonly venueOrderId?: VenueOrderId;
}

/** A fill of all that is ordered, or of a part: FILLED, or PARTIALLY_FILLED. */
export function filled(before: { readonly order: Order }, options: FilledOptions = {}): OrderChange {
  const { order } = before;
  const { size } = order.instruction;
  const whole = size.in === "BASE" ? size.quantity : "1";
  const lastQuantity = quantity(options.quantity ?? whole);
  const fill = {
    venueFillId: venueFillId(options.fillId ?? `f-${order.orderId}-${order.version}`),
    venueOrderId: options.venueOrderId ?? venueOrderId(`v-${order.orderId}`),
    lastQuantity,
    lastPrice: price(options.price ?? "90000.5"),
    ...(options.feeInBase === undefined ? {} : { fee: { asset: order.base, amount: amount(options.feeInBase) } }),
    liquidity: "TAKER",
    venueTime: order.updatedAt,
  } as const;
  return changed(before, [{ type: lastQuantity === whole ? "FILLED_FULLY" : "FILLED_PARTLY", fill }]);
}

/** The four changes of the happy path: PENDING, SUBMITTED, CONFIRMING, FILLED. */
export function happyPath(options: PlacedOptions = {}): readonly [OrderChange, OrderChange, OrderChange, OrderChange] {
  const first = placed(options);
  const second = prepared(first);
  const third = accepted(second);
  return [first, second, third, filled(third)];
}

/** An order that the venue has, committed step by step. */
export async function commitOpen({ orders }: Store, options: PlacedOptions = {}): Promise<OrderChange> {
  const [first, second, third] = happyPath(options);
  for (const change of [first, second, third]) await orders.commit(change);
  return third;
}

/** An order whose first attempt was not sent and that is due again at `retryAt`, committed step by step. */
export async function commitRetrying({ orders }: Store, options: PlacedOptions & { readonly retryAt?: WallTime } = {}) {
  const first = placed(options);
  const second = prepared(first);
  const { updatedAt } = second.order;
  const error = orderError("VENUE_UNREACHABLE", "no connection", { host: "venue" });
  const third = changed(second, [{ type: "RETRY_SCHEDULED", error, retryAt: options.retryAt ?? addMs(updatedAt, 1) }], {
    attempt: { kind: "ANSWERED", number: 1, outcome: "NOT_SENT", answeredAt: updatedAt },
  });
  for (const change of [first, second, third]) await orders.commit(change);
  return third;
}

/** Everything that a store holds of an order and its account: what a refused change must leave as it was. */
export async function traceOf({ orders, events, lists }: Store, { orderId, instruction }: Order) {
  const { account } = instruction;
  const page = { size: 1_000 };
  return {
    order: await orders.find(orderId),
    attempts: await orders.attempts(orderId),
    recordedFills: await orders.recordedFills(orderId),
    events: await events.ofOrder(orderId, 1_000),
    fills: await lists.fills({ account }, page),
    positions: await lists.positions({ account }, page),
    holdings: await lists.holdings({ account }, page),
  };
}

/** The versions that a history's transitions lead to, without what is told beside them. */
export function transitionVersions(events: readonly OrderEventRecord[]): readonly number[] {
  return events.filter(({ type }) => type === "order.transition").map(({ version }) => version);
}

/** The code of the error that a call ends with, or "none". */
export async function codeOf(call: Promise<unknown>): Promise<ErrorCode | "none"> {
  try {
    await call;
    return "none";
  } catch (thrown) {
    return SurefillError.from(thrown).code;
  }
}

/** How long the stream may bring nothing once all is written: other databases of a server can hold it back. */
export const streamWaitMsMax = 15_000;

/** Events behind `cursor`, once `count` of them are there: what is durable may come into the stream a little later. */
export async function streamed(
  { events }: Store,
  cursor: EventCursor,
  filter: EventFilter,
  count: number,
): Promise<readonly LoggedEvent[]> {
  const giveUpMs = performance.now() + streamWaitMsMax;
  for (;;) {
    const found = await events.after(cursor, filter, 100);
    if (found.length >= count || performance.now() > giveUpMs) return found;
    await new Promise(setImmediate);
  }
}

/** What a commit ends with: the kind of its result, or the code of its error. */
export async function outcomeOf(commit: Promise<CommitResult>): Promise<CommitResult["kind"] | ErrorCode> {
  try {
    return (await commit).kind;
  } catch (thrown) {
    return SurefillError.from(thrown).code;
  }
}
