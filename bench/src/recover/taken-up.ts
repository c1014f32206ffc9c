import {
  amount,
  type Desk,
  decimal,
  type Instrument,
  type Order,
  type OrderId,
  type OrderState,
  quantity,
} from "@surefill/core";
import { instrument, type LeftBehind } from "./left-behind.ts";

const waitMsMax = 120_000;
const pollMs = 50;

export const btcUsdt: Instrument = {
  symbol: instrument,
  base: "BTC",
  quote: "USDT",
  tickSize: decimal("0.5"),
  lotSize: decimal("0.0001"),
  quantityMin: quantity("0.0001"),
  quantityMax: quantity("100"),
  notionalMin: amount("10"),
};

export interface Outcome {
  readonly adopted: number;
  readonly filled: number;
  readonly proven_absent: number;
}

/**
 * Waits until the orders that a pass comes to last are settled: what never arrived is looked up one by one, once every
 * fill is recorded and every open order compared. @throws Error where it does not come to that.
 */
export async function takenUp({ store, clock }: Desk, orders: readonly LeftBehind[]): Promise<void> {
  const last = [
    ...orders.filter(({ fate }) => fate === "NEVER_ARRIVED"),
    ...orders.filter(({ fate }) => fate === "FILLED").slice(-1),
  ];
  const giveUpMs = clock.monotonicMs() + waitMsMax;
  let left = last.map(({ change }) => change.order.orderId);
  for (;;) {
    const rows = await store.orders.findMany(left);
    left = rows.filter(({ state }) => state !== "FAILED" && state !== "FILLED").map(({ orderId }) => orderId);
    if (left.length === 0) return;
    if (clock.monotonicMs() > giveUpMs) throw new Error(`not taken up within ${waitMsMax / 1_000} s`);
    await clock.sleep(pollMs);
  }
}

/** How every order ended up. @throws Error where one is not what the venue made of it. */
export async function outcomeOf(desk: Desk, orders: readonly LeftBehind[]): Promise<Outcome> {
  let [adopted, filled, absent] = [0, 0, 0];
  for (let from = 0; from < orders.length; from += 1_000) {
    const part = orders.slice(from, from + 1_000);
    const rows = await desk.store.orders.findMany(part.map(({ change }) => change.order.orderId));
    const byId = new Map<OrderId, Order>(rows.map((order) => [order.orderId, order]));
    for (const { change, fate } of part) {
      const { orderId, state: before } = change.order;
      const state = byId.get(orderId)?.state;
      if (fate === "UNSENT") continue;
      if (state !== expected(before, fate)) throw new Error(`${orderId} was ${before}, ${fate}, and is ${state}`);
      if (fate === "FILLED") filled += 1;
      else if (fate === "NEVER_ARRIVED") absent += 1;
      else if (before === "SUBMITTED" || before === "IN_DOUBT") adopted += 1;
    }
  }
  return { adopted, filled, proven_absent: absent };
}

function expected(before: OrderState, fate: LeftBehind["fate"]): OrderState {
  if (fate === "FILLED") return "FILLED";
  if (fate === "NEVER_ARRIVED") return "FAILED";
  return before === "SUBMITTED" || before === "IN_DOUBT" ? "CONFIRMING" : before;
}
