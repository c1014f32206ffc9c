import { describe, expect, it } from "vitest";
import { ManualClock } from "../testing/manual-clock.ts";
import { settle } from "../testing/settle.ts";
import { type BreakerPass, CircuitBreaker } from "./circuit-breaker.ts";

const policy = { failuresMax: 3, openMs: 1_000, openMsMax: 60_000 };

function breakerOf() {
  const clock = new ManualClock();
  const breaker = new CircuitBreaker(clock, policy);
  const enter = (isExempt = false) => breaker.enter({ isExempt });
  const entered = (isExempt = false): BreakerPass => {
    const pass = enter(isExempt);
    if (pass === undefined) throw new Error("it is open");
    return pass;
  };
  const fail = (times = 1) => {
    for (let failed = 0; failed < times; failed += 1) breaker.leave(entered(), "UNANSWERED");
  };
  return { clock, breaker, enter, entered, fail };
}

describe("opening", () => {
  it("given as many attempts in a row without an answer as the policy says, so no other one is let through", () => {
    const { breaker, enter, fail } = breakerOf();
    fail(2);
    expect(breaker.view()).toEqual({ state: "CLOSED", failuresInARow: 2 });
    fail();
    expect(breaker.view()).toEqual({ state: "OPEN", failuresInARow: 3, probeInMs: 1_000 });
    expect(enter()).toBeUndefined();
  });

  it("given an answer in between, even a refusal, so the count begins anew", () => {
    const { breaker, entered, fail } = breakerOf();
    fail(2);
    breaker.leave(entered(), "ANSWERED");
    fail(2);
    expect(breaker.view().state).toBe("CLOSED");
  });

  it("given attempts that never asked the venue, so they count for nothing", () => {
    const { breaker, entered, fail } = breakerOf();
    fail(2);
    for (let made = 0; made < 10; made += 1) breaker.leave(entered(), "NOTHING");
    expect(breaker.view()).toEqual({ state: "CLOSED", failuresInARow: 2 });
    fail();
    expect(breaker.view().state).toBe("OPEN");
  });
});

describe("while it is open", () => {
  it("given what is exempt, so it passes whatever the state, and its answer closes", () => {
    const { breaker, enter, entered, fail } = breakerOf();
    fail(3);
    const pass = entered(true);
    expect(breaker.holds(pass)).toBe(true);
    breaker.leave(pass, "ANSWERED");
    expect(breaker.view()).toEqual({ state: "CLOSED", failuresInARow: 0 });
    expect(enter()).toBeDefined();
  });

  it("given what is exempt and gets no answer, so the pause is no longer for it", () => {
    const { breaker, entered, fail } = breakerOf();
    fail(3);
    breaker.leave(entered(true), "UNANSWERED");
    expect(breaker.view()).toMatchObject({ state: "OPEN", probeInMs: 1_000 });
  });

  it("given a pass from before, so it does not hold any more", () => {
    const { breaker, entered, fail } = breakerOf();
    const early = entered();
    fail(3);
    expect(breaker.holds(early)).toBe(false);
  });

  it("given that the pause is over, so one probe is let through, and only one", () => {
    const { clock, breaker, enter, entered, fail } = breakerOf();
    fail(3);
    clock.advance(999);
    expect(enter()).toBeUndefined();
    clock.advance(1);
    expect(breaker.holds(entered())).toBe(true);
    expect(breaker.view().state).toBe("HALF_OPEN");
    expect(enter()).toBeUndefined();
    clock.advance(3_600_000);
    expect(enter()).toBeUndefined();
  });

  it("given probes that fail, so the pauses are 1, 2, 4 … s, at most 60", () => {
    const { clock, breaker, fail } = breakerOf();
    fail(3);
    const pauses = Array.from({ length: 9 }, () => {
      const { probeInMs = 0 } = breaker.view();
      clock.advance(probeInMs);
      fail();
      return probeInMs / 1_000;
    });
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it("given a probe that is answered, so all pass, and the next pause is the first again", () => {
    const { clock, breaker, enter, entered, fail } = breakerOf();
    fail(3);
    clock.advance(1_000);
    fail();
    clock.advance(2_000);
    breaker.leave(entered(), "ANSWERED");
    expect([enter(), enter()].every((pass) => pass !== undefined)).toBe(true);
    fail(3);
    expect(breaker.view()).toMatchObject({ state: "OPEN", probeInMs: 1_000 });
  });

  it("given a probe that never asked the venue, so another may go at once, after the same pause if it fails", () => {
    const { clock, breaker, entered, fail } = breakerOf();
    fail(3);
    clock.advance(1_000);
    breaker.leave(entered(), "NOTHING");
    fail();
    expect(breaker.view()).toMatchObject({ state: "OPEN", probeInMs: 2_000 });
  });
});

describe("waiting for it", () => {
  const waitingFor = async (breaker: CircuitBreaker, signal = new AbortController().signal) => {
    let woken = false;
    void breaker.untilChange(signal).then(() => {
      woken = true;
    });
    await settle();
    return () => woken;
  };

  it("given that it is closed, so there is nothing to wait for", async () => {
    expect((await waitingFor(breakerOf().breaker))()).toBe(true);
  });

  it("given that it is open, so until the pause is over", async () => {
    const { clock, breaker, fail } = breakerOf();
    fail(3);
    const woken = await waitingFor(breaker);
    clock.advance(999);
    await settle();
    expect(woken()).toBe(false);
    clock.advance(1);
    await settle();
    expect(woken()).toBe(true);
  });

  it("given a probe under way, so until it is through", async () => {
    const { clock, breaker, entered, fail } = breakerOf();
    fail(3);
    clock.advance(1_000);
    const probe = entered();
    const woken = await waitingFor(breaker);
    expect(woken()).toBe(false);
    breaker.leave(probe, "ANSWERED");
    await settle();
    expect(woken()).toBe(true);
    expect(clock.sleepers).toBe(0);
  });

  it("given who stops waiting, so at once, and nothing sleeps on", async () => {
    const { clock, breaker, fail } = breakerOf();
    fail(3);
    const stop = new AbortController();
    const woken = await waitingFor(breaker, stop.signal);
    stop.abort();
    await settle();
    expect(woken()).toBe(true);
    expect(clock.sleepers).toBe(0);
  });
});
