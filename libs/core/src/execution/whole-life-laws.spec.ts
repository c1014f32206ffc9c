import { describe, expect, it } from "vitest";
import { SurefillError } from "../error/surefill-error.ts";
import type { Random } from "../id/random.ts";
import { SeededRandom } from "../id/seeded-random.ts";
import { quantity } from "../money/quantity.ts";
import { isTerminal, type Order } from "../order/order.ts";
import type { Store } from "../store/store.ts";
import { deskForTests, orderAfter, stored, type TestDesk, venueAccount } from "../testing/desk-for-tests.ts";
import { FaultyVenue, tenthsText, type VenueOrder } from "../testing/faulty-venue.ts";
import type { VenueScript } from "../testing/scripted-venue.ts";
import { settle } from "../testing/settle.ts";
import { Observer } from "../tracking/observer.ts";
import { Executor } from "./executor.ts";
import { requestCancel } from "./request-cancel.ts";

const seeds = Array.from({ length: 20 }, (_, index) => index + 1);
const stepMs = 100;
/** One minute of faults, and at most five without. */
const stormSteps = 600;
const calmStepsMax = 3_000;
const ordersMax = 30;

/** Server and tracker in one process: it can be killed at any moment, and then does nothing that anyone could see. */
function startProcess(first: TestDesk, venue: FaultyVenue, random: Random, seed: number, owner: string) {
  const life = { isDead: false };
  const dead = new Promise<never>(() => undefined);
  const test = deskForTests({
    beside: first,
    script: {
      ...mortal(venue.script, life, dead),
      ...(seed % 2 === 0 && venue.script.watch ? { watch: venue.script.watch } : {}),
    },
    store: ({ orders, leases }): Partial<Store> => ({
      leases: { ...leases, acquire: (...call) => (life.isDead ? dead : leases.acquire(...call)) },
      orders: {
        ...orders,
        async commit(change) {
          const lost = () => !venue.isCalm && random.unit() < 0.02;
          if (life.isDead) return dead;
          if (lost()) throw new SurefillError("STORE_UNAVAILABLE", "before the commit");
          const result = await orders.commit(change);
          if (life.isDead) return dead;
          if (lost()) throw new SurefillError("STORE_UNAVAILABLE", "after the commit");
          return result;
        },
      },
    }),
    entry: { concurrencyMax: 1 + (seed % 3) },
    // Some venues have no stream, some answer for one order at a time.
    capabilities: { streams: seed % 2 === 0, bulkQueries: seed % 5 !== 0 },
  });
  const executor = new Executor(test.desk, owner);
  const observer = new Observer(test.desk, test.entry, venueAccount);
  void executor.start();
  observer.start();
  const kill = () => {
    life.isDead = true;
  };
  return { ...test, kill };
}

/** A venue's methods, as a process that may die meanwhile sees them: it may be killed before a call and after it. */
function mortal(script: VenueScript, life: { readonly isDead: boolean }, dead: Promise<never>): VenueScript {
  const { prepare, submit, lookup, cancel, openOrders, fillsSince } = script;
  const guard = <Call extends readonly unknown[], Answer>(method: ((...call: Call) => Promise<Answer>) | undefined) => {
    return async (...call: Call): Promise<Answer> => {
      if (life.isDead || method === undefined) return dead;
      const answer = await method(...call);
      return life.isDead ? dead : answer;
    };
  };
  return {
    prepare: guard(prepare),
    submit: guard(submit),
    lookup: guard(lookup),
    cancel: guard(cancel),
    openOrders: guard(openOrders),
    fillsSince: guard(fillsSince),
  };
}

/** A minute in which everything goes wrong, then quiet until every order has ended. */
async function storm(seed: number) {
  const random = new SeededRandom(seed);
  const first = deskForTests();
  const venue = new FaultyVenue(first.clock, random);
  const orders: Order[] = [];
  let processes = 1;
  let process = startProcess(first, venue, random, seed, "server-1");
  const step = async () => {
    venue.tick();
    first.clock.advance(stepMs);
    await settle();
    expectOneAlive(venue.orders);
  };
  for (let steps = 0; steps < stormSteps; steps += 1) {
    const chance = random.unit();
    const some = orders[Math.floor(random.unit() * orders.length)];
    if (chance < 0.08 && orders.length < ordersMax) orders.push(await orderAfter(first));
    else if (chance < 0.1 && some !== undefined) await requestCancel(first.desk, await stored(first, some), "storm");
    else if (chance < 0.105) {
      process.kill();
      processes += 1;
      process = startProcess(first, venue, random, seed, `server-${processes}`);
    }
    await step();
  }
  venue.isCalm = true;
  let ended: readonly Order[] = [];
  for (let steps = 0; steps < calmStepsMax; steps += 1) {
    await step();
    ended = await Promise.all(orders.map((order) => stored(first, order)));
    if (ended.every(isTerminal)) break;
  }
  // What comes late, comes.
  for (let steps = 0; steps < 50; steps += 1) await step();
  return { first, venue, ended: await Promise.all(ended.map((order) => stored(first, order))) };
}

/** At most one attempt of an order was ever taken by the venue. */
function expectOneAlive(venueOrders: readonly VenueOrder[]): void {
  const taken = venueOrders.map(({ orderId }) => orderId);
  expect(taken).toHaveLength(new Set(taken).size);
}

describe("orders through lost answers, late arrivals, dropped streams, a failing store and killed processes", () => {
  it.each(seeds)("end as the venue's own book says, each sent at most once: seed %i", async (seed) => {
    const { first, venue, ended } = await storm(seed);
    expect(ended.filter((order) => !isTerminal(order))).toEqual([]);
    const held = venue.orders.reduce((sum, { filled }) => sum + filled, 0);
    for (const order of ended) {
      const there = venue.orders.find(({ orderId }) => orderId === order.orderId);
      expect(order.cumQuantity).toBe(quantity(tenthsText(there?.filled ?? 0)));
      expect(statesFor(there)).toContain(order.state);
    }
    const { items } = await first.store.lists.holdings({}, { size: 10 });
    expect(items.map((holding) => holding.quantity)).toEqual(held === 0 ? [] : [quantity(tenthsText(held))]);
  });
});

/** The states in which an order may end, by what the venue has of it. */
function statesFor(there: VenueOrder | undefined): readonly Order["state"][] {
  if (there === undefined) return ["CANCELLED", "REJECTED", "FAILED"];
  return there.status === "FILLED" ? ["FILLED"] : ["CANCELLED"];
}
