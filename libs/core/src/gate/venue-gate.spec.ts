import { describe, expect, it } from "vitest";
import { orderError } from "../error/order-error.ts";
import { SurefillError } from "../error/surefill-error.ts";
import { deskForTests, keyOf, orderAfter, pathTo, type TestDeskOptions } from "../testing/desk-for-tests.ts";
import { lost, testAccount } from "../testing/order-fixtures.ts";
import type { VenueScript } from "../testing/scripted-venue.ts";
import { pass, settle } from "../testing/settle.ts";
import { manifestOf } from "../testing/venue-fixtures.ts";

const { signal } = new AbortController();
const limited = orderError("RATE_LIMITED", "too many requests");

function gated(script: VenueScript = {}, options: TestDeskOptions = {}) {
  const test = deskForTests({ script, ...options });
  const { gate, venue, urgentVenue } = test.entry;
  if (gate === undefined || urgentVenue === undefined) throw new Error("the venue has no gate");
  return { ...test, gate, reached: venue, urgent: urgentVenue };
}

/** Whether a promise is done by now. */
async function isDone(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  void promise.then(
    () => {
      done = true;
    },
    () => {
      done = true;
    },
  );
  await settle();
  return done;
}

describe("a venue's refusal for too many requests", () => {
  const polls = { openOrders: async () => [] };
  const tight = {
    entry: { manifest: { ...manifestOf(), rateLimits: [{ name: "all", requestsMax: 5, windowMs: 1_000 }] } },
  };

  it.each<readonly [string, Parameters<ReturnType<typeof gated>["gate"]["refused"]>, number]>([
    ["without a word about how long, so a second", [testAccount, limited, undefined], 1_000],
    ["with Retry-After, so as long as that", [testAccount, limited, 7_000], 7_000],
    ["with another code and Retry-After, so as long as that", [testAccount, lost, 3_000], 3_000],
    ["with another code and no word, so not at all", [testAccount, lost, undefined], 0],
    ["with a day, so an hour", [testAccount, limited, 86_400_000], 3_600_000],
  ])("given one %s polls are held", async (_, refusal, ms) => {
    const { gate, reached, clock } = gated(polls);
    gate.refused(...refusal);
    expect((await gate.budgets())[0]?.pausedMs).toBe(ms);
    const poll = reached.openOrders(testAccount, signal);
    if (ms > 0) expect(await isDone(poll)).toBe(false);
    await pass(clock, ms, 1_000);
    expect(await isDone(poll)).toBe(true);
  });

  it.each<readonly [string, VenueScript, (test: ReturnType<typeof gated>) => Promise<unknown>]>([
    [
      "a look-up",
      { lookup: async () => ({ kind: "UNAVAILABLE", error: limited, retryAfterMs: 9_000 }) },
      async ({ desk, reached }) => {
        const { orderId, instruction } = await orderAfter({ desk }, pathTo.CONFIRMING);
        return reached.lookup({ ...instruction, submitKey: keyOf(orderId, 1) }, signal);
      },
    ],
    [
      "a cancel",
      { cancel: async () => ({ kind: "UNKNOWN", error: limited, retryAfterMs: 9_000 }) },
      async ({ desk, reached }) => {
        const { orderId, instruction } = await orderAfter({ desk }, pathTo.CONFIRMING);
        return reached.cancel({ ...instruction, submitKey: keyOf(orderId, 1) }, signal);
      },
    ],
    [
      "a cancelAll",
      { cancelAll: async () => ({ kind: "REFUSED", error: limited, retryAfterMs: 9_000 }) },
      async ({ reached }) => reached.cancelAll?.(testAccount, undefined, signal),
    ],
    [
      "a poll that throws",
      {
        fillsSince: () => Promise.reject(new SurefillError("RATE_LIMITED", "too many", { retryAfterMs: 9_000 })),
      },
      ({ reached }) => reached.fillsSince(testAccount, "", 1, signal).catch(() => undefined),
    ],
  ])("given it in the answer to %s, so the account pauses", async (_, script, ask) => {
    const test = gated(script);
    await ask(test);
    expect((await test.gate.budgets())[0]?.pausedMs).toBe(9_000);
  });

  it("given an emergency's reads, so no pause holds them, and they may use the reserve", async () => {
    const { gate, reached, urgent } = gated(polls, tight);
    gate.refused(testAccount, limited, 60_000);
    await settle();
    expect(await isDone(reached.openOrders(testAccount, signal))).toBe(false);
    for (let asked = 0; asked < 4; asked += 1) expect(await isDone(urgent.openOrders(testAccount, signal))).toBe(true);
  });

  it("given a venue without an answer to what it is asked, so the cause is thrown on", async () => {
    const broken = new Error("a bug");
    const { reached } = gated({ balances: () => Promise.reject(broken) });
    await expect(reached.balances(testAccount, signal)).rejects.toBe(broken);
  });

  it("given a cancel that the library throws from, so that is thrown on: it may have left", async () => {
    const { reached, desk } = gated({ cancel: () => Promise.reject(new Error("a bug")) });
    const { orderId, instruction } = await orderAfter({ desk }, pathTo.CONFIRMING);
    const cancel = reached.cancel({ ...instruction, submitKey: keyOf(orderId, 1) }, signal);
    await expect(cancel).rejects.toThrow("a bug");
  });
});

describe("a cancelAll", () => {
  const one = { name: "cancels", requestsMax: 1, windowMs: 60_000, costs: { cancel: 1 } };
  const used = {
    entry: { manifest: { ...manifestOf({ cancelAll: true }), rateLimits: [one] } },
    policies: { rateBudget: { limitShare: 1, reserveShare: 0 } },
  };

  it("given a budget, so it counts as one cancel; given none left, so it is refused, and nothing leaves", async () => {
    const { reached, venue } = gated({ cancelAll: async () => ({ kind: "ACCEPTED" }) }, used);
    expect(await reached.cancelAll?.(testAccount, undefined, signal)).toEqual({ kind: "ACCEPTED" });
    const late = new AbortController();
    const second = reached.cancelAll?.(testAccount, undefined, late.signal);
    await settle();
    late.abort();
    expect(await second).toMatchObject({ kind: "REFUSED", error: { code: "RATE_BUDGET_USED_UP" } });
    expect(venue.callsOf("cancelAll")).toEqual([[testAccount, undefined]]);
  });

  it("given a venue that has none, so there is none behind the gate", () => {
    expect(gated().reached.cancelAll).toBeUndefined();
  });
});

describe("what is told about it", () => {
  it("given a venue that stops answering, so it is warned of once", async () => {
    const { gate, complaints, clock } = gated(
      {},
      { policies: { breaker: { failuresMax: 2, openMs: 1_000, openMsMax: 60_000 } } },
    );
    const attempt = async () => {
      const permit = await gate.admit(testAccount, { isReducing: false }, signal);
      permit?.submitted({ kind: "UNKNOWN", error: lost });
      permit?.end();
    };
    await attempt();
    expect(complaints).toHaveLength(0);
    await attempt();
    expect(complaints).toMatchObject([{ venue: "paper", failures_in_a_row: 2, probe_in_ms: 1_000 }]);
    const probe = attempt();
    await pass(clock, 1_000, 100);
    await probe;
    expect(complaints).toHaveLength(2);
  });
});

describe("being admitted", () => {
  it("given who gives up, so there is no permit, and nothing is left behind", async () => {
    const policies = { breaker: { failuresMax: 1, openMs: 60_000, openMsMax: 60_000 } };
    const { gate, clock } = gated({}, { policies });
    const first = await gate.admit(testAccount, { isReducing: false }, signal);
    first?.submitted({ kind: "UNKNOWN", error: lost });
    first?.end();
    const stop = new AbortController();
    const waiting = gate.admit(testAccount, { isReducing: false }, stop.signal);
    await settle();
    stop.abort();
    expect(await waiting).toBeUndefined();
    expect(clock.sleepers).toBe(0);
    expect(await gate.admit(testAccount, { isReducing: true }, stop.signal)).toBeUndefined();
  });

  it("given who gives up while no request may leave, so there is no permit, and its probe is another's", async () => {
    const policies = { breaker: { failuresMax: 1, openMs: 1_000, openMsMax: 60_000 } };
    const { gate, clock } = gated({}, { policies });
    const first = await gate.admit(testAccount, { isReducing: false }, signal);
    first?.submitted({ kind: "UNKNOWN", error: limited, retryAfterMs: 60_000 });
    first?.end();
    clock.advance(1_000);
    const stop = new AbortController();
    const probe = gate.admit(testAccount, { isReducing: false }, stop.signal);
    await settle();
    expect(gate.breaker().state).toBe("HALF_OPEN");
    stop.abort();
    expect(await probe).toBeUndefined();
    expect(gate.breaker()).toMatchObject({ state: "OPEN", probeInMs: 0 });
  });

  it("given a breaker that opens while it waits for room, so it waits on", async () => {
    const policies = { breaker: { failuresMax: 1, openMs: 60_000, openMsMax: 60_000 } };
    const { gate, clock } = gated({}, { policies });
    const first = await gate.admit(testAccount, { isReducing: false }, signal);
    gate.refused(testAccount, limited, 5_000);
    const second = gate.admit(testAccount, { isReducing: false }, signal);
    await settle();
    first?.submitted({ kind: "UNKNOWN", error: lost });
    first?.end();
    await pass(clock, 10_000, 1_000);
    expect(await isDone(second)).toBe(false);
    await pass(clock, 60_000, 1_000);
    expect((await second)?.hasWaited).toBe(true);
  });
});
