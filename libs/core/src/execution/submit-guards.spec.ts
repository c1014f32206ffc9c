import { describe, expect, it } from "vitest";
import { price } from "../money/price.ts";
import { attemptFor, fenceFor, keyOf, type TestDesk, venueAccount } from "../testing/desk-for-tests.ts";
import { busy } from "../testing/order-fixtures.ts";
import type { VenueScript } from "../testing/scripted-venue.ts";
import { acceptAll, submissionFor } from "../testing/submission-for-tests.ts";
import { addMs } from "../time/wall-time.ts";
import type { PreparedAttempt } from "../venue/venue.ts";
import { requestCancel } from "./request-cancel.ts";
import { submit } from "./submit.ts";

describe("ownership", () => {
  const taken = async (test: TestDesk) => {
    test.clock.advance(10_001);
    await fenceFor(test, "server-2");
  };

  it("given a lease that is another's by now, so nothing is sent and nothing is stored", async () => {
    const test = await submissionFor();
    await taken(test);
    expect(await test.submitted()).toEqual(test.order);
    expect(test.committed).toEqual([]);
    expect(await test.store.orders.attempts(test.order.orderId)).toEqual([]);
  });

  it("given a lease that ended and that nobody took, so nothing is sent either", async () => {
    const test = await submissionFor();
    test.clock.advance(10_001);
    expect(await test.submitted()).toMatchObject({ state: "PENDING" });
  });

  it("given a lease that is lost during prepare, so nothing is sent", async () => {
    const test = await submissionFor();
    test.venue.script.prepare = async (request) => {
      await taken(test);
      return { kind: "PREPARED", attempt: attemptFor(test, request) };
    };
    expect(await test.submitted()).toMatchObject({ state: "PENDING", attemptCount: 0 });
  });

  it("given a failed prepare under a lost lease, so it is not counted", async () => {
    const test = await submissionFor({ script: { prepare: async () => ({ kind: "FAILED", error: busy }) } });
    await taken(test);
    expect(await test.submitted()).toMatchObject({ state: "PENDING", failedPrepares: 0 });
  });

  it("given an order that was cancelled meanwhile, so nothing is sent", async () => {
    const test = await submissionFor();
    test.venue.script.prepare = async (request) => {
      await requestCancel(test.desk, test.order, "changed my mind");
      return { kind: "PREPARED", attempt: attemptFor(test, request) };
    };
    expect(await test.submitted()).toMatchObject({ state: "CANCELLED" });
  });

  it("given two servers that submit one order, so it is sent once", async () => {
    const test = await submissionFor({ script: { submit: acceptAll } });
    const fence = { venueAccount, epoch: test.fence.epoch };
    const both = await Promise.all([test.submitted(), submit(test.desk, test.entry, test.order, fence)]);
    expect(both.map(({ attemptCount }) => attemptCount)).toEqual([1, 1]);
    expect(test.venue.callsOf("submit")).toHaveLength(1);
  });
});

describe("an attempt that is dead before it leaves", () => {
  /** The process is paused for `ms` between the commit and the wire. */
  const paused = (ms: number) =>
    submissionFor({
      script: { submit: acceptAll },
      options: {
        store: ({ orders }, clock) => ({
          orders: {
            ...orders,
            async commit(change) {
              const result = await orders.commit(change);
              if (change.attempt?.kind === "PREPARED") clock.advance(ms);
              return result;
            },
          },
        }),
      },
    });

  it.each([5_000, 60_000])(
    "given %i ms passed since it was prepared for 5,000, so it is never sent, and tried again",
    async (ms) => {
      const test = await paused(ms);
      const order = await test.submitted();
      expect(test.venue.callsOf("submit")).toEqual([]);
      expect(order).toMatchObject({ state: "FAILED", attemptCount: 1, lastError: { code: "ATTEMPT_EXPIRED" } });
      expect(order).toHaveProperty("retryAt");
      expect(await test.store.orders.attempts(order.orderId)).toMatchObject([{ number: 1, outcome: "NOT_SENT" }]);
    },
  );

  /** As above, at a venue that tells its time, which is `aheadMs` ahead of ours, or behind. */
  const toldTime = async (ms: number, aheadMs: number) => {
    const test = await paused(ms);
    test.venue.script.prepare = async (request) => {
      const venueTime = addMs(test.clock.wall(), aheadMs);
      const attempt = { ...attemptFor(test, request), venueTime, validUntil: addMs(venueTime, 5_000) };
      return { kind: "PREPARED", attempt };
    };
    return test;
  };

  it.each([-3_600_000, -6_000, 6_000, 3_600_000])(
    "given a venue whose clock is %i ms ahead of ours, so its attempts live as long as it says, by its time",
    async (aheadMs) => {
      const alive = await toldTime(4_999, aheadMs);
      expect(await alive.submitted()).toMatchObject({ state: "CONFIRMING" });
      const dead = await toldTime(5_000, aheadMs);
      expect(await dead.submitted()).toMatchObject({ state: "FAILED", lastError: { code: "ATTEMPT_EXPIRED" } });
      expect(dead.venue.callsOf("submit")).toEqual([]);
    },
  );

  it("given our clock set back meanwhile, so it seems no younger; set on, as after a sleep, so it is not sent", async () => {
    const setBack = await toldTime(5_000, 0);
    const prepared = setBack.venue.script.prepare;
    setBack.venue.script.prepare = async (...call) => {
      const answer = await prepared?.(...call);
      setBack.clock.setWall(addMs(setBack.clock.wall(), -3_600_000));
      return answer ?? { kind: "FAILED", error: busy };
    };
    expect(await setBack.submitted()).toMatchObject({ lastError: { code: "ATTEMPT_EXPIRED" } });
    const slept = await toldTime(0, 0);
    const before = slept.venue.script.prepare;
    slept.venue.script.prepare = async (...call) => {
      const answer = await before?.(...call);
      slept.clock.setWall(addMs(slept.clock.wall(), 6_000));
      return answer ?? { kind: "FAILED", error: busy };
    };
    expect(await slept.submitted()).toMatchObject({ lastError: { code: "ATTEMPT_EXPIRED" } });
  });

  it("given a moment less, so it is sent", async () => {
    const test = await paused(4_999);
    expect(await test.submitted()).toMatchObject({ state: "CONFIRMING" });
  });

  it("given an attempt without an end, so it is sent", async () => {
    const test = await paused(60_000);
    test.venue.script.prepare = async ({ orderId, number }) => {
      const attempt: PreparedAttempt = { submitKey: keyOf(orderId, number), payload: new Uint8Array() };
      return { kind: "PREPARED", attempt };
    };
    expect(await test.submitted()).toMatchObject({ state: "CONFIRMING" });
  });
});

describe("the price that was expected", () => {
  it.each([
    // side, expected, limit in bps, quoted, state
    ["BUY", "50000", 50, "50250", "CONFIRMING"],
    ["BUY", "50000", 50, "50250.01", "FAILED"],
    ["BUY", "50000", 50, "40000", "CONFIRMING"],
    ["SELL", "50000", 50, "49750", "CONFIRMING"],
    ["SELL", "50000", 50, "49749.99", "FAILED"],
    ["BUY", "50000", 0, "50000.01", "FAILED"],
    ["BUY", "50000", undefined, "90000", "CONFIRMING"],
    ["BUY", undefined, 50, "90000", "CONFIRMING"],
    ["BUY", "50000", 50, undefined, "CONFIRMING"],
  ] as const)(
    "given a %s expected at %s within %s bps, when quoted %s, so %s",
    async (side, expected, bps, quoted, state) => {
      const instruction = {
        side,
        ...(expected === undefined ? {} : { expectedPrice: price(expected) }),
        ...(bps === undefined ? {} : { maxSlippageBps: bps }),
      };
      const test = await submissionFor({
        instruction,
        script: { submit: acceptAll },
        ...(quoted === undefined ? {} : { quotedPrice: quoted }),
      });
      // As place() makes it.
      const order = expected === undefined ? test.order : { ...test.order, expectedPrice: price(expected) };
      const after = await submit(test.desk, test.entry, order, test.fence);
      expect(after.state).toBe(state);
      expect(test.venue.callsOf("submit")).toHaveLength(state === "FAILED" ? 0 : 1);
    },
  );

  it("given one that moved too far, so the order ends and says so", async () => {
    const test = await submissionFor({ quotedPrice: "50300", instruction: { maxSlippageBps: 50 } });
    const order = { ...test.order, expectedPrice: price("50000") };
    const after = await submit(test.desk, test.entry, order, test.fence);
    expect(after).toMatchObject({
      state: "FAILED",
      lastError: {
        code: "PRICE_MOVED",
        message: "the quote 50300 is more than 50 bps worse than the expected 50000",
        context: { quoted: "50300", expected: "50000", max_slippage_bps: "50" },
      },
    });
    expect(after).not.toHaveProperty("retryAt");
  });

  it("counts from the first quote over all attempts, never from the fresh one", async () => {
    const quotes = ["50000", "50240", "50260"];
    const test = await submissionFor({ instruction: { maxSlippageBps: 50 } });
    Object.assign(test.venue.script, {
      prepare: async (request: Parameters<NonNullable<VenueScript["prepare"]>>[0]) => ({
        kind: "PREPARED",
        attempt: { ...attemptFor(test, request), quotedPrice: price(quotes[request.number - 1] ?? "0.01") },
      }),
      submit: async () => ({ kind: "REJECTED", error: busy }),
    } satisfies VenueScript);
    let order = test.order;
    for (let attempt = 0; attempt < 3; attempt += 1) order = await submit(test.desk, test.entry, order, test.fence);
    expect(order).toMatchObject({ state: "FAILED", expectedPrice: "50000", lastError: { code: "PRICE_MOVED" } });
    expect(test.venue.callsOf("submit")).toHaveLength(2);
  });
});
