import { type Order, resolveInDoubt, setTradingState, type TradingScope } from "@surefill/core";
import { isTaken } from "../oracle/venue-book.ts";
import type { World } from "../world.ts";
import { answered, type Servers } from "./answered.ts";

const halts = { everyMsMin: 5_000, everyMsMax: 14_000, lastMsMax: 2_500, waitMs: 8_000, patienceMs: 12_000 } as const;
const doubts = { everyMs: 2_000, share: 0.25 } as const;
const operator = "an operator";

/** Halts trading in some scope, waits for the answer, and after a while lifts the halt; until the faults stop. */
export async function haltNowAndThen(world: World, servers: Servers): Promise<void> {
  const { time, faults, oracle } = world;
  while (!faults.isCalm) {
    await time.sleep(faults.between(halts.everyMsMin, halts.everyMsMax));
    const scope = randomScope(world);
    const state = faults.happens(0.7) ? "HALTED" : "REDUCE_ONLY";
    const signal = new AbortController().signal;
    const set = await answered(
      world,
      servers,
      ({ desk }) =>
        setTradingState(desk, { scope, state, operator, reason: "a drill" }, { waitMs: halts.waitMs, signal }),
      halts.patienceMs,
    );
    if (set !== undefined) oracle.halted(scope, set.pending);
    await time.sleep(faults.between(100, halts.lastMsMax));
    oracle.lifted();
    await answered(world, servers, ({ desk }) =>
      setTradingState(desk, { scope, state: "ACTIVE", operator, reason: "the drill is over" }, { waitMs: 0, signal }),
    );
  }
}

function randomScope({ faults, places }: World): TradingScope {
  const character = places[faults.whole(0, places.length - 1)]?.character;
  const account = character?.accounts[faults.whole(0, character.accounts.length - 1)];
  if (character === undefined || account === undefined || faults.happens(0.2)) return {};
  return faults.happens(0.5) ? { account } : { account, venue: character.venueId };
}

/** Resolves orders in doubt, as the venue's own page says: adopts what is there, declares dead what is not. */
export async function resolveDoubts(world: World, servers: Servers, isOver: () => boolean): Promise<void> {
  const { time, faults, tables } = world;
  while (!isOver()) {
    await time.sleep(doubts.everyMs);
    for (const order of tables.open.values()) {
      if (order.state === "IN_DOUBT" && (faults.isCalm || faults.happens(doubts.share)))
        void resolve(world, servers, order);
    }
  }
}

async function resolve(world: World, servers: Servers, order: Extract<Order, { state: "IN_DOUBT" }>): Promise<void> {
  const known = world.oracle.book.attempt(order.attempt.submitKey);
  const venueOrderId = known !== undefined && isTaken(known) ? known.venueOrderId : undefined;
  const verdict =
    venueOrderId === undefined ? ({ kind: "DECLARE_DEAD" } as const) : ({ kind: "ADOPT", venueOrderId } as const);
  await answered(world, servers, async ({ desk }) => {
    const current = await desk.store.orders.find(order.orderId);
    return current && resolveInDoubt(desk, current, { operator, reason: "seen at the venue", verdict });
  });
}
