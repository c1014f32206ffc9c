import {
  type AccountId,
  type AttemptWrite,
  accountId,
  addMs,
  changeOrder,
  clientOrderId,
  instrumentId,
  type LeaseFence,
  type Order,
  type OrderChange,
  type OrderEvent,
  orderId,
  placedRecord,
  positionId,
  price,
  quantity,
  type Random,
  submitKey,
  uuidV7,
  type VenueId,
  venueFillId,
  venueId,
  venueOrderId,
  wallTime,
  zeroAmount,
  zeroQuantity,
} from "@surefill/core";

/** The four durable transitions of one order: PENDING, SUBMITTED, CONFIRMING, FILLED. */
export type OrderLife = readonly [OrderChange, OrderChange, OrderChange, OrderChange];

export const venue: VenueId = venueId("paper");
export const instrument = instrumentId("BTC/USDT");

export function accountOf(number: number): AccountId {
  return accountId(`account-${number}`);
}

/**
 * Order `number` of a run, with everything that the server would write for it. Orders take turns with the accounts,
 * which `epochs` has the leases of.
 */
export function orderLife(number: number, epochs: readonly number[], random: Random): OrderLife {
  const at = wallTime(Date.now() * 1_000);
  const place = number % epochs.length;
  const account = accountOf(place);
  const id = orderId(uuidV7(at, random));
  const order: Order = {
    orderId: id,
    instruction: {
      clientOrderId: clientOrderId(`bench-${id.slice(0, 13)}-${number}`),
      account,
      venue,
      instrument,
      side: "BUY",
      pricing: { type: "LIMIT", timeInForce: "GTC", limitPrice: price("90000.5") },
      size: { in: "BASE", quantity: quantity("0.25") },
      expectedPrice: price("90000.5"),
      maxSlippageBps: 50,
      purpose: "ENTRY",
      strategyId: "trend",
      tags: { desk: "a" },
    },
    ...{ base: "BTC", quote: "USDT", positionId: positionId(id), simulated: true, requestedAt: at },
    trace: { traceId: id.replaceAll("-", ""), spanId: id.slice(24, 36).padStart(16, "0"), sampled: true },
    ...{ version: 1, attemptCount: 0, failedPrepares: 0, cumQuantity: zeroQuantity, cumQuoteQuantity: zeroAmount },
    ...{ fees: {}, expectedPrice: price("90000.5"), stateTimes: { PENDING: at }, updatedAt: at, state: "PENDING" },
  };
  const placed: OrderChange = { order, records: [placedRecord(order)], fills: [], postings: [] };
  const fence: LeaseFence = { venueAccount: { venue, account }, epoch: epochs[place] ?? 0 };
  const payload = Buffer.from(JSON.stringify({ symbol: instrument, quantity: "0.25", clientOrderId: id }));
  const prepared = next(
    placed,
    { type: "ATTEMPT_PREPARED", submitKey: submitKey(`${id}-1`), validUntil: addMs(at, 5_000) },
    { fence, attempt: { kind: "PREPARED", number: 1, payload } },
  );
  const answer: AttemptWrite = {
    ...{ kind: "ANSWERED", number: 1, outcome: "ACCEPTED", answeredAt: addMs(at, 2) },
    rawAnswer: `{"orderId":"v-${id}","status":"NEW"}`,
  };
  const accepted = next(prepared, { type: "ACCEPTED", venueOrderId: venueOrderId(`v-${id}`) }, { attempt: answer });
  const filled = next(accepted, {
    type: "FILLED_FULLY",
    fill: {
      venueFillId: venueFillId(`f-${id}`),
      venueOrderId: venueOrderId(`v-${id}`),
      lastQuantity: quantity("0.25"),
      lastPrice: price("90000.5"),
      fee: { asset: "USDT", amount: zeroAmount },
      liquidity: "TAKER",
      venueTime: at,
    },
  });
  return [placed, prepared, accepted, filled];
}

function next(
  before: OrderChange,
  event: OrderEvent,
  extras: Pick<OrderChange, "attempt" | "fence"> = {},
): OrderChange {
  const { order } = before;
  return { versionBefore: order.version, ...changeOrder(order, [event], addMs(order.updatedAt, 1)), ...extras };
}
