import { describe, expect, it } from "vitest";
import { orderError } from "../error/order-error.ts";
import { SurefillError } from "../error/surefill-error.ts";
import type { BudgetView } from "../gate/venue-gate.ts";
import { deskForTests, type TestDeskOptions } from "../testing/desk-for-tests.ts";
import { lost, testAccount } from "../testing/order-fixtures.ts";
import { RecordingMeter, spelt } from "../testing/recording-meter.ts";
import { pass, settle } from "../testing/settle.ts";
import { manifestOf } from "../testing/venue-fixtures.ts";
import { GateMetrics } from "./gate-metrics.ts";

const never = new AbortController().signal;
const limit = { name: "all", requestsMax: 10, windowMs: 1_000 };

function gated(options: TestDeskOptions = {}) {
  const meter = new RecordingMeter();
  const gateMetrics = new GateMetrics(meter.meter);
  const test = deskForTests({
    gateMetrics,
    entry: { manifest: { ...manifestOf(), rateLimits: [limit] } },
    policies: { rateBudget: { limitShare: 1, reserveShare: 0.2 } },
    ...options,
  });
  const { gate } = test.entry;
  if (gate === undefined) throw new Error("the venue has no gate");
  return { ...test, meter, gateMetrics, gate, told: (name: string) => meter.told(`surefill_${name}`) };
}

describe("what is told of requests that are held back", () => {
  it("given room, so nothing; given none, so how long, and what came of it", async () => {
    const test = gated();
    const { venue } = test.entry;
    for (let round = 0; round < 8; round += 1) void venue.openOrders(testAccount, never);
    await settle();
    expect(test.told("venue_held_seconds")).toEqual([]);
    void venue.openOrders(testAccount, never);
    const late = new AbortController();
    const balances = venue.balances(testAccount, late.signal);
    await pass(test.clock, 500, 100);
    late.abort();
    await expect(balances).rejects.toMatchObject({ code: "RATE_BUDGET_USED_UP" });
    await pass(test.clock, 1_000, 20);
    expect(test.told("venue_held_seconds")).toEqual([
      "0.5 venue=paper operation=balances cause=BUDGET outcome=GIVEN_UP",
      expect.stringMatching(/^1\.\d+ venue=paper operation=open_orders cause=BUDGET outcome=LEFT$/),
    ]);
  });

  it("given a pause and no limits, so requests wait for it, as new orders do", async () => {
    const test = gated({ entry: {} });
    test.gate.refused(testAccount, orderError("RATE_LIMITED", "too many"), 3_000);
    const permit = test.gate.admit(testAccount, { isReducing: false }, never);
    await pass(test.clock, 3_000, 100);
    (await permit)?.end();
    expect(test.told("venue_held_seconds")).toEqual(["3 venue=paper operation=attempt cause=BUDGET outcome=LEFT"]);
    expect(test.told("venue_pause_seconds")).toEqual(["3 venue=paper code=RATE_LIMITED"]);
  });

  it("given a breaker that opens, so it is counted, with what waits for its probe, or does not any more", async () => {
    const test = gated({ policies: { breaker: { failuresMax: 1, openMs: 1_000, openMsMax: 60_000 } } });
    const attempt = async (signal: AbortSignal) => {
      const permit = await test.gate.admit(testAccount, { isReducing: false }, signal);
      permit?.submitted({ kind: "UNKNOWN", error: lost });
      permit?.end();
    };
    expect(test.meter.measured.filter(({ name }) => name === "surefill_breaker_openings").map(spelt)).toEqual([
      "0 venue=paper",
    ]);
    await attempt(never);
    const stop = new AbortController();
    const waiting = attempt(stop.signal);
    await pass(test.clock, 400, 100);
    stop.abort();
    await waiting;
    const probe = attempt(never);
    await pass(test.clock, 600, 100);
    await probe;
    expect(test.told("breaker_openings")).toEqual(["1 venue=paper", "1 venue=paper"]);
    expect(test.told("venue_held_seconds")).toEqual([
      "0.4 venue=paper operation=attempt cause=BREAKER outcome=GIVEN_UP",
      "0.6 venue=paper operation=attempt cause=BREAKER outcome=LEFT",
    ]);
  });
});

describe("what a scrape sees", () => {
  it("given a gate, so its breaker's state, and what is left of each limit", async () => {
    const test = gated();
    test.gateMetrics.observe(() => [["paper", test.gate]]);
    for (let round = 0; round < 5; round += 1) await test.entry.venue.openOrders(testAccount, never);
    expect((await test.meter.observed()).map((one) => `${one.name} ${spelt(one)}`)).toEqual([
      "surefill_breaker_state 1 venue=paper state=CLOSED",
      "surefill_breaker_state 0 venue=paper state=OPEN",
      "surefill_breaker_state 0 venue=paper state=HALF_OPEN",
      "surefill_rate_budget_left_ratio 0.5 venue=paper limit=all",
    ]);
  });

  it("given several accounts, so the one with the least left; given a store that is away, so the breaker alone", async () => {
    const meter = new RecordingMeter();
    const terms = { name: "all", tokensMax: 4, tokensReserved: 0, windowMs: 1_000 };
    const left = (tokensLeft: number): BudgetView => ({ pausedMs: 0, limits: [{ limit: terms, tokensLeft }] });
    let isAway = false;
    new GateMetrics(meter.meter).observe(() => [
      [
        "paper",
        {
          breaker: () => ({ state: "OPEN", failuresInARow: 5 }),
          budgets: async () => {
            if (isAway) throw new SurefillError("STORE_UNAVAILABLE", "away");
            return [left(3), left(1), left(4)];
          },
        },
      ],
    ]);
    const seen = async () => (await meter.observed()).filter(({ value }) => value !== 0).map(spelt);
    expect(await seen()).toEqual(["1 venue=paper state=OPEN", "0.25 venue=paper limit=all"]);
    isAway = true;
    expect(await seen()).toEqual(["1 venue=paper state=OPEN"]);
  });
});
