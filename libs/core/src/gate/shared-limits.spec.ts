import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accountId } from "../account/account-id.ts";
import { orderError } from "../error/order-error.ts";
import { SurefillError } from "../error/surefill-error.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { openMemoryStore } from "../testing/memory-store.ts";
import { MemoryTables } from "../testing/memory-store-tables.ts";
import { testAccount, testVenue } from "../testing/order-fixtures.ts";
import { ScriptedVenue, type VenueScript } from "../testing/scripted-venue.ts";
import { pass, settle } from "../testing/settle.ts";
import type { RateLimit } from "../venue/capabilities.ts";
import { gatedVenue } from "./gated-venue.ts";
import { VenueGate } from "./venue-gate.ts";

const bob = accountId("bob");
const accounts = [testAccount, bob];
const never = new AbortController().signal;
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const all = { limitShare: 1, reserveShare: 0 };
const limited = orderError("RATE_LIMITED", "too many requests");

/** Ten requests a second, whoever asks. */
const byAddress: RateLimit = { name: "address", scope: "VENUE", requestsMax: 10, windowMs: 1_000 };
const byAccount: RateLimit = { name: "account", requestsMax: 4, windowMs: 1_000 };

/** Several processes on one database, each with a gate before a venue that answers at once and counts. */
function processes(rateLimits: readonly RateLimit[], { count = 1, rateBudget = all, script = {} as VenueScript } = {}) {
  const [clock, tables] = [new ManualClock(), new MemoryTables()];
  const asked: { readonly atMs: number; readonly method: string; readonly account?: unknown }[] = [];
  const note = (method: string, account?: unknown) => asked.push({ atMs: clock.monotonicMs(), method, account });
  const made = Array.from({ length: count }, () => {
    const { rates } = openMemoryStore(clock, tables);
    const gate = new VenueGate({ clock, log: silent, rates }, { venue: testVenue, accounts, rateLimits, rateBudget });
    const venue = new ScriptedVenue({
      prices: async () => {
        note("prices");
        return new Map();
      },
      instruments: async () => {
        note("instruments");
        return [];
      },
      openOrders: async (account) => {
        note("openOrders", account);
        return [];
      },
      ...script,
    });
    return { gate, venue: gatedVenue(venue, gate, { isUrgent: false }) };
  });
  const [first] = made;
  if (first === undefined) throw new Error("no process");
  return { clock, asked, made, ...first };
}

describe("limits that a venue counts for all together", () => {
  it("given two accounts, prices and instruments, so all of them share what there is", async () => {
    const { clock, asked, venue } = processes([byAddress]);
    for (let round = 0; round < 5; round += 1) {
      void venue.openOrders(testAccount, never);
      void venue.openOrders(bob, never);
      void venue.prices([], never);
      void venue.instruments(never);
    }
    await settle();
    expect(asked).toHaveLength(10);
    expect(new Set(asked.map(({ method, account }) => `${method} ${account}`)).size).toBe(4);
    await pass(clock, 3_000, 50);
    expect(asked).toHaveLength(20);
  });

  it("given several processes, so together they stay within it, in any window", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ process: fc.nat(2), isPrice: fc.boolean(), waitMs: fc.nat(60) }), {
          minLength: 30,
          maxLength: 60,
        }),
        async (asks) => {
          const { clock, asked, made } = processes([byAddress, byAccount], { count: 3 });
          for (const [place, { process, isPrice, waitMs }] of asks.entries()) {
            const { venue } = made[process] ?? made[0] ?? { venue: undefined };
            void (isPrice ? venue?.prices([], never) : venue?.openOrders(accounts[place % 2] ?? bob, never));
            await pass(clock, waitMs, 100);
          }
          await pass(clock, 40_000, 250);
          expect(asked).toHaveLength(asks.length);
          const most = (those: typeof asked) =>
            Math.max(
              0,
              ...those.map((from) => those.filter(({ atMs }) => atMs >= from.atMs && atMs < from.atMs + 1_000).length),
            );
          expect(most(asked)).toBeLessThanOrEqual(10);
          for (const account of accounts) {
            expect(most(asked.filter((one) => one.account === account))).toBeLessThanOrEqual(4);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it("given an account that has used up its own, so the other one and prices don't wait for it", async () => {
    const { asked, venue } = processes([byAddress, byAccount]);
    for (let round = 0; round < 6; round += 1) void venue.openOrders(testAccount, never);
    await settle();
    void venue.openOrders(bob, never);
    void venue.prices([], never);
    await settle();
    const who = asked.map(({ method, account }) => String(account ?? method));
    expect(who.toSorted()).toEqual([testAccount, testAccount, testAccount, testAccount, bob, "prices"]);
  });

  it("given an account's share that lapses while the shared one is waited for, so it is paid again", async () => {
    const slow: RateLimit = { name: "address", scope: "VENUE", requestsMax: 2, windowMs: 10_000 };
    const { clock, asked, venue, gate } = processes([slow, byAccount]);
    for (let round = 0; round < 3; round += 1) void venue.openOrders(testAccount, never);
    await settle();
    expect(asked).toHaveLength(2);
    const [before] = await gate.budgets();
    // Until the last one leaves, its tokens of the account have lapsed, and no longer count when it does.
    await pass(clock, 5_000, 100);
    expect((await gate.budgets())[0]?.limits[0]?.tokensLeft).toBe(4);
    expect(before?.limits[0]?.tokensLeft).toBe(1);
    await pass(clock, 8_000, 50);
    expect(asked).toHaveLength(3);
    expect((await gate.budgets())[0]?.limits[0]?.tokensLeft).toBe(3);
  });

  it("given no room before who asks gives up, so nothing was sent, and the error says whose budget it is", async () => {
    const { asked, venue } = processes([{ ...byAddress, requestsMax: 2 }]);
    for (let round = 0; round < 2; round += 1) await venue.prices([], never);
    const late = new AbortController();
    const third = venue.prices([], late.signal);
    await settle();
    late.abort();
    await expect(third).rejects.toMatchObject({
      code: "RATE_BUDGET_USED_UP",
      message: expect.stringContaining("of all accounts at paper"),
      context: { venue: "paper" },
    });
    expect(asked).toHaveLength(2);
  });

  it("given a limit per account alone, so prices and instruments are free", async () => {
    const { asked, venue } = processes([byAccount]);
    for (let round = 0; round < 20; round += 1) void venue.prices([], never);
    await settle();
    expect(asked).toHaveLength(20);
  });

  it("given one without room for a request for prices, so it is refused at boot", () => {
    const tight = { ...byAddress, costs: { prices: 11 } };
    expect(() => processes([tight])).toThrow("prices takes 11");
    expect(() => processes([{ ...tight, scope: "ACCOUNT" }])).not.toThrow();
  });
});

describe("a pause", () => {
  it.each([
    ["that the venue counts together, so all accounts wait", [byAddress], 2],
    ["of each account, so that account waits", [byAccount], 1],
  ] as const)("given a refusal of an account's request and limits %s", async (_given, limits, paused) => {
    const { gate } = processes(limits);
    gate.refused(testAccount, limited, 9_000);
    const views = await gate.budgets();
    expect(views.filter(({ pausedMs }) => pausedMs === 9_000)).toHaveLength(paused);
    expect(views.find(({ account }) => account === bob)?.pausedMs).toBe(0);
    expect(views.at(-1)?.account).toBe(paused === 2 ? undefined : bob);
  });

  it("given a refusal of a request for prices, so everything at the venue waits but what is urgent", async () => {
    const error = new SurefillError("RATE_LIMITED", "too many", { retryAfterMs: 5_000 });
    const { clock, asked, venue, gate } = processes([], { script: { prices: () => Promise.reject(error) } });
    await expect(venue.prices([], never)).rejects.toBe(error);
    expect(await gate.budgets()).toMatchObject([{ pausedMs: 0 }, { pausedMs: 0 }, { pausedMs: 5_000, limits: [] }]);
    void venue.openOrders(bob, never);
    const urgent = gate.ask({ account: bob, operation: "lookup", isUrgent: true }, never, async () => "asked");
    await settle();
    expect(asked).toHaveLength(0);
    expect(await urgent).toBe("asked");
    await pass(clock, 5_000, 100);
    expect(asked).toHaveLength(1);
    expect(await gate.budgets()).toHaveLength(2);
  });
});

describe("an attempt", () => {
  it("given a payment that lapses in its prepare, so its submission is paid again of both", async () => {
    const { clock, gate } = processes([byAddress, byAccount]);
    const permit = await gate.admit(testAccount, { isReducing: false }, never);
    const left = async () => (await gate.budgets()).map(({ limits }) => limits[0]?.tokensLeft);
    expect(await left()).toEqual([2, 4, 8]);
    clock.advance(1_500);
    expect(await permit?.mayLeave()).toBeUndefined();
    expect(await left()).toEqual([3, 4, 9]);
    permit?.end();
  });
});
