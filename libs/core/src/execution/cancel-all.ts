import type { AccountId } from "../account/account-id.ts";
import type { Desk } from "../desk/desk.ts";
import type { InstrumentId } from "../instrument/instrument.ts";
import { isTerminal, type Order } from "../order/order.ts";
import type { OrderId } from "../order/order-id.ts";
import type { OrderPosition } from "../store/order-store.ts";
import type { VenueId } from "../venue/venue-id.ts";
import { requestCancel } from "./request-cancel.ts";

/** Which of our orders; absent fields don't narrow. */
export interface CancelScope {
  readonly account?: AccountId;
  readonly venue?: VenueId;
  readonly instrument?: InstrumentId;
  /** Who asks or why; recorded with each order. */
  readonly reason: string;
}

/**
 * How far a CancelAll is. Of `requested` the wish to cancel is durable. `remaining` comes with the last progress: orders
 * that are still live.
 */
export interface CancelAllProgress {
  readonly targets: number;
  readonly requested: number;
  readonly closed: number;
  readonly done: boolean;
  readonly remaining: readonly Order[];
}

const pageMax = 500;
const readMax = 1_000;
/** How long the venues may take to end what was cancelled before the rest is listed. */
const waitMsMax = 60_000;
const progressEveryMs = 100;

/**
 * Makes a cancel request durable for every order in the scope that is live when it is read, then follows these orders
 * until all have ended or a minute has passed. `act` gets each order that a cancel is due for.
 */
export async function* cancelAll(
  desk: Desk,
  scope: CancelScope,
  act: (order: Order) => void,
  signal: AbortSignal,
): AsyncGenerator<CancelAllProgress> {
  const open = new Map<OrderId, Order>();
  let targets = 0;
  let requested = 0;
  let closed = 0;
  for await (const page of livePages(desk, scope)) {
    targets += page.length;
    for (const { order, asked } of await Promise.all(page.map((order) => ask(desk, order, scope.reason)))) {
      if (asked) requested += 1;
      if (isTerminal(order)) closed += 1;
      else open.set(order.orderId, order);
      if (order.state === "CANCELLING") act(order);
    }
    yield { targets, requested, closed, done: false, remaining: [] };
  }
  const deadlineMs = desk.clock.monotonicMs() + waitMsMax;
  while (open.size > 0 && !signal.aborted && desk.clock.monotonicMs() < deadlineMs) {
    await desk.clock.sleep(progressEveryMs, signal);
    const before = closed;
    closed += await dropEnded(desk, open);
    if (closed > before && open.size > 0) yield { targets, requested, closed, done: false, remaining: [] };
  }
  yield { targets, requested, closed, done: true, remaining: [...open.values()] };
}

/** One order that can't be asked to be cancelled must not keep the others from it: it is listed as remaining. */
async function ask(
  desk: Desk,
  order: Order,
  reason: string,
): Promise<{ readonly order: Order; readonly asked: boolean }> {
  try {
    return { order: await requestCancel(desk, order, reason), asked: true };
  } catch (error) {
    desk.log.error({ error, order_id: order.orderId }, "a cancel could not be requested");
    return { order, asked: false };
  }
}

async function* livePages(desk: Desk, scope: CancelScope): AsyncGenerator<readonly Order[]> {
  const { account, venue, instrument } = scope;
  const filter = { ...(account === undefined ? {} : { account }), ...(venue === undefined ? {} : { venue }) };
  let after: OrderPosition | undefined;
  for (;;) {
    const page: readonly Order[] = await desk.store.orders.live(filter, pageMax, after);
    const inScope = page.filter((order) => instrument === undefined || order.instruction.instrument === instrument);
    if (inScope.length > 0) yield inScope;
    after = page.at(-1);
    if (page.length < pageMax) return;
  }
}

/** Reads the open orders again, drops those that have ended, and returns how many did. */
async function dropEnded(desk: Desk, open: Map<OrderId, Order>): Promise<number> {
  const ids = [...open.keys()];
  let ended = 0;
  for (let from = 0; from < ids.length; from += readMax) {
    for (const order of await desk.store.orders.findMany(ids.slice(from, from + readMax))) {
      if (!isTerminal(order)) open.set(order.orderId, order);
      else if (open.delete(order.orderId)) ended += 1;
    }
  }
  return ended;
}
