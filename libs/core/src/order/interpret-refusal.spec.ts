import { describe, expect, it } from "vitest";
import { after, busy, fillOf, namedAttempt, orderIn, refused } from "../testing/order-fixtures.ts";
import { eventsOf, failureOf, reportOf, told } from "../testing/report-fixtures.ts";
import { type Order, phaseOf } from "./order.ts";
import type { Phase } from "./order-state.ts";

const f1 = fillOf("F1", "0.4");
const asked = { cancelRequest: { at: after(25), reason: "asked" } };
/** In doubt, though the venue has shown it. */
const seenInDoubt = { ...orderIn("IN_DOUBT"), attempt: namedAttempt } as Order;

describe("the answer to a submission refuses it, given the order is", () => {
  it.each<[Phase, string, typeof busy, Phase, readonly string[]]>([
    ["SUBMITTED", "for now", busy, "FAILED_WILL_RETRY", ["RETRY_SCHEDULED"]],
    ["SUBMITTED", "for good", refused, "REJECTED", ["REJECTED"]],
    ["IN_DOUBT", "for now", busy, "FAILED_WILL_RETRY", ["RETRY_SCHEDULED"]],
    ["CONFIRMING", "for now", busy, "IN_DOUBT", ["CONTRADICTED"]],
    ["CONFIRMING", "for good", refused, "IN_DOUBT", ["CONTRADICTED"]],
    ["PARTIALLY_FILLED", "for now", busy, "IN_DOUBT", ["CONTRADICTED"]],
    ["CANCELLING", "for now", busy, "CANCELLING", []],
    ["CANCELLING", "for good", refused, "CANCELLING", []],
    ["FAILED_WILL_RETRY", "for good", refused, "FAILED_WILL_RETRY", []],
    ["FILLED", "for now", busy, "FILLED", []],
    ["CANCELLED", "for good", refused, "CANCELLED", []],
  ])("%s, %s", (phase, _what, error, so, events) => {
    const report = failureOf("REFUSED", error);
    expect(eventsOf(orderIn(phase), report)).toEqual(events);
    expect(phaseOf(told(orderIn(phase), report))).toBe(so);
  });

  it("CONFIRMING, so the doubt says what was refused, and a second refusal adds nothing", () => {
    const order = told(orderIn("CONFIRMING"), failureOf("REFUSED", busy));
    expect(order.lastError).toMatchObject({ code: "ANSWER_LOST", context: { code: "VENUE_BUSY" } });
    expect(eventsOf(order, failureOf("REFUSED", busy))).toEqual([]);
  });

  it("SUBMITTED, and the venue asks to be left alone, so the retry waits for so long", () => {
    const report = reportOf("OPEN");
    const waits = { ...report, evidence: { kind: "REFUSED", error: busy, retryAfterMs: 7_000 } } as const;
    expect(told(orderIn("SUBMITTED"), waits)).toMatchObject({ state: "FAILED", retryAt: after(7_100) });
  });
});

describe("a refusal that what the venue has shown contradicts", () => {
  const doubted = told(orderIn("CONFIRMING"), failureOf("REFUSED", busy));

  it.each([
    ["open", reportOf("OPEN"), "CONFIRMING"],
    ["filled in part", reportOf("TRADE", { fills: [f1] }), "PARTIALLY_FILLED"],
    ["cancelled", reportOf("CANCELLED"), "CANCELLED"],
    ["refused by its own book", failureOf("REJECTED", busy), "FAILED_WILL_RETRY"],
    ["refused for good by its own book", failureOf("REJECTED", refused), "REJECTED"],
    ["absent, which proves nothing of what was there", failureOf("ABSENT", busy), "IN_DOUBT"],
    ["refused once more by an answer", failureOf("REFUSED", refused), "IN_DOUBT"],
  ] as const)("given it is found %s, so the order is %s", (_what, report, phase) => {
    expect(phaseOf(told(doubted, report))).toBe(phase);
  });

  it("given a part was filled, so the order goes on with it once it is found", () => {
    const partly = told(orderIn("CONFIRMING"), reportOf("TRADE", { fills: [f1] }));
    const order = told(told(partly, failureOf("REFUSED", refused), [f1]), reportOf("OPEN"), [f1]);
    expect(order).toMatchObject({ state: "PARTIALLY_FILLED", cumQuantity: "0.4" });
  });

  it("given a cancel was asked for meanwhile, so it is sent once it is found", () => {
    expect(told({ ...doubted, ...asked }, reportOf("OPEN")).state).toBe("CANCELLING");
  });

  it("given it was in doubt for another reason, so it stays so", () => {
    expect(eventsOf(seenInDoubt, failureOf("REFUSED", busy))).toEqual([]);
  });
});
