import { describe, expect, it } from "vitest";
import { SurefillError } from "../error/surefill-error.ts";
import { SeededRandom } from "../id/seeded-random.ts";
import type { RateLedgerStore } from "../store/rate-ledger-store.ts";
import { venueAccount } from "../testing/desk-for-tests.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { openMemoryStore } from "../testing/memory-store.ts";
import { MemoryTables } from "../testing/memory-store-tables.ts";
import { pass, settle } from "../testing/settle.ts";
import type { LimitTerms } from "./rate-ledger.ts";
import { RequestBudget } from "./request-budget.ts";

const limit: LimitTerms = { name: "orders", tokensMax: 10, tokensReserved: 3, windowMs: 1_000 };
const cost = { orders: 1 };
const never = new AbortController().signal;

/** Several processes on one database. */
function processes(
  count: number,
  limits: readonly LimitTerms[] = [limit],
  rates?: (store: RateLedgerStore) => RateLedgerStore,
) {
  const clock = new ManualClock();
  const startedMs = clock.monotonicMs();
  const tables = new MemoryTables();
  const budgets = Array.from({ length: count }, () => {
    const store = openMemoryStore(clock, tables).rates;
    return new RequestBudget(clock, rates?.(store) ?? store, venueAccount, limits);
  });
  const left: { readonly atMs: number; readonly isUrgent: boolean }[] = [];
  const ask = (budget: RequestBudget | undefined, isUrgent = false, signal = never) =>
    budget?.take({ cost, isUrgent }, signal).then((grant) => {
      left.push({ atMs: clock.monotonicMs() - startedMs, isUrgent });
      return grant;
    });
  return { clock, budgets, left, ask };
}

function mostInAnyWindow(left: readonly { readonly atMs: number }[]): number {
  return Math.max(
    0,
    ...left.map((from) => left.filter(({ atMs }) => atMs >= from.atMs && atMs < from.atMs + 1_000).length),
  );
}

describe("one process", () => {
  it("given room, so requests leave at once; given none, so as it comes, and never too many", async () => {
    const { clock, budgets, left, ask } = processes(1);
    for (let asked = 0; asked < 20; asked += 1) void ask(budgets[0]);
    await settle();
    expect(left).toHaveLength(7);
    await pass(clock, 4_000, 10);
    expect(left).toHaveLength(20);
    expect(mostInAnyWindow(left)).toBeLessThanOrEqual(10);
  });

  it("given normal requests that wait, so an urgent one leaves from the reserve before them", async () => {
    const { budgets, left, ask } = processes(1);
    for (let asked = 0; asked < 12; asked += 1) void ask(budgets[0]);
    await settle();
    for (let asked = 0; asked < 3; asked += 1) void ask(budgets[0], true);
    await settle();
    expect(left).toHaveLength(10);
    expect(left.filter(({ isUrgent }) => isUrgent)).toHaveLength(3);
  });

  it("given who gives up, so it is told that nothing was sent, and waits no more", async () => {
    const { clock, budgets, ask } = processes(1);
    for (let asked = 0; asked < 7; asked += 1) await ask(budgets[0]);
    const late = new AbortController();
    const asked = ask(budgets[0], false, late.signal);
    await settle();
    late.abort();
    await expect(asked).rejects.toMatchObject({ code: "RATE_BUDGET_USED_UP" });
    await pass(clock, 2_000, 100);
    expect(clock.sleepers).toBe(0);
  });

  it("given 1,000 that wait, so one more is turned away at once", async () => {
    const { budgets, ask } = processes(1);
    await budgets[0]?.pause(60_000);
    for (let asked = 0; asked < 1_000; asked += 1) ask(budgets[0])?.catch(() => undefined);
    await expect(ask(budgets[0])).rejects.toMatchObject({ code: "RATE_BUDGET_USED_UP" });
  });

  it("given that the venue asks for a pause, so normal requests wait for its end and urgent ones don't", async () => {
    const { clock, budgets, left, ask } = processes(1);
    await budgets[0]?.pause(5_000);
    void ask(budgets[0]);
    void ask(budgets[0], true);
    await pass(clock, 4_900, 100);
    expect(left).toEqual([{ atMs: 0, isUrgent: true }]);
    await pass(clock, 200, 100);
    expect(left).toHaveLength(2);
  });

  it("given a venue without limits, so only a pause holds", async () => {
    const { clock, budgets, left, ask } = processes(1, []);
    for (let asked = 0; asked < 100; asked += 1) void ask(budgets[0]);
    await settle();
    expect(left).toHaveLength(100);
    await budgets[0]?.pause(1_000);
    void ask(budgets[0]);
    await pass(clock, 900, 100);
    expect(left).toHaveLength(100);
    await pass(clock, 200, 100);
    expect(left).toHaveLength(101);
  });

  it("given books that can't be read, so those who wait are told", async () => {
    const away = new SurefillError("STORE_UNAVAILABLE", "away");
    const { budgets, ask } = processes(1, [limit], (store) => ({ ...store, read: () => Promise.reject(away) }));
    await expect(ask(budgets[0])).rejects.toBe(away);
    await expect(ask(budgets[0])).rejects.toBe(away);
  });

  it("given a store so slow that a grant has lapsed when it comes, so it is not used", async () => {
    let slowMs = 500;
    const { clock, budgets, left, ask } = processes(1, [limit], (store) => ({
      ...store,
      async replace(...call) {
        await clock.sleep(slowMs);
        return store.replace(...call);
      },
    }));
    void ask(budgets[0]);
    await pass(clock, 450, 10);
    slowMs = 0;
    await pass(clock, 40, 10);
    expect(left).toEqual([]);
    await pass(clock, 100, 10);
    expect(left).toHaveLength(1);
    expect((await budgets[0]?.left())?.[0]?.tokensLeft).toBe(8);
  });
});

describe("several processes on one database", () => {
  it("given a pause that one was asked for, so the others keep it too", async () => {
    const { clock, budgets, left, ask } = processes(2);
    await budgets[0]?.pause(5_000);
    void ask(budgets[1]);
    await pass(clock, 4_900, 100);
    expect(left).toEqual([]);
    await pass(clock, 1_100, 100);
    expect(left).toHaveLength(1);
  });

  it("given one that took all and died, so its successor waits for the window", async () => {
    const { clock, budgets, left, ask } = processes(2);
    for (let asked = 0; asked < 7; asked += 1) void ask(budgets[0]);
    await settle();
    void ask(budgets[1]);
    await pass(clock, 1_000, 10);
    expect(left).toHaveLength(7);
    await pass(clock, 300, 10);
    expect(left).toHaveLength(8);
  });

  it.each([1, 2, 3, 4, 5, 6])(
    "given five that ask at random while the store is slow, so never more than the limit in any window (seed %i)",
    async (seed) => {
      const random = new SeededRandom(seed);
      const slow = (store: RateLedgerStore): RateLedgerStore => ({
        async read(...call) {
          const answer = await store.read(...call);
          await clock.sleep(random.unit() * 30);
          return answer;
        },
        async replace(...call) {
          const answer = await store.replace(...call);
          await clock.sleep(random.unit() * 30);
          return answer;
        },
      });
      const { clock, budgets, left, ask } = processes(5, [limit], slow);
      let asked = 0;
      for (let turn = 0; turn < 300; turn += 1) {
        if (random.unit() < 0.5) {
          asked += 1;
          void ask(budgets[Math.floor(random.unit() * 5)], random.unit() < 0.3);
        }
        await pass(clock, 20, 5);
      }
      await pass(clock, 30_000, 25);
      expect(left).toHaveLength(asked);
      expect(mostInAnyWindow(left)).toBeLessThanOrEqual(10);
    },
    20_000,
  );
});
