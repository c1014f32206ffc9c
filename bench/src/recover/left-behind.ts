import {
  type AttemptWrite,
  accountId,
  addMs,
  changeOrder,
  clientOrderId,
  type ExecutionReport,
  instrumentId,
  type Order,
  type OrderChange,
  type OrderEvent,
  type OrderState,
  orderError,
  orderId,
  placedRecord,
  positionId,
  price,
  quantity,
  type Random,
  type ReportedFill,
  submitKey,
  uuidV7,
  type VenueAccount,
  type VenueFill,
  venueFillId,
  venueId,
  venueOrderId,
  type WallTime,
  zeroAmount,
  zeroQuantity,
} from "@surefill/core";

export const venueAccount: VenueAccount = { venue: venueId("paper"), account: accountId("bench") };
export const instrument = instrumentId("BTC/USDT");

/** What the venue did with an order while nobody watched. */
export type Fate =
  /** It rests as it did. */
  | "OPEN"
  | "FILLED"
  /** The request never arrived. */
  | "NEVER_ARRIVED"
  /** Nothing was sent. */
  | "UNSENT";

/** One order as a killed process left it, and as the venue has it. */
export interface LeftBehind {
  readonly change: OrderChange;
  readonly fate: Fate;
  /** What the venue lists, where it is open there. */
  readonly report?: ExecutionReport;
  /** What the venue tells of it since the last fill that was recorded. */
  readonly newFill?: ReportedFill;
}

/** Shares of a hundred orders by state; the rest is CONFIRMING. */
const shares: readonly (readonly [OrderState, number])[] = [
  ["PARTIALLY_FILLED", 15],
  ["SUBMITTED", 10],
  ["IN_DOUBT", 10],
  ["CANCELLING", 2],
  ["FAILED", 2],
  ["PENDING", 1],
];

/** Orders that were filled, and that never arrived, while nobody watched: as many whatever the number of orders. */
const happened = { filled: 900, neverArrived: 20 } as const;

/** The state in which order `number` of a run was left. */
export function stateOf(number: number): OrderState {
  let below = 0;
  for (const [state, share] of shares) {
    below += share;
    // A stride that has no factor in common with 100 mixes the states.
    if ((number * 37) % 100 < below) return state;
  }
  return "CONFIRMING";
}

/** Orders that wait for a confirmation or a fill, in every state that a killed process can leave. */
export function* leftBehind(count: number, now: WallTime, random: Random): Generator<LeftBehind> {
  let filled = 0;
  let neverArrived = 0;
  for (let number = 0; number < count; number += 1) {
    const state = stateOf(number);
    const isUnknown = state === "SUBMITTED" || state === "IN_DOUBT";
    let fate: Fate = state === "PENDING" || state === "FAILED" ? "UNSENT" : "OPEN";
    if (isUnknown && neverArrived < Math.min(happened.neverArrived, count / 50)) {
      neverArrived += 1;
      fate = "NEVER_ARRIVED";
    } else if (fate === "OPEN" && filled < Math.min(happened.filled, count / 50)) {
      filled += 1;
      fate = "FILLED";
    }
    yield orderLeft(number, state, fate, addMs(now, -3_600_000 + number), random);
  }
}

function orderLeft(number: number, state: OrderState, fate: Fate, at: WallTime, random: Random): LeftBehind {
  const order = newOrder(number, at, random);
  const key = submitKey(`bench_${order.orderId}`);
  const name = venueOrderId(`v-${order.orderId}`);
  const fillOf = (id: string, lastQuantity: string): VenueFill => ({
    venueFillId: venueFillId(`${id}-${number}`),
    venueOrderId: name,
    lastQuantity: quantity(lastQuantity),
    lastPrice: price("90000.5"),
    fee: { asset: "USDT", amount: zeroAmount },
    liquidity: "MAKER",
    venueTime: at,
  });
  const prepared: OrderEvent = { type: "ATTEMPT_PREPARED", submitKey: key, validUntil: addMs(at, 5_000) };
  const accepted: OrderEvent = { type: "ACCEPTED", venueOrderId: name };
  const part: OrderEvent = { type: "FILLED_PARTLY", fill: fillOf("part", "0.1") };
  const lost = orderError("ANSWER_LOST", "no answer came within 15 s");
  const unreachable = orderError("VENUE_UNREACHABLE", "no connection");
  const later = addMs(at, 24 * 3_600_000);
  const histories: Partial<Record<OrderState, readonly OrderEvent[]>> = {
    SUBMITTED: [prepared],
    IN_DOUBT: [prepared, { type: "ANSWER_LOST", error: lost }],
    CONFIRMING: [prepared, accepted],
    PARTIALLY_FILLED: [prepared, accepted, part],
    CANCELLING: [
      prepared,
      accepted,
      { type: "CANCEL_REQUESTED", reason: "bench" },
      { type: "CANCEL_SENT", cancelAfter: later },
    ],
    FAILED: [{ type: "RETRY_SCHEDULED", error: unreachable, retryAt: later }],
  };
  const cum = state === "PARTIALLY_FILLED" ? "0.1" : "0";
  const rest = state === "PARTIALLY_FILLED" ? "0.15" : "0.25";
  return {
    change: changeOf(order, histories[state] ?? [], at),
    fate,
    ...(fate === "OPEN"
      ? {
          report: {
            submitKey: key,
            venueOrderId: name,
            evidence: { kind: "OPEN" },
            fills: [],
            cumQuantity: quantity(cum),
          },
        }
      : {}),
    ...(fate === "FILLED" ? { newFill: { submitKey: key, fill: fillOf("rest", rest) } } : {}),
  };
}

/** All that happened to an order as one change: only its end counts here. */
function changeOf(placed: Order, events: readonly OrderEvent[], at: WallTime): OrderChange {
  const { order, records, fills, postings } = changeOrder(placed, events, addMs(at, 1));
  const attempt: AttemptWrite | undefined =
    order.attemptCount === 0 ? undefined : { kind: "PREPARED", number: 1, payload: Buffer.from("bench") };
  const change = { order, records: [placedRecord(placed), ...records], fills, postings };
  return attempt === undefined ? change : { ...change, attempt };
}

function newOrder(number: number, at: WallTime, random: Random): Order {
  const id = orderId(uuidV7(at, random));
  return {
    orderId: id,
    instruction: {
      clientOrderId: clientOrderId(`bench-${number}`),
      ...venueAccount,
      instrument,
      side: "BUY",
      pricing: { type: "LIMIT", timeInForce: "GTC", limitPrice: price("90000.5") },
      size: { in: "BASE", quantity: quantity("0.25") },
      expectedPrice: price("90000.5"),
      purpose: "ENTRY",
      strategyId: "trend",
      tags: { desk: "a" },
    },
    ...{ base: "BTC", quote: "USDT", positionId: positionId(id), simulated: true, requestedAt: at },
    ...{ version: 1, attemptCount: 0, failedPrepares: 0, cumQuantity: zeroQuantity, cumQuoteQuantity: zeroAmount },
    ...{ fees: {}, expectedPrice: price("90000.5"), stateTimes: { PENDING: at }, updatedAt: at, state: "PENDING" },
  };
}
