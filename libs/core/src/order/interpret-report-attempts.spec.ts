import { describe, expect, it } from "vitest";
import {
  after,
  busy,
  expired,
  fillOf,
  lost,
  namedAttempt,
  orderIn,
  quoteBuy,
  refused,
} from "../testing/order-fixtures.ts";
import { eventsOf, failureOf, interpreted, reportOf, told, toldAt } from "../testing/report-fixtures.ts";
import { addMs } from "../time/wall-time.ts";
import { changeOrder } from "./change-order.ts";
import { attemptOf, dueAtOnce, type Order, phaseOf } from "./order.ts";
import { submitKey, venueOrderId } from "./order-id.ts";

const f1 = fillOf("F1", "0.4");
const whole = fillOf("F3", "1");
const secondKey = submitKey("key-2");
const second = { number: 2, submitKey: secondKey, preparedAt: after(50) };
/** The second attempt is being sent; the first one, key-1 and V1, was believed dead. */
const resent: Order = { ...orderIn("SUBMITTED"), attemptCount: 2, state: "SUBMITTED", attempt: second };
const resentInDoubt: Order = { ...orderIn("IN_DOUBT"), attemptCount: 2, state: "IN_DOUBT", attempt: second };

describe("given a second attempt, when the first is told of", () => {
  it.each([
    ["cancelled", reportOf("CANCELLED")],
    ["filled, without a fill", reportOf("FILLED")],
    ["refused", failureOf("REJECTED", refused)],
    ["absent", failureOf("ABSENT", expired)],
    ["unknown", failureOf("UNKNOWN")],
  ])("as %s, so nothing is proven about the second", (_what, report) => {
    expect(interpreted(resent, report)).toEqual([]);
  });

  it("as partly filled, so its fill counts and the second attempt is not given its venue order id", () => {
    const order = told(resent, reportOf("OPEN", { venueOrderId: venueOrderId("V1"), fills: [f1] }));
    expect(order).toMatchObject({ state: "SUBMITTED", cumQuantity: "0.4" });
    expect(attemptOf(order)).toEqual(second);
  });

  it("as filled, so the second must not be forgotten: it is cancelled once it is found", () => {
    const filled = told(resent, reportOf("FILLED", { fills: [whole] }));
    expect(filled).toMatchObject({ state: "SUBMITTED", cumQuantity: "1", attempt: second, cancelRequest: {} });
    const found = told(filled, reportOf("OPEN", { submitKey: secondKey }), [whole]);
    expect(found).toMatchObject({ state: "CANCELLING", cancelAfter: dueAtOnce.cancel });
  });

  it("as filled, in parts, so each part counts and one cancel is asked for", () => {
    const report = reportOf("FILLED", { fills: [f1, fillOf("F2", "0.6")] });
    expect(eventsOf(resentInDoubt, report)).toEqual([
      "FILLED_PARTLY",
      "FILLED_PARTLY",
      "CANCEL_REQUESTED",
      "SURPLUS_ATTEMPT",
    ]);
  });

  it.each([
    ["never left", failureOf("NOT_SENT", expired, { submitKey: secondKey })],
    ["refused for now", failureOf("REJECTED", busy, { submitKey: secondKey })],
    ["proven absent", failureOf("ABSENT", expired, { submitKey: secondKey })],
  ])("as partly filled, and then the second: %s, so the order ends CANCELLED with its fill", (_what, report) => {
    const filled = told(resentInDoubt, reportOf("TRADE", { fills: [f1] }));
    const order = told(filled, report, [f1]);
    expect(order).toMatchObject({ state: "CANCELLED", cumQuantity: "0.4" });
  });

  it("as partly filled, and then the second is found, so it goes on", () => {
    const filled = told(resentInDoubt, reportOf("TRADE", { fills: [f1] }));
    const rest = fillOf("F9", "0.6", { venueOrderId: venueOrderId("V2") });
    const order = told(filled, reportOf("FILLED", { submitKey: secondKey, fills: [rest] }), [f1]);
    expect(order).toMatchObject({ state: "FILLED", attempt: { number: 2, venueOrderId: "V2" } });
  });
});

describe("given a second attempt and a first that filled the whole order", () => {
  const resting: Order = {
    ...orderIn("CONFIRMING"),
    attemptCount: 2,
    state: "CONFIRMING",
    attempt: { ...second, venueOrderId: venueOrderId("V2") },
  };
  const firstFilled = reportOf("FILLED", { fills: [whole] });
  const ofSecond = (lastQuantity: string) => fillOf("F9", lastQuantity, { venueOrderId: venueOrderId("V2") });

  it("when the second rests, so its cancel is due at once", () => {
    const order = told(resting, firstFilled);
    expect(order).toMatchObject({ state: "CANCELLING", cumQuantity: "1", cancelAfter: dueAtOnce.cancel });
  });

  it.each([
    ["is cancelled", reportOf("CANCELLED", { submitKey: secondKey }), "FILLED"],
    ["has expired", reportOf("EXPIRED", { submitKey: secondKey }), "FILLED"],
    ["is refused", failureOf("REJECTED", refused, { submitKey: secondKey }), "FILLED"],
    ["is still open", reportOf("OPEN", { submitKey: secondKey }), "CANCELLING"],
    ["has a part filled", reportOf("TRADE", { submitKey: secondKey, fills: [ofSecond("0.2")] }), "CANCELLING"],
    ["is filled too", reportOf("FILLED", { submitKey: secondKey, fills: [ofSecond("1")] }), "FILLED"],
  ])("when the second %s, so %s is not forgotten", (_what, report, state) => {
    expect(told(told(resting, firstFilled), report, [whole]).state).toBe(state);
  });

  it.each([
    ["proven absent", failureOf("ABSENT", expired, { submitKey: secondKey })],
    ["not sent", failureOf("NOT_SENT", expired, { submitKey: secondKey })],
  ])("when the second is %s, so FILLED, for nothing is open any more", (_what, report) => {
    expect(told(told(resentInDoubt, firstFilled), report, [whole]).state).toBe("FILLED");
  });

  it.each([
    ["a part", "0.4", "CANCELLED"],
    ["all", "1", "FILLED"],
  ])("when %s of the first is told before the third is sent, so there is no third", (_what, quantity, state) => {
    const waiting: Order = { ...orderIn("FAILED_WILL_RETRY"), state: "FAILED", retryAt: after(900), attempt: second };
    expect(told(waiting, reportOf("TRADE", { fills: [fillOf("F1", quantity)] })).state).toBe(state);
  });

  it("when there are fills of both, so the sum alone does not say that the second is done", () => {
    const both = told(resting, reportOf("TRADE", { fills: [f1] }));
    const rest = reportOf("TRADE", { submitKey: secondKey, fills: [ofSecond("0.6")] });
    expect(told(both, rest, [f1])).toMatchObject({ state: "CANCELLING", cumQuantity: "1" });
  });
});

describe("given one venue fill id at two venue orders", () => {
  it("when both are told, so they are two fills", () => {
    const other = { ...f1, venueOrderId: venueOrderId("V2") };
    expect(eventsOf(orderIn("CONFIRMING"), reportOf("TRADE", { fills: [f1, other, f1] }))).toEqual([
      "FILLED_PARTLY",
      "FILLED_PARTLY",
    ]);
  });
});

describe("the venue's name of an attempt", () => {
  it("given none, when accepted with one, so it is kept", () => {
    const order = told(orderIn("SUBMITTED"), reportOf("OPEN", { venueOrderId: venueOrderId("V7") }));
    expect(attemptOf(order)?.venueOrderId).toBe("V7");
  });

  it("given none, when a fill has one, so it is kept", () => {
    const order = told(orderIn("IN_DOUBT"), reportOf("TRADE", { fills: [f1] }));
    expect(attemptOf(order)?.venueOrderId).toBe("V1");
  });

  it("given one, when told another, so the first stays", () => {
    const order = told(
      orderIn("CONFIRMING"),
      reportOf("TRADE", { fills: [{ ...f1, venueOrderId: venueOrderId("V2") }] }),
    );
    expect(attemptOf(order)).toEqual(namedAttempt);
  });
});

describe("when the next step is due", () => {
  it("given a first attempt, when refused for now, so again in 1 s", () => {
    expect(told(orderIn("SUBMITTED"), failureOf("REJECTED", busy))).toMatchObject({
      retryAt: after(1_100),
      lastError: busy,
    });
  });

  it("given a second attempt, when proven absent, so again in 2 s", () => {
    const report = failureOf("ABSENT", expired, { submitKey: secondKey });
    expect(told(resentInDoubt, report)).toMatchObject({ retryAt: after(2_100), lastError: expired });
  });

  it("given CANCELLING, when taken, so it is sent again after 5 s", () => {
    expect(told(orderIn("CANCELLING"), reportOf("CANCEL_TAKEN"))).toMatchObject({ cancelAfter: after(5_100) });
    // Nobody asked for it: an earlier attempt had filled the order.
    const { cancelRequest: _, ...unasked } = orderIn("CANCELLING");
    expect(told(unasked, reportOf("CANCEL_TAKEN"))).toMatchObject({ cancelAfter: after(5_100) });
  });

  it("given CANCELLING, when its answer is lost, so it is sent again after 1 s", () => {
    const order = told(orderIn("CANCELLING"), failureOf("CANCEL_UNKNOWN", lost));
    expect(order).toMatchObject({ cancelAfter: after(1_100), lastError: lost });
  });

  it.each([
    ["taken", reportOf("CANCEL_TAKEN"), 100, 25_000],
    ["taken", reportOf("CANCEL_TAKEN"), 1_000, 30_000],
    ["unanswered", failureOf("CANCEL_UNKNOWN", lost), 20, 5_000],
    ["unanswered", failureOf("CANCEL_UNKNOWN", lost), 3_600, 30_000],
    // Wanted by a clock that was an hour ahead: who knows since when.
    ["unanswered", failureOf("CANCEL_UNKNOWN", lost), -3_600, 30_000],
  ])(
    "given CANCELLING, when %s %o, wanted for %d s, so it is sent again after %d ms",
    (_what, report, wantedS, waitMs) => {
      const order = orderIn("CANCELLING", { cancelRequest: { at: toldAt, reason: "asked" } });
      const now = addMs(toldAt, wantedS * 1_000);
      expect(told(order, report, [], now)).toMatchObject({ cancelAfter: addMs(now, waitMs) });
    },
  );

  it("given a cancel request, when found, so the cancel is due now", () => {
    const order = orderIn("IN_DOUBT", { cancelRequest: { at: after(25), reason: "asked" } });
    expect(told(order, reportOf("OPEN"))).toMatchObject({ state: "CANCELLING", cancelAfter: dueAtOnce.cancel });
  });
});

describe("alerts", () => {
  const alertsOf = (order: Order, report: Parameters<typeof interpreted>[1], recorded = [f1]) =>
    changeOrder(order, interpreted(order, report, recorded), toldAt)
      .records.map(({ type }) => type)
      .filter((type) => type === "order.late_fill" || type === "order.overfill");
  const late = fillOf("F9", "0.1");

  it.each([
    ["PARTIALLY_FILLED", "a fill", late, []],
    ["PARTIALLY_FILLED", "exactly the rest", fillOf("F9", "0.6"), []],
    ["PARTIALLY_FILLED", "more than the rest", whole, ["order.overfill"]],
    ["FILLED", "one more fill", late, ["order.overfill"]],
    ["CANCELLED", "a fill", late, ["order.late_fill"]],
    ["EXPIRED", "a fill", late, ["order.late_fill"]],
    ["REJECTED", "a fill", late, ["order.late_fill"]],
    ["FAILED_FINAL", "a fill", late, ["order.late_fill"]],
    ["CANCELLED", "more than was ordered", fillOf("F9", "1.5"), ["order.late_fill", "order.overfill"]],
  ] as const)("given %s, when %s comes, so %o", (phase, _what, fill, so) => {
    expect(alertsOf(orderIn(phase), reportOf("TRADE", { fills: [fill] }))).toEqual(so);
  });

  it("given FILLED and sized in quote, when one more fill comes, so it is late", () => {
    const order = orderIn("FILLED", { instruction: quoteBuy });
    expect(phaseOf(order)).toBe("FILLED");
    expect(alertsOf(order, reportOf("TRADE", { fills: [late] }))).toEqual(["order.late_fill"]);
  });
});
