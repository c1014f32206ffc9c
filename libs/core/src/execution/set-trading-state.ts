import { nothingHeld, restrictionFault } from "../account/trading-admission.ts";
import { covers, type ScopedTradingState } from "../account/trading-state.ts";
import { commitTransitions } from "../desk/commit-transitions.ts";
import type { Desk } from "../desk/desk.ts";
import type { OrderError } from "../error/order-error.ts";
import { SurefillError } from "../error/surefill-error.ts";
import { changeOrder } from "../order/change-order.ts";
import { attemptOf, isFateOpen, type Order } from "../order/order.ts";
import type { OrderId } from "../order/order-id.ts";
import type { OrderPosition } from "../store/order-store.ts";
import type { TradingStateChange } from "../store/trading-state-store.ts";
import { addMs, type WallTime } from "../time/wall-time.ts";

/** A state that is in force, and what was under way when it came. */
export interface TradingStateSet {
  readonly set: ScopedTradingState;
  /** Orders that had not been sent and never will be. */
  readonly cancelled: number;
  /** Orders in the scope with an attempt that is not answered yet and that the venue may still take. */
  readonly pending: readonly Order[];
}

const pageMax = 500;
const readMax = 1_000;
const pollMs = 20;
/**
 * How far our clock may be ahead of the venue's, by whatever mistake: so much later the venue certainly takes an attempt
 * no more. A doubt ends before, by a look-up that tells the venue's own time; what no look-up settles is listed.
 */
const clockAheadMsMax = 24 * 3_600_000;

/**
 * Sets a trading state. Once it is durable no attempt that it forbids becomes durable any more; then, for at most
 * `waitMs`, it waits until every attempt that was durable before has its answer or is past its valid_until. Orders
 * that had not been sent and that the state forbids are cancelled, saying why.
 */
export async function setTradingState(
  desk: Desk,
  change: Omit<TradingStateChange, "at">,
  { waitMs, signal }: { readonly waitMs: number; readonly signal: AbortSignal },
): Promise<TradingStateSet> {
  const set = await desk.store.tradingStates.set({ ...change, at: desk.clock.wall() });
  desk.log.warn(
    { event: "trading_state.changed", ...change.scope, state: set.state, operator: set.operator },
    set.reason,
  );
  if (set.state === "ACTIVE") return { set, cancelled: 0, pending: [] };
  const giveUpMs = desk.clock.monotonicMs() + waitMs;
  let cancelled = 0;
  const underWay: Order[] = [];
  for await (const order of liveOrdersIn(desk, set)) {
    if (isFateOpen(order)) underWay.push(order);
    else if (await cancelUnsent(desk, set, order)) cancelled += 1;
  }
  let pending = stillPending(desk, underWay);
  while (pending.length > 0 && !signal.aborted && desk.clock.monotonicMs() < giveUpMs) {
    await desk.clock.sleep(pollMs, signal);
    pending = stillPending(desk, await readAgain(desk, pending));
  }
  return { set, cancelled, pending };
}

async function* liveOrdersIn(desk: Desk, { scope }: ScopedTradingState): AsyncGenerator<Order> {
  const { account, venue } = scope;
  const filter = { ...(account === undefined ? {} : { account }), ...(venue === undefined ? {} : { venue }) };
  let after: OrderPosition | undefined;
  for (;;) {
    const page: readonly Order[] = await desk.store.orders.live(filter, pageMax, after);
    yield* page.filter(({ instruction }) => covers(scope, instruction));
    after = page.at(-1);
    if (page.length < pageMax) return;
  }
}

/** Whether the order was not sent, is forbidden and is cancelled now; one that reduces is judged when it is sent. */
async function cancelUnsent(desk: Desk, set: ScopedTradingState, order: Order): Promise<boolean> {
  if ((order.state !== "PENDING" && order.state !== "FAILED") || order.instruction.purpose !== "ENTRY") return false;
  const error = restrictionFault(set, order.instruction, nothingHeld);
  if (error === undefined) return false;
  try {
    return (await refuse(desk, order, error)).state === "CANCELLED";
  } catch (thrown) {
    if (SurefillError.from(thrown).code === "STORE_UNAVAILABLE") throw thrown;
    // It is not sent while the state is in force, and holds up neither the answer nor the others.
    desk.log.error({ error: thrown, order_id: order.orderId }, "an order was not cancelled for the trading state");
    return false;
  }
}

/**
 * Cancels an order that has not been sent for the trading state that forbids it, and returns it as it is then; one that
 * somebody else moved meanwhile is left to them.
 */
export async function refuse(desk: Desk, order: Order, error: OrderError): Promise<Order> {
  const after = changeOrder(order, [{ type: "CANCEL_REQUESTED", reason: error.message, error }], desk.clock.wall());
  const result = await commitTransitions(desk, order, after);
  return result.kind === "COMMITTED" ? after.order : order;
}

function stillPending(desk: Desk, orders: readonly Order[]): readonly Order[] {
  const now = desk.clock.wall();
  return orders.filter((order) => isFateOpen(order) && !isDead(order, now));
}

function isDead(order: Order, now: WallTime): boolean {
  const validUntil = attemptOf(order)?.validUntil;
  return validUntil !== undefined && now > addMs(validUntil, clockAheadMsMax);
}

async function readAgain(desk: Desk, orders: readonly Order[]): Promise<readonly Order[]> {
  const ids: readonly OrderId[] = orders.map((order) => order.orderId);
  const read: Order[] = [];
  for (let from = 0; from < ids.length; from += readMax) {
    read.push(...(await desk.store.orders.findMany(ids.slice(from, from + readMax))));
  }
  return read;
}
