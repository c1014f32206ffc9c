import { isTerminal, type OrderId, place, setTradingState } from "@surefill/core";
import type { World } from "../world.ts";
import { answered, type Servers } from "./answered.ts";
import type { Callers } from "./callers.ts";
import { randomInstruction } from "./order-mix.ts";

/** Positions that are closed in a drill. */
const reductionsMax = 3;
/** Until an order that reduces has been tried; what an earlier owner left ends sooner. */
const triedWithinMs = 30_000;
const operator = "an operator";

/**
 * With everything halted and no fault left, what reduces a position must reach its venue, and what adds to one must be
 * denied. Then trading goes on, also where a call that came late had halted it again.
 */
export async function drillHalt(world: World, servers: Servers, callers: Callers): Promise<void> {
  const { time, tables, oracle } = world;
  const { signal } = new AbortController();
  const set = await answered(world, servers, ({ desk }) =>
    setTradingState(desk, { scope: {}, state: "HALTED", operator, reason: "a drill" }, { waitMs: 0, signal }),
  );
  if (set === undefined) return;
  oracle.halts.halted({}, set.pending);
  const reductions = callers.reduceQuietPositions({}, reductionsMax);
  await denyEntry(world, servers);
  const isTried = ({ account, clientOrderId }: (typeof reductions)[number]) => {
    const id = tables.orderIdsByClientOrderId.get(`${account}/${clientOrderId}`);
    const order = id && tables.orders.get(id);
    return order !== undefined && (order.attemptCount > 0 || isTerminal(order));
  };
  const untilMs = time.nowMs + triedWithinMs;
  while (!reductions.every(isTried) && time.nowMs < untilMs) await time.sleep(100);
  const left = reductions.find((reduction) => !isTried(reduction));
  if (left !== undefined) {
    const id: OrderId | undefined = tables.orderIdsByClientOrderId.get(`${left.account}/${left.clientOrderId}`);
    oracle.break("reductions-pass", `${id ?? left.clientOrderId} was not tried within ${triedWithinMs / 1_000} s`);
  }
  await answered(world, servers, async ({ desk }) => {
    const { restrictions } = await desk.store.tradingStates.read();
    for (const { scope } of [{ scope: {} }, ...restrictions]) {
      const active = { scope, state: "ACTIVE", operator, reason: "the drill is over" } as const;
      await setTradingState(desk, active, { waitMs: 0, signal });
    }
    return true;
  });
}

async function denyEntry(world: World, servers: Servers): Promise<void> {
  const { faults, places, storeClock, oracle } = world;
  const character = places[faults.whole(0, places.length - 1)]?.character;
  if (character === undefined) return;
  const { expireTime: _none, ...instruction } = randomInstruction(faults, character, "halted-entry", storeClock.wall());
  const placed = await answered(world, servers, ({ desk }) =>
    place(desk, instruction, { requestedAt: desk.clock.wall() }),
  );
  if (placed === undefined || !("order" in placed)) return;
  const { orderId, state, lastError } = placed.order;
  if (state === "DENIED" && lastError?.code === "TRADING_HALTED") return;
  oracle.break("halted-is-quiet", `${orderId} was placed under a halt and is ${state} ${lastError?.code ?? ""}`);
}
