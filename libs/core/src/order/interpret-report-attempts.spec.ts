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
    ["open", reportOf("OPEN")],
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
    expect(order).toMatchObject({ state: "PARTIALLY_FILLED", cumQuantity: "0.4" });
    expect(attemptOf(order)).toEqual(second);
  });

  it("as filled, so the order is FILLED", () => {
    expect(told(resent, reportOf("FILLED", { fills: [whole] }))).toMatchObject({ state: "FILLED", attempt: second });
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
  });

  it("given CANCELLING, when its answer is lost, so it is sent again after 1 s", () => {
    const order = told(orderIn("CANCELLING"), failureOf("CANCEL_UNKNOWN", lost));
    expect(order).toMatchObject({ cancelAfter: after(1_100), lastError: lost });
  });

  it("given a cancel request, when found, so the cancel is due now", () => {
    const order = orderIn("IN_DOUBT", { cancelRequest: { at: after(25), reason: "asked" } });
    expect(told(order, reportOf("OPEN"))).toMatchObject({ state: "CANCELLING", cancelAfter: dueAtOnce.cancel });
  });
});

describe("alerts", () => {
  const alertsOf = (order: Order, report: Parameters<typeof interpreted>[1], recorded = [f1]) =>
    changeOrder(order, interpreted(order, report, recorded), toldAt)
      .records.map(({ type }) => type)
      .filter((type) => type !== "order.transition");
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
