import fc from "fast-check";
import { accountId } from "../account/account-id.ts";
import { errorCodes, isErrorCode } from "../error/error-code.ts";
import { type OrderError, orderError } from "../error/order-error.ts";
import { instrumentId } from "../instrument/instrument.ts";
import { amount, zeroAmount } from "../money/amount.ts";
import { type Price, price } from "../money/price.ts";
import { quantity, zeroQuantity } from "../money/quantity.ts";
import { applyEvent } from "../order/apply-event.ts";
import { changeOrder, placedRecord } from "../order/change-order.ts";
import { type VenueFill, venueFillId } from "../order/fill.ts";
import { expectedPriceOf, type Instruction } from "../order/instruction.ts";
import { isTerminal, type Order } from "../order/order.ts";
import type { OrderEvent, OrderEventType } from "../order/order-event.ts";
import { clientOrderId, orderId, submitKey, venueOrderId } from "../order/order-id.ts";
import type { OrderNotice } from "../order/order-notice.ts";
import { positionId } from "../position/position-id.ts";
import type { AttemptWrite, OrderChange } from "../store/order-change.ts";
import { addMs, wallTime } from "../time/wall-time.ts";
import { venueId } from "../venue/venue-id.ts";

/** The changes of one order from its first to wherever it came, as a store gets them. */
export type OrderLife = readonly [OrderChange, ...OrderChange[]];

const stepsMax = 12;
const idText = fc.stringMatching(/^[A-Za-z0-9_-]{1,36}$/);
/** What people and venues write: quotes, backslashes, line ends, astral characters; no NUL, which no gateway lets in. */
const freeText = fc
  .string({ unit: "grapheme", maxLength: 20 })
  .filter((text) => !text.includes("\0") && text.isWellFormed());
const someText = freeText.filter((text) => text.length > 0);
const assets = fc.stringMatching(/^[A-Z0-9]{1,12}$/);
const digits = fc.bigInt({ min: 1n, max: 10n ** 30n - 1n });

/** A decimal greater than zero with up to 30 digits, up to 18 of them after the point. */
const positiveText = fc.tuple(digits, fc.integer({ min: 0, max: 18 })).map(([value, scale]) => {
  const text = value.toString().padStart(scale + 1, "0");
  return scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`;
});
const prices = positiveText.map(price);
const quantities = positiveText.map(quantity);
const amounts = fc.tuple(fc.constantFrom("", "-"), positiveText).map(([sign, text]) => amount(sign + text));
/** Between 2020 and 2033, to the microsecond. */
const times = fc.integer({ min: 1_577_836_800_000_000, max: 2_000_000_000_000_000 }).map(wallTime);
const codes = Object.keys(errorCodes).filter(isErrorCode);
const tags = fc.dictionary(someText, freeText, { maxKeys: 3, noNullPrototype: true });
const errors: fc.Arbitrary<OrderError> = fc
  .tuple(fc.constantFrom(...codes), freeText, tags)
  .map(([code, message, context]) => orderError(code, message, context));

/** A record whose optional fields are absent, never undefined. */
function present<T extends object, O extends object>(
  required: T,
  optional: { [K in keyof O]: O[K] | undefined },
): T & O {
  const entries = Object.entries(optional).filter(([, value]) => value !== undefined);
  return { ...required, ...(Object.fromEntries(entries) as O) };
}

/** Plain objects: fast-check makes some without a prototype, which no decoder does. */
function record<T>(arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> }) {
  return fc.record(arbitraries, { noNullPrototype: true });
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const pricings: fc.Arbitrary<Instruction["pricing"]> = fc.oneof(
  record({ type: fc.constant("MARKET" as const), timeInForce: fc.constantFrom("IOC" as const, "FOK" as const) }),
  record({
    type: fc.constant("LIMIT" as const),
    timeInForce: fc.constantFrom("GTC" as const, "IOC" as const, "FOK" as const),
    limitPrice: prices,
  }),
  record({
    type: fc.constant("LIMIT" as const),
    timeInForce: fc.constant("GTC" as const),
    limitPrice: prices,
    postOnly: fc.constant(true as const),
  }),
  record({
    required: record({
      type: fc.constantFrom("STOP_LOSS" as const, "TAKE_PROFIT" as const),
      timeInForce: fc.constant("GTC" as const),
      triggerPrice: prices,
    }),
    optional: record({ limitPrice: maybe(prices) }),
  }).map(({ required, optional }) => present<typeof required, { limitPrice?: Price }>(required, optional)),
);

const sizes: fc.Arbitrary<Instruction["size"]> = fc.oneof(
  record({ in: fc.constant("BASE" as const), quantity: quantities }),
  record({ in: fc.constant("QUOTE" as const), amount: positiveText.map(amount) }),
);

const instructions: fc.Arbitrary<Instruction> = record({
  required: record({
    clientOrderId: idText.map(clientOrderId),
    account: idText.map(accountId),
    venue: fc.constantFrom("paper", "binance", "0x").map(venueId),
    instrument: fc.stringMatching(/^[!-~]{1,64}$/).map(instrumentId),
    side: fc.constantFrom("BUY" as const, "SELL" as const),
    pricing: pricings,
    size: sizes,
    purpose: fc.constantFrom("ENTRY" as const, "EXIT" as const, "STOP" as const, "TARGET" as const),
    tags,
  }),
  optional: record({
    expectedPrice: maybe(prices),
    expireTime: maybe(times),
    executionTimeoutMs: maybe(fc.integer({ min: 0, max: 2_000_000_000 })),
    maxSlippageBps: maybe(fc.integer({ min: 0, max: 10_000 })),
    positionId: maybe(idText.map(positionId)),
    strategyId: maybe(someText),
  }),
}).map(({ required, optional }) => present<typeof required, Partial<Instruction>>(required, optional));

const traces = record({
  trace: fc.bigInt({ min: 1n, max: 2n ** 128n - 1n }),
  parent: fc.boolean(),
  sampled: fc.boolean(),
}).map(({ trace, parent, sampled }) => {
  const traceId = trace.toString(16).padStart(32, "0");
  const spanId = traceId.slice(0, 16);
  return parent ? { traceId, spanId, parentSpanId: traceId.slice(16), sampled } : { traceId, spanId, sampled };
});

const firstOrders: fc.Arbitrary<Order> = record({
  id: fc.uuid({ version: 7 }).map(orderId),
  instruction: instructions,
  assets: fc.tuple(assets, assets),
  simulated: fc.boolean(),
  requestedAt: times,
  trace: maybe(traces),
  phase: fc.oneof(
    { arbitrary: fc.constant({ state: "PENDING" as const }), weight: 6 },
    { weight: 2, arbitrary: record({ state: fc.constant("AWAITING_CONFIRMATION" as const), confirmBy: times }) },
    { arbitrary: fc.constant({ state: "DENIED" as const }), weight: 1 },
  ),
  error: errors,
}).map(({ id, instruction, assets: [base, quote], simulated, requestedAt, trace, phase, error }) => {
  const expectedPrice = expectedPriceOf(instruction);
  return {
    ...{ orderId: id, instruction, base, quote, simulated, requestedAt },
    ...(trace === undefined ? {} : { trace }),
    positionId: instruction.positionId ?? positionId(id),
    ...{ version: 1, attemptCount: 0, failedPrepares: 0, cumQuantity: zeroQuantity, cumQuoteQuantity: zeroAmount },
    ...{ fees: {}, stateTimes: { [phase.state]: requestedAt }, updatedAt: requestedAt },
    ...(expectedPrice === undefined ? {} : { expectedPrice }),
    ...(phase.state === "DENIED" ? { lastError: error } : {}),
    ...phase,
  };
});

/** Values for one event, whichever it will be; ids are made unique by the order's id and version. */
const eventParts = record({
  pick: fc.noBias(fc.nat()),
  /** Whether it may end the order; most steps may not, so that lives get far. */
  mayEnd: fc.noBias(fc.nat({ max: 5 })).map((value) => value === 0),
  delayMs: fc.integer({ min: 0, max: 100_000 }),
  error: errors,
  at: times,
  reason: freeText,
  quotedPrice: maybe(prices),
  validUntil: maybe(times),
  named: fc.boolean(),
  lastQuantity: quantities,
  lastPrice: prices,
  fee: maybe(record({ asset: assets, amount: amounts })),
  liquidity: maybe(fc.constantFrom("MAKER" as const, "TAKER" as const)),
  joined: fc.boolean(),
  earlierAttempt: fc.boolean(),
  payload: fc.uint8Array({ maxLength: 40 }),
  rawAnswer: maybe(freeText),
});
type EventParts = typeof eventParts extends fc.Arbitrary<infer T> ? T : never;

/** Makes an event of each type; a type without an entry does not compile. */
const makers: {
  readonly [T in OrderEventType]: (order: Order, parts: EventParts) => Extract<OrderEvent, { type: T }>;
} = {
  CONFIRMED: () => ({ type: "CONFIRMED" }),
  DECLINED: () => ({ type: "DECLINED" }),
  CONFIRMATION_LAPSED: () => ({ type: "CONFIRMATION_LAPSED" }),
  DENIED: (_, { error }) => ({ type: "DENIED", error }),
  ATTEMPT_PREPARED: (order, { quotedPrice, validUntil }) =>
    present(
      { type: "ATTEMPT_PREPARED" as const, submitKey: submitKey(`${order.orderId}-${order.attemptCount + 1}`) },
      { quotedPrice, validUntil },
    ),
  RETRY_SCHEDULED: (_, { error, at }) => ({ type: "RETRY_SCHEDULED", error, retryAt: at }),
  FAILED: (_, { error }) => ({ type: "FAILED", error }),
  REJECTED: (_, { error }) => ({ type: "REJECTED", error }),
  ANSWER_LOST: (_, { error }) => ({ type: "ANSWER_LOST", error }),
  VANISHED: (_, { error }) => ({ type: "VANISHED", error }),
  CONTRADICTED: (_, { error }) => ({ type: "CONTRADICTED", error }),
  ACCEPTED: ({ orderId: id }, { named }) =>
    named ? { type: "ACCEPTED", venueOrderId: venueOrderId(`v-${id}`) } : { type: "ACCEPTED" },
  ADOPTED: ({ orderId: id }, { reason, error }) => ({
    ...{ type: "ADOPTED", venueOrderId: venueOrderId(`v-${id}`), operator: error.message, reason },
  }),
  DECLARED_DEAD: (_, { reason, error }) => ({ type: "DECLARED_DEAD", operator: error.message, reason }),
  LANDED: (_, { at }) => ({ type: "LANDED", landedAt: at }),
  FILLED_PARTLY: (order, parts) => ({ type: "FILLED_PARTLY", fill: fillOf(order, parts), ...earlierAttempt(parts) }),
  FILLED_FULLY: (order, parts) => ({ type: "FILLED_FULLY", fill: fillOf(order, parts), ...earlierAttempt(parts) }),
  COMPLETED: () => ({ type: "COMPLETED" }),
  CANCEL_REQUESTED: (_, { reason }) => ({ type: "CANCEL_REQUESTED", reason }),
  EXPIRE_TIME_PASSED: () => ({ type: "EXPIRE_TIME_PASSED" }),
  CANCEL_STARTED: () => ({ type: "CANCEL_STARTED" }),
  CANCEL_SENT: (_, { at }) => ({ type: "CANCEL_SENT", cancelAfter: at }),
  CANCEL_UNANSWERED: (_, { error, at }) => ({ type: "CANCEL_UNANSWERED", error, cancelAfter: at }),
  CANCEL_REFUSED: (_, { error }) => ({ type: "CANCEL_REFUSED", error }),
  CANCELLED: () => ({ type: "CANCELLED" }),
  EXPIRED: () => ({ type: "EXPIRED" }),
  SURPLUS_ATTEMPT: (order, { named, joined, at, earlierAttempt }) => ({
    type: "SURPLUS_ATTEMPT",
    attempt: present(
      { submitKey: submitKey(`${order.orderId}-${earlierAttempt ? 1 : order.attemptCount}`), foundAt: at },
      { cancelAfter: joined ? at : undefined, venueOrderId: named ? venueOrderId(`s-${order.orderId}`) : undefined },
    ),
  }),
};

/** Every type of event there is. */
export const orderEventTypes: readonly string[] = Object.keys(makers);

/** Every notice that a change of an order can give. */
export const orderNoticeTypes = [
  "EXECUTION_STARTED",
  "EXECUTED",
  "EXECUTION_FAILED",
  "RECOVERED",
  "SLIPPAGE_EXCEEDED",
] as const satisfies readonly OrderNotice["type"][];

function earlierAttempt(parts: EventParts): { readonly earlierAttempt?: true } {
  return parts.earlierAttempt ? { earlierAttempt: true } : {};
}

function fillOf({ orderId: id, version }: Order, parts: EventParts): VenueFill {
  const { lastQuantity, lastPrice, fee, liquidity, at } = parts;
  return present(
    {
      venueFillId: venueFillId(`f-${id}-${version}`),
      venueOrderId: venueOrderId(`v-${id}`),
      lastQuantity,
      lastPrice,
      venueTime: at,
    },
    { fee, liquidity },
  );
}

/** One of the events that the order takes, or undefined at an end that takes none. */
function nextEvent(order: Order, parts: EventParts): OrderEvent | undefined {
  const applied = Object.values(makers).flatMap((make) => {
    const event = make(order, parts);
    const after = applyEvent(order, event, order.updatedAt);
    return after.ok ? [{ event, ends: isTerminal(after.order) }] : [];
  });
  const going = parts.mayEnd ? applied : applied.filter(({ ends }) => !ends);
  const choice = going.length === 0 ? applied : going;
  return choice[parts.pick % Math.max(choice.length, 1)]?.event;
}

function lifeOf(first: Order, steps: readonly EventParts[]): OrderLife {
  const changes: [OrderChange, ...OrderChange[]] = [
    { order: first, records: [placedRecord(first)], fills: [], postings: [] },
  ];
  let order = first;
  for (let at = 0; at < steps.length; at += 1) {
    const parts = steps[at];
    const event = parts && nextEvent(order, parts);
    if (parts === undefined || event === undefined) break;
    const events = [event];
    // Some changes hold two events, as a report with a fill and an end does; never two attempts.
    const next = steps[at + 1];
    if (parts.joined && next !== undefined) {
      const between = changeOrder(order, events, addMs(order.updatedAt, parts.delayMs)).order;
      const second = nextEvent(between, next);
      if (second !== undefined && !events.some(({ type }) => type === second.type)) events.push(second);
      if (events.length === 2) at += 1;
    }
    const recovered = parts.earlierAttempt;
    const after = changeOrder(order, events, addMs(order.updatedAt, parts.delayMs), { recovered });
    const attempt = attemptWrite(order, after.order, events, parts);
    changes.push({ versionBefore: order.version, ...after, ...(attempt === undefined ? {} : { attempt }) });
    order = after.order;
  }
  return changes;
}

function attemptWrite(
  before: Order,
  after: Order,
  events: readonly OrderEvent[],
  { payload, rawAnswer, at }: EventParts,
): AttemptWrite | undefined {
  if (after.attemptCount > before.attemptCount) return { kind: "PREPARED", number: after.attemptCount, payload };
  const answers = events.some(({ type }) => type === "ACCEPTED" || type === "REJECTED");
  if (!answers || after.attemptCount === 0) return undefined;
  return present(
    { kind: "ANSWERED" as const, number: after.attemptCount, outcome: "ACCEPTED" as const, answeredAt: at },
    { rawAnswer },
  );
}

/** Lives of orders through random rows of the transition table, with random values wherever a value is free. */
export const orderLives: fc.Arbitrary<OrderLife> = fc
  .tuple(firstOrders, fc.array(eventParts, { minLength: 3, maxLength: stepsMax, size: "max" }))
  .map(([first, steps]) => lifeOf(first, steps));
