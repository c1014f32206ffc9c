import { describe, expect, it } from "vitest";
import { recordReport } from "../desk/record-report.ts";
import { quantity } from "../money/quantity.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import type { Order } from "../order/order.ts";
import { submitKey, venueOrderId } from "../order/order-id.ts";
import { surplusDueAt } from "../order/surplus-attempt.ts";
import { deskForTests, keyOf, orderAfter, stored } from "../testing/desk-for-tests.ts";
import { aboutOrder } from "../testing/observer-for-tests.ts";
import { fillOf, lost, refused, sampleEvents } from "../testing/order-fixtures.ts";
import type { VenueScript } from "../testing/scripted-venue.ts";
import { elapsedMs } from "../time/wall-time.ts";
import type { CancelOutcome, LookupAnswer } from "../venue/venue.ts";
import { cancelSurplus } from "./cancel-surplus.ts";

const { ATTEMPT_PREPARED, RETRY_SCHEDULED, ACCEPTED } = sampleEvents;
const v0 = { venueOrderId: venueOrderId("V0") };
const cancelled = { kind: "CANCELLED" } as const;

function foundAs(order: Order, rest: Partial<ExecutionReport>): LookupAnswer {
  return { kind: "FOUND", report: aboutOrder(order, rest) };
}

/** An order whose second attempt rests, and whose first turned up open as well. */
async function setUp(script: VenueScript = {}, shown: Partial<ExecutionReport> = v0) {
  const test = deskForTests({ script });
  const resent = await orderAfter(test, [ATTEMPT_PREPARED, RETRY_SCHEDULED, ATTEMPT_PREPARED, ACCEPTED]);
  const order = await recordReport(test.desk, resent, aboutOrder(resent, shown));
  test.committed.length = 0;
  const cancel = (current = order) => cancelSurplus(test.desk, test.entry, current);
  /** In how many milliseconds it is due again; undefined once it has ended. */
  const againMs = (after: Order) => {
    const dueAt = surplusDueAt(after);
    return dueAt && elapsedMs(test.clock.wall(), dueAt);
  };
  return { ...test, order, cancel, againMs };
}

/** The first cancel's answer is lost; then a minute passes. */
async function unanswered(script: VenueScript) {
  const test = await setUp({ cancel: async () => ({ kind: "UNKNOWN", error: lost }) });
  const order = await test.cancel();
  test.clock.advance(60_000);
  Object.assign(test.venue.script, script);
  return { ...test, order };
}

describe("the cancel of a surplus attempt", () => {
  it("names the attempt that turned up, and leaves the one that the order follows alone", async () => {
    const test = await setUp({ cancel: async () => ({ kind: "ACCEPTED" }) });
    const after = await test.cancel();
    const reference = { account: "alice", instrument: "BTC/USDT", submitKey: keyOf(test.order.orderId, 1), ...v0 };
    expect(test.venue.callsOf("cancel")).toEqual([[reference]]);
    expect(after).toMatchObject({ state: "CONFIRMING", attempt: { number: 2 } });
    expect(after.cancelRequest).toBeUndefined();
  });

  it.each<[string, CancelOutcome, number]>([
    ["taken", { kind: "ACCEPTED" }, 5_000],
    ["refused", { kind: "REFUSED", error: refused }, 1_000],
    ["unknown", { kind: "UNKNOWN", error: lost }, 1_000],
  ])("given it is %s, so it is due again, durably, and kept as evidence", async (_what, outcome, againMs) => {
    const test = await setUp({ cancel: async () => outcome });
    const after = await test.cancel();
    expect(test.againMs(after)).toBe(againMs);
    expect(await stored(test, test.order)).toEqual(after);
    expect(await test.store.evidence.ofOrders([test.order.orderId])).toMatchObject([
      { operation: "CANCEL", outcome: outcome.kind, attemptNumber: 1 },
    ]);
  });

  it("given a library that throws, so it is unknown", async () => {
    const test = await setUp({ cancel: () => Promise.reject(new TypeError("bug")) });
    expect(test.againMs(await test.cancel())).toBe(1_000);
  });

  it("given the answer tells the end, with a fill on the way, so it has ended and the fill counts", async () => {
    const fill = fillOf("F1", "0.4", v0);
    const test = await setUp({
      cancel: async () => ({
        kind: "ACCEPTED",
        report: aboutOrder(test.order, { evidence: cancelled, fills: [fill], cumQuantity: quantity("0.4") }),
      }),
    });
    const after = await test.cancel();
    expect(test.againMs(after)).toBeUndefined();
    // Both attempts are for the whole order: with the fill of one, the other is cancelled too.
    expect(after).toMatchObject({ state: "CANCELLING", cumQuantity: "0.4" });
  });

  it("given it is not open any more, so a look-up tells its end", async () => {
    const test = await setUp({
      cancel: async () => ({ kind: "NOT_OPEN" }),
      lookup: async () => foundAs(test.order, { evidence: cancelled }),
    });
    expect(test.againMs(await test.cancel())).toBeUndefined();
  });

  it("given it is not open and not found either, so nothing is proven and it is asked again", async () => {
    const test = await setUp({
      cancel: async () => ({ kind: "NOT_OPEN" }),
      lookup: async () => ({ kind: "NOT_FOUND", asOf: test.clock.wall() }),
    });
    expect(test.againMs(await test.cancel())).toBe(1_000);
  });

  it("given it is shown by its venue order id under another key, so its end is believed", async () => {
    const test = await setUp({
      cancel: async () => ({ kind: "NOT_OPEN" }),
      lookup: async () => foundAs(test.order, { ...v0, submitKey: submitKey("echo"), evidence: cancelled }),
    });
    expect(test.againMs(await test.cancel())).toBeUndefined();
  });

  it("given something else is shown, so its end is not", async () => {
    const other = { venueOrderId: venueOrderId("V9"), submitKey: submitKey("other"), evidence: cancelled };
    const test = await setUp({
      cancel: async () => ({ kind: "NOT_OPEN" }),
      lookup: async () => foundAs(test.order, other),
    });
    expect(test.againMs(await test.cancel())).toBe(1_000);
  });

  it("given no venue order id, so the key names it", async () => {
    const test = await setUp({ cancel: async () => ({ kind: "ACCEPTED" }) }, {});
    await test.cancel();
    expect(test.venue.callsOf("cancel")).toMatchObject([[{ submitKey: keyOf(test.order.orderId, 1) }]]);
  });
});

describe("a cancel of it that is sent again", () => {
  it("given the one before had done its work, so none is sent", async () => {
    const test = await unanswered({ lookup: async () => foundAs(test.order, { evidence: cancelled }) });
    expect(test.againMs(await test.cancel(test.order))).toBeUndefined();
    expect(test.venue.callsOf("cancel")).toHaveLength(1);
  });

  it.each<[string, LookupAnswer]>([
    ["not found", { kind: "NOT_FOUND", asOf: sampleEvents.LANDED.landedAt }],
    ["nothing at all", { kind: "UNAVAILABLE", error: lost }],
  ])("given the look-up tells %s, so it is cancelled once more", async (_what, answer) => {
    const test = await unanswered({ lookup: async () => answer, cancel: async () => ({ kind: "ACCEPTED" }) });
    expect(test.againMs(await test.cancel(test.order))).toBe(15_000);
    expect(test.venue.callsOf("cancel")).toHaveLength(2);
  });

  it("given it is not due yet, so nothing is asked", async () => {
    const test = await setUp({ cancel: async () => ({ kind: "ACCEPTED" }) });
    const taken = await test.cancel();
    expect(await test.cancel(taken)).toBe(taken);
    expect(test.venue.callsOf("cancel")).toHaveLength(1);
  });

  it("given it is due by a clock ahead of ours whose wait is over, so it is looked up and cancelled", async () => {
    const test = await setUp({ cancel: async () => ({ kind: "ACCEPTED" }) });
    const taken = await test.cancel();
    test.venue.script.lookup = async () => foundAs(test.order, {});
    await cancelSurplus(test.desk, test.entry, taken, true);
    expect(test.venue.callsOf("lookup")).toHaveLength(1);
    expect(test.venue.callsOf("cancel")).toHaveLength(2);
  });

  it.each([false, true])("given an order without any, so nothing is asked (ahead: %s)", async (isFromAhead) => {
    const test = deskForTests();
    const order = await orderAfter(test, [ATTEMPT_PREPARED, ACCEPTED]);
    expect(await cancelSurplus(test.desk, test.entry, order, isFromAhead)).toBe(order);
  });
});
