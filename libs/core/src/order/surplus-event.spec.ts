import { describe, expect, it } from "vitest";
import { quantity } from "../money/quantity.ts";
import {
  after,
  busy,
  fillOf,
  lost,
  namedAttempt,
  orderIn,
  refused,
  surplusAttempt,
} from "../testing/order-fixtures.ts";
import { failureOf, interpreted, reportOf, told, toldAt } from "../testing/report-fixtures.ts";
import { addMs } from "../time/wall-time.ts";
import { applyEvent } from "./apply-event.ts";
import type { ExecutionReport } from "./execution-report.ts";
import { attemptOf, dueAtOnce, type Order, phaseOf } from "./order.ts";
import { submitKey, venueOrderId } from "./order-id.ts";
import type { Phase } from "./order-state.ts";
import { surplusDueAt } from "./surplus-attempt.ts";

const second = { number: 2, submitKey: submitKey("key-2"), preparedAt: after(50) };
const v1 = { venueOrderId: venueOrderId("V1") };
const f1 = fillOf("F1", "0.4");
const found = { submitKey: namedAttempt.submitKey, ...v1, foundAt: toldAt, cancelAfter: dueAtOnce.cancel };

/** In `phase` with a second attempt; the first one, key-1 and V1, was believed dead. */
function resentIn(phase: Phase): Order {
  return { ...orderIn(phase), attemptCount: 2, attempt: second } as Order;
}

/** In `phase` with a second attempt, and the first known to be alive since `toldAt`. */
function doubledIn(phase: Phase): Order {
  return { ...resentIn(phase), surplusAttempts: [found] };
}

describe("an earlier attempt is told of, given the order is", () => {
  it.each<Phase>([
    "SUBMITTED",
    "IN_DOUBT",
    "CONFIRMING",
    "CANCELLING",
    "FAILED_WILL_RETRY",
    "FAILED_FINAL",
    "FILLED",
    "CANCELLED",
    "EXPIRED",
    "REJECTED",
  ])("%s, as open, so it is surplus, its cancel is due at once, and the order stays as it is", (phase) => {
    const before = resentIn(phase);
    const order = told(before, reportOf("OPEN", v1));
    expect(order.surplusAttempts).toEqual([found]);
    expect(phaseOf(order)).toBe(phase);
    expect(attemptOf(order)).toEqual(attemptOf(before));
    expect(interpreted(order, reportOf("OPEN", v1))).toEqual([]);
  });

  it("CONFIRMING and landed, so it still is", () => {
    const order = told({ ...resentIn("CONFIRMING"), landedAt: after(60) } as Order, reportOf("OPEN", v1));
    expect(order).toMatchObject({ state: "CONFIRMING", landedAt: after(60), surplusAttempts: [found] });
  });

  it("SUBMITTED, as filled in part, so the venue's name of it is kept, for it may be open still", () => {
    const order = told(resentIn("SUBMITTED"), reportOf("TRADE", { fills: [f1] }));
    expect(order).toMatchObject({ cumQuantity: "0.4", surplusAttempts: [found], cancelRequest: {} });
  });

  it("SUBMITTED, without a name, so it has none", () => {
    const { venueOrderId: _, ...nameless } = found;
    expect(told(resentIn("SUBMITTED"), reportOf("OPEN")).surplusAttempts).toEqual([nameless]);
  });

  it("CANCELLED, as filled and done, so it is told, and nothing is left to cancel", () => {
    const order = told(resentIn("CANCELLED"), reportOf("FILLED", { fills: [fillOf("F3", "1")] }));
    expect(order.surplusAttempts).toMatchObject([{ submitKey: "key-1" }]);
    expect(surplusDueAt(order)).toBeUndefined();
  });

  it.each([
    ["cancelled", reportOf("CANCELLED")],
    ["refused", failureOf("REJECTED", refused)],
    ["taken for a cancel", reportOf("CANCEL_TAKEN")],
    ["unknown", failureOf("UNKNOWN")],
    ["filled by what is recorded already", reportOf("TRADE", { fills: [f1] })],
  ])("CONFIRMING, as %s, so it is not", (_what, report) => {
    expect(told(resentIn("CONFIRMING"), report, [f1]).surplusAttempts).toBeUndefined();
  });

  it("CONFIRMING, and by a key of no attempt of it, so it is not its business", () => {
    const report = reportOf("OPEN", { submitKey: submitKey("stranger") });
    expect(interpreted(resentIn("CONFIRMING"), report)).toEqual([]);
  });
});

describe("the last attempt", () => {
  const listed = reportOf("OPEN_AFTER_END", v1);

  it.each<Phase>(["FAILED_FINAL", "FILLED", "CANCELLED", "EXPIRED", "REJECTED"])(
    "given %s and listed as open long after, so it is surplus",
    (phase) => {
      expect(told(orderIn(phase), listed).surplusAttempts).toEqual([found]);
      // A stream may be late: that it was open is no news.
      expect(interpreted(orderIn(phase), reportOf("OPEN", v1))).toEqual([]);
    },
  );

  it.each<Phase>(["SUBMITTED", "CONFIRMING", "CANCELLING"])("given %s, so it is followed and no surplus", (phase) => {
    expect(told(orderIn(phase), listed).surplusAttempts).toBeUndefined();
  });

  it("given an earlier one that is listed after the end, so that is surplus too", () => {
    expect(told(resentIn("CANCELLED"), listed).surplusAttempts).toEqual([found]);
  });

  it("given a late fill of it, so that is all", () => {
    expect(told(orderIn("CANCELLED"), reportOf("TRADE", { fills: [f1] })).surplusAttempts).toBeUndefined();
  });
});

describe("a surplus attempt", () => {
  const ended = { submitKey: found.submitKey, ...v1, foundAt: toldAt };

  it.each([
    ["cancelled", reportOf("CANCELLED")],
    ["expired", reportOf("EXPIRED")],
    ["filled", reportOf("FILLED")],
    ["refused", failureOf("REJECTED", refused)],
  ])("given it is told as %s, so it has ended, and old news of it is none", (_what, report) => {
    const order = told(doubledIn("CONFIRMING"), report);
    expect(order.surplusAttempts).toEqual([ended]);
    for (const late of [reportOf("OPEN", v1), reportOf("CANCEL_TAKEN"), report])
      expect(interpreted(order, late)).toEqual([]);
  });

  it("given it is found by a clock that is behind, so it is as young as the order's last change", () => {
    const order = told(resentIn("CONFIRMING"), reportOf("OPEN", v1), [], addMs(toldAt, -3_600_000));
    expect(order.surplusAttempts).toEqual([{ ...found, foundAt: resentIn("CONFIRMING").updatedAt }]);
  });

  it("given it was found by a clock that is ahead, so its age is unknown, and it is asked again in half a minute", () => {
    const now = addMs(toldAt, -3_600_000);
    const order = told(doubledIn("CONFIRMING"), reportOf("CANCEL_TAKEN"), [], now);
    expect(order.surplusAttempts).toEqual([{ ...found, cancelAfter: addMs(now, 30_000) }]);
  });

  it("given an end with fills that are missing, so it is not believed yet", () => {
    const report = reportOf("CANCELLED", { cumQuantity: quantity("0.4") });
    expect(told(doubledIn("CANCELLED"), report).surplusAttempts).toEqual([found]);
    expect(told(doubledIn("CANCELLED"), { ...report, fills: [f1] }).surplusAttempts).toEqual([ended]);
  });

  it.each<[string, ExecutionReport, number, number]>([
    ["taken", reportOf("CANCEL_TAKEN"), 0, 5_000],
    ["unanswered", failureOf("CANCEL_UNKNOWN", lost), 0, 1_000],
    ["refused", failureOf("CANCEL_REFUSED", refused), 0, 1_000],
    ["unanswered for a minute", failureOf("CANCEL_UNKNOWN", lost), 60_000, 15_000],
    ["unanswered for a day", failureOf("CANCEL_UNKNOWN", busy), 86_400_000, 600_000],
  ])("given its cancel is %s, so it is asked again later", (_what, report, afterMs, againMs) => {
    const now = addMs(toldAt, afterMs);
    const order = told(doubledIn("CONFIRMING"), report, [], now);
    expect(order.surplusAttempts).toEqual([{ ...found, cancelAfter: addMs(now, againMs) }]);
  });

  it.each([
    ["open", reportOf("OPEN")],
    ["absent", failureOf("ABSENT", refused)],
    ["gone", failureOf("VANISHED", lost)],
    ["unknown", failureOf("UNKNOWN", lost)],
  ])("given it is told as %s, so it stays one", (_what, report) => {
    expect(interpreted(doubledIn("CONFIRMING"), report)).toEqual([]);
  });

  it("given another beside it, so each is due for itself", () => {
    const order = told(
      { ...doubledIn("CANCELLED"), surplusAttempts: [surplusAttempt, found] },
      reportOf("CANCEL_TAKEN"),
    );
    expect(order.surplusAttempts).toMatchObject([{ submitKey: "key-0" }, { submitKey: "key-1" }]);
    expect(surplusDueAt(order)).toBe(dueAtOnce.cancel);
    expect(surplusDueAt(told(order, reportOf("CANCELLED", { submitKey: surplusAttempt.submitKey })))).toBe(
      addMs(toldAt, 5_000),
    );
  });

  it("given one that may be alive, so no attempt follows; once it has ended, one may", () => {
    const prepared = { type: "ATTEMPT_PREPARED", submitKey: submitKey("key-3") } as const;
    const doubled = doubledIn("FAILED_WILL_RETRY");
    expect(applyEvent(doubled, prepared, toldAt)).toMatchObject({ ok: false, phase: "FAILED_WILL_RETRY" });
    expect(applyEvent(told(doubled, reportOf("CANCELLED")), prepared, toldAt)).toMatchObject({ ok: true });
  });
});
