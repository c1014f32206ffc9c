import { describe, expect, it } from "vitest";
import { recordReport } from "../desk/record-report.ts";
import { SurefillError } from "../error/surefill-error.ts";
import { attemptOf, type Order } from "../order/order.ts";
import { submitKey } from "../order/order-id.ts";
import { defaultRetryPolicy } from "../retry/retry-policy.ts";
import { fenceFor, keyOf, stored } from "../testing/desk-for-tests.ts";
import { after, busy, expired, fillOf, lost, refused, testAccount } from "../testing/order-fixtures.ts";
import type { VenueScript } from "../testing/scripted-venue.ts";
import { settle } from "../testing/settle.ts";
import { acceptAll, accepted, submissionFor } from "../testing/submission-for-tests.ts";
import { addMs } from "../time/wall-time.ts";
import type { SubmitOutcome } from "../venue/venue.ts";
import { submit } from "./submit.ts";

const never = new Promise<never>(() => undefined);

describe("one attempt", () => {
  it("is durable, with exactly the bytes that are sent, before the venue hears of it", async () => {
    const seen: unknown[] = [];
    const test = await submissionFor({
      script: {
        async submit(account, attempt) {
          const [order, attempts] = await Promise.all([
            stored(test, test.order),
            test.store.orders.attempts(test.order.orderId),
          ]);
          seen.push({ account, attempt, state: order.state, attempts });
          return accepted;
        },
      },
    });
    await test.submitted();
    const payload = new TextEncoder().encode("payload 1");
    const sent = { submitKey: keyOf(test.order.orderId, 1), validUntil: addMs(test.clock.wall(), 5_000), payload };
    const preparedAt = test.clock.wall();
    expect(seen).toEqual([
      { account: "alice", attempt: sent, state: "SUBMITTED", attempts: [{ ...sent, number: 1, preparedAt }] },
    ]);
  });

  it("is stored as the library wants it stored, and sent as it is", async () => {
    const [payload, storedPayload] = [Uint8Array.of(1, 2), Uint8Array.of(3)];
    const sent: unknown[] = [];
    const test = await submissionFor({
      script: {
        prepare: async ({ orderId, number }) => ({
          kind: "PREPARED",
          attempt: { submitKey: keyOf(orderId, number), payload, storedPayload },
        }),
        async submit(_account, attempt) {
          sent.push(attempt.payload);
          return accepted;
        },
      },
    });
    await test.submitted();
    const [stored] = await test.store.orders.attempts(test.order.orderId);
    expect(stored?.payload).toEqual(storedPayload);
    expect(sent).toEqual([payload]);
  });

  it("is asked for by order, instruction and number", async () => {
    const test = await submissionFor({ script: { submit: acceptAll } });
    await test.submitted();
    const { orderId, instruction } = test.order;
    expect(test.venue.callsOf("prepare")).toEqual([[{ orderId, instruction, number: 1 }]]);
  });

  it("is sent once, whatever is answered", async () => {
    const test = await submissionFor({ script: { submit: async () => ({ kind: "UNKNOWN", error: lost }) } });
    await test.submitted();
    expect(test.venue.callsOf("submit")).toHaveLength(1);
  });
});

describe("what the answer proves", () => {
  const filled = (key: string) => ({
    submitKey: submitKey(key),
    evidence: { kind: "FILLED" } as const,
    fills: [fillOf("F1", "1")],
  });

  it.each<readonly [string, SubmitOutcome, Order["state"], Partial<Order>, string]>([
    ["accepted", accepted, "CONFIRMING", {}, "ACCEPTED"],
    ["accepted without a name", { kind: "ACCEPTED" }, "CONFIRMING", {}, "ACCEPTED"],
    ["refused for good", { kind: "REJECTED", error: refused }, "REJECTED", { lastError: refused }, "REJECTED"],
    ["refused for now", { kind: "REJECTED", error: busy }, "FAILED", { lastError: busy }, "REJECTED"],
    ["not sent", { kind: "NOT_SENT", error: expired }, "FAILED", { lastError: expired }, "NOT_SENT"],
    ["not sent, for good", { kind: "NOT_SENT", error: refused }, "FAILED", { lastError: refused }, "NOT_SENT"],
    ["unknown", { kind: "UNKNOWN", error: lost }, "IN_DOUBT", { lastError: lost }, "UNKNOWN"],
  ])("given %s, so %s", async (_what, outcome, state, rest, recorded) => {
    const test = await submissionFor({ script: { submit: async () => outcome } });
    const order = await test.submitted();
    expect(order).toMatchObject({ state, ...rest });
    expect(await stored(test, order)).toEqual(order);
    const [attempt] = await test.store.orders.attempts(order.orderId);
    expect(attempt).toMatchObject({ number: 1, outcome: recorded, answeredAt: test.clock.wall() });
  });

  it("given a name and a raw answer, so both are kept", async () => {
    const test = await submissionFor({ script: { submit: acceptAll } });
    const order = await test.submitted();
    expect(attemptOf(order)?.venueOrderId).toBe("V1");
    const [attempt] = await test.store.orders.attempts(order.orderId);
    expect(attempt?.rawAnswer).toBe('{"id":1}');
  });

  it("given fills with it, so the order is FILLED, in the commits prepared and answered", async () => {
    const test = await submissionFor();
    test.venue.script.submit = async (_account, attempt) => ({ kind: "ACCEPTED", report: filled(attempt.submitKey) });
    expect(await test.submitted()).toMatchObject({ state: "FILLED", cumQuantity: "1" });
    expect(test.committed.map(({ records }) => records.map(({ cause }) => cause.type))).toEqual([
      ["ATTEMPT_PREPARED", "EXECUTION_STARTED"],
      ["ACCEPTED", "FILLED_FULLY", "EXECUTED"],
    ]);
  });

  it("given a refusal for now, so the next attempt is due in 1 s", async () => {
    const test = await submissionFor({ script: { submit: async () => ({ kind: "REJECTED", error: busy }) } });
    expect(await test.submitted()).toMatchObject({ state: "FAILED", retryAt: addMs(test.clock.wall(), 1_000) });
  });

  it("given a retry, so it is the second attempt, under a key of its own", async () => {
    const test = await submissionFor({
      events: [
        { type: "ATTEMPT_PREPARED", submitKey: submitKey("first") },
        { type: "RETRY_SCHEDULED", error: busy, retryAt: after(1_000) },
      ],
      script: { submit: acceptAll },
    });
    const order = await test.submitted();
    expect(order).toMatchObject({
      state: "CONFIRMING",
      attemptCount: 2,
      attempt: { number: 2, submitKey: keyOf(order.orderId, 2) },
    });
  });

  it("given a fill that the stream told first, so the answer takes nothing back", async () => {
    const test = await submissionFor();
    test.venue.script.submit = async (_account, { submitKey: key }) => {
      await recordReport(test.desk, await stored(test, test.order), filled(key));
      return accepted;
    };
    expect(await test.submitted()).toMatchObject({ state: "FILLED", cumQuantity: "1", fees: {} });
  });
});

describe("an answer that does not come as it should", () => {
  it.each([
    ["throws", () => Promise.reject(new TypeError("socket hang up"))],
    ["throws one of our own errors", () => Promise.reject(new SurefillError("VENUE_UNREACHABLE", "refused"))],
  ])("given a library that %s, so the order is IN_DOUBT: it proves nothing", async (_how, throwing) => {
    const test = await submissionFor({ script: { submit: throwing } });
    expect(await test.submitted()).toMatchObject({ state: "IN_DOUBT", lastError: { code: "ANSWER_LOST" } });
    expect(test.complaints).toHaveLength(1);
  });

  it("given none for 15 s from a library that ignores its signal, so the order is IN_DOUBT", async () => {
    const signals: AbortSignal[] = [];
    const test = await submissionFor({
      script: {
        submit(_account, _attempt, signal) {
          signals.push(signal);
          return never;
        },
      },
    });
    const submitting = test.submitted();
    await settle();
    test.clock.advance(14_999);
    await settle();
    expect(await stored(test, test.order)).toMatchObject({ state: "SUBMITTED" });
    test.clock.advance(1);
    expect(await submitting).toMatchObject({ state: "IN_DOUBT", lastError: { code: "ANSWER_LOST" } });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it("given one about another attempt, so it proves nothing about this one", async () => {
    const test = await submissionFor({
      script: {
        submit: async () => ({
          kind: "ACCEPTED",
          report: { submitKey: submitKey("somebody else's"), evidence: { kind: "CANCELLED" }, fills: [] },
        }),
      },
    });
    expect(await test.submitted()).toMatchObject({ state: "SUBMITTED" });
  });
});

describe("a prepare that fails", () => {
  it.each<readonly [string, VenueScript["prepare"], string]>([
    ["says that it may pass", async () => ({ kind: "FAILED", error: busy }), "VENUE_BUSY"],
    ["throws", () => Promise.reject(new TypeError("bug")), "PREPARE_FAILED"],
  ])("given one that %s, so nothing is sent and it is tried again", async (_how, prepare, code) => {
    const test = await submissionFor({ script: { ...(prepare && { prepare }) } });
    const order = await test.submitted();
    expect(order).toMatchObject({
      ...{ state: "FAILED", attemptCount: 0, failedPrepares: 1, lastError: { code } },
      retryAt: addMs(test.clock.wall(), 1_000),
    });
    expect(await test.store.orders.attempts(order.orderId)).toEqual([]);
  });

  it("given one that fails for good, so the order has FAILED", async () => {
    const test = await submissionFor({ script: { prepare: async () => ({ kind: "FAILED", error: refused }) } });
    const order = await test.submitted();
    expect(order).toMatchObject({ state: "FAILED", lastError: refused });
    expect(order).not.toHaveProperty("retryAt");
  });

  it("given one that hangs, so it is given up after 10 s, and tried again", async () => {
    const test = await submissionFor({ script: { prepare: () => never } });
    const submitting = test.submitted();
    await settle();
    test.clock.advance(9_999);
    await fenceFor(test);
    expect(await stored(test, test.order)).toMatchObject({ state: "PENDING" });
    test.clock.advance(1);
    expect(await submitting).toMatchObject({
      state: "FAILED",
      failedPrepares: 1,
      lastError: { code: "VENUE_UNREACHABLE" },
    });
  });

  it.each([
    ["a refusal for now, so that is the cause", new SurefillError("RATE_LIMITED", "slow down"), "RATE_LIMITED", 1_000],
    [
      "one with Retry-After, so it is not tried before",
      new SurefillError("RATE_LIMITED", "slow down", { retryAfterMs: 9_000 }),
      "RATE_LIMITED",
      9_000,
    ],
    ["what would be fatal, so a bug of the library ends no order", new Error("a bug"), "PREPARE_FAILED", 1_000],
  ])("given one that throws %s", async (_, thrown, code, ms) => {
    const test = await submissionFor({ script: { prepare: () => Promise.reject(thrown) } });
    const retryAt = addMs(test.clock.wall(), ms);
    expect(await test.submitted()).toMatchObject({ state: "FAILED", lastError: { code }, retryAt, failedPrepares: 1 });
  });

  it("given a retry policy of its venue account, so it counts, not the desk's", async () => {
    const once = { ...defaultRetryPolicy, attemptsMax: 1 };
    const options = { entry: { retryPolicies: new Map([[testAccount, once]]) } };
    for (const script of [
      { prepare: async () => ({ kind: "FAILED", error: busy }) as const },
      { submit: async () => ({ kind: "REJECTED", error: busy }) as const },
    ]) {
      const test = await submissionFor({ script, options });
      expect(await test.submitted()).toMatchObject({ state: "FAILED", lastError: { code: "RETRY_EXHAUSTED" } });
    }
  });

  it("given three of them, so RETRY_EXHAUSTED", async () => {
    const test = await submissionFor({ script: { prepare: async () => ({ kind: "FAILED", error: busy }) } });
    let order = test.order;
    for (let attempt = 0; attempt < 3; attempt += 1) order = await submit(test.desk, test.entry, order, test.fence);
    expect(order).toMatchObject({ state: "FAILED", failedPrepares: 3, lastError: { code: "RETRY_EXHAUSTED" } });
    expect(order).not.toHaveProperty("retryAt");
  });
});
