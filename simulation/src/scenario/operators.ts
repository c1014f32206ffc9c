import { type Order, resolveInDoubt, setTradingState, type TradingScope } from "@surefill/core";
import { scopeKey } from "../oracle/halt-watch.ts";
import { isTaken } from "../oracle/venue-book.ts";
import { instruments } from "../venue/venue-character.ts";
import type { World } from "../world.ts";
import { answered, type Servers } from "./answered.ts";
import type { Callers } from "./callers.ts";

const halts = { everyMsMin: 5_000, everyMsMax: 14_000, lastMsMax: 2_500, waitMs: 8_000, patienceMs: 12_000 } as const;
const doubts = { everyMs: 2_000, share: 0.25 } as const;
/** Orders that reduce a position, placed under a restriction. */
const reductionsMax = 2;
const operator = "an operator";

/** The scopes that somebody restricts now: who lifts one lifts it for all. */
export class ScopesInForce {
  readonly #keys = new Set<string>();

  get isEmpty(): boolean {
    return this.#keys.size === 0;
  }

  /** Whether it was free. */
  take(scope: TradingScope): boolean {
    if (this.#keys.has(scopeKey(scope))) return false;
    this.#keys.add(scopeKey(scope));
    return true;
  }

  leave(scope: TradingScope): void {
    this.#keys.delete(scopeKey(scope));
  }
}

/** Halts trading in some scope, waits for the answer, and after a while lifts the halt; until the faults stop. */
export async function haltNowAndThen(
  world: World,
  servers: Servers,
  callers: Callers,
  scopes: ScopesInForce,
): Promise<void> {
  const { time, faults, oracle } = world;
  while (!faults.isCalm) {
    await time.sleep(faults.between(halts.everyMsMin, halts.everyMsMax));
    const scope = randomScope(world);
    if (!scopes.take(scope)) continue;
    const state = faults.happens(0.7) ? "HALTED" : "REDUCE_ONLY";
    const signal = new AbortController().signal;
    const set = await answered(
      world,
      servers,
      ({ desk }) =>
        setTradingState(desk, { scope, state, operator, reason: "a drill" }, { waitMs: halts.waitMs, signal }),
      halts.patienceMs,
    );
    if (set !== undefined) {
      oracle.halts.halted(scope, set.pending);
      callers.reduceQuietPositions(scope, reductionsMax);
    }
    await time.sleep(faults.between(100, halts.lastMsMax));
    await lift(world, servers, scope, scopes);
  }
}

/** Lets trading go on. */
export async function lift(world: World, servers: Servers, scope: TradingScope, scopes: ScopesInForce): Promise<void> {
  const { signal } = new AbortController();
  await answered(world, servers, ({ desk }) =>
    setTradingState(desk, { scope, state: "ACTIVE", operator, reason: "the drill is over" }, { waitMs: 0, signal }),
  );
  scopes.leave(scope);
}

export function randomScope({ faults, places }: World): TradingScope {
  const character = places[faults.whole(0, places.length - 1)]?.character;
  const account = character?.accounts[faults.whole(0, character.accounts.length - 1)];
  if (character === undefined || account === undefined || faults.happens(0.2)) return {};
  const scope = faults.happens(0.5) ? { account } : { account, venue: character.venueId };
  return faults.happens(0.2) ? { ...scope, instrument: faults.one([...instruments]).symbol } : scope;
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
  const { submitKey } = order.attempt;
  const known = world.oracle.book.attempt(submitKey);
  const isGone = world.places.some(({ forgotten }) => forgotten.isGone(submitKey));
  const venueOrderId = known !== undefined && isTaken(known) && !isGone ? known.venueOrderId : undefined;
  const verdict =
    venueOrderId === undefined ? ({ kind: "DECLARE_DEAD" } as const) : ({ kind: "ADOPT", venueOrderId } as const);
  await answered(world, servers, async ({ desk }) => {
    const current = await desk.store.orders.find(order.orderId);
    return current && resolveInDoubt(desk, current, { operator, reason: "seen at the venue", verdict });
  });
}
