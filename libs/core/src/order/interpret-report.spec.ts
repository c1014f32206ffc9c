import { describe, expect, it } from "vitest";
import { quantity } from "../money/quantity.ts";
import { after, busy, expired, fillOf, lost, orderIn, quoteBuy, refused } from "../testing/order-fixtures.ts";
import { eventsOf, failureOf, reportOf, told } from "../testing/report-fixtures.ts";
import type { ExecutionReport } from "./execution-report.ts";
import type { VenueFill } from "./fill.ts";
import { type Order, phaseOf } from "./order.ts";
import type { Phase } from "./order-state.ts";

const f1 = fillOf("F1", "0.4");
const f2 = fillOf("F2", "0.6");
const whole = fillOf("F3", "1");
const asked = { cancelRequest: { at: after(25), reason: "asked" } };

interface Row {
  readonly given: string;
  readonly order: Order;
  readonly when: string;
  readonly report: ExecutionReport;
  readonly recorded?: readonly VenueFill[];
  /** The events, in turn, and the phase they lead to. */
  readonly so: readonly string[];
  readonly phase: Phase;
}

function row(
  given: Phase | readonly [Phase, string, Partial<Order>],
  when: string,
  report: ExecutionReport,
  phase: Phase,
  so: readonly string[],
  recorded: readonly VenueFill[] = [],
): Row {
  const [from, note, rest] = typeof given === "string" ? [given, "", {}] : given;
  const order = orderIn(from, rest);
  return { given: `${from}${note && `, ${note}`}`, order, when, report, recorded, so, phase };
}

const askedIn = (phase: Phase) => [phase, "cancel requested", asked] as const;
const quoteIn = (phase: Phase) => [phase, "sized in quote", { instruction: quoteBuy }] as const;

const tables: Readonly<Record<string, readonly Row[]>> = {
  "the answer to a submission": [
    row("SUBMITTED", "it is open", reportOf("OPEN"), "CONFIRMING", ["ACCEPTED"]),
    row("SUBMITTED", "it is filled at once", reportOf("FILLED", { fills: [whole] }), "FILLED", [
      "ACCEPTED",
      "FILLED_FULLY",
    ]),
    row("SUBMITTED", "it is partly filled", reportOf("OPEN", { fills: [f1] }), "PARTIALLY_FILLED", [
      "ACCEPTED",
      "FILLED_PARTLY",
    ]),
    row(
      "SUBMITTED",
      "an IOC got a part and ended",
      reportOf("EXPIRED", { fills: [f1], cumQuantity: quantity("0.4") }),
      "EXPIRED",
      ["ACCEPTED", "FILLED_PARTLY", "EXPIRED"],
    ),
    row("SUBMITTED", "an IOC got nothing", reportOf("EXPIRED"), "EXPIRED", ["ACCEPTED", "EXPIRED"]),
    row("SUBMITTED", "refused for good", failureOf("REJECTED", refused), "REJECTED", ["REJECTED"]),
    row("SUBMITTED", "refused for now", failureOf("REJECTED", busy), "FAILED_WILL_RETRY", ["RETRY_SCHEDULED"]),
    row("SUBMITTED", "never left, may be retried", failureOf("NOT_SENT", expired), "FAILED_WILL_RETRY", [
      "RETRY_SCHEDULED",
    ]),
    row("SUBMITTED", "never left, for good", failureOf("NOT_SENT", refused), "FAILED_FINAL", ["FAILED"]),
    row("SUBMITTED", "the answer is lost", failureOf("UNKNOWN"), "IN_DOUBT", ["ANSWER_LOST"]),
    row(
      "SUBMITTED",
      "a fill came with an unknown answer",
      failureOf("UNKNOWN", lost, { fills: [f1] }),
      "PARTIALLY_FILLED",
      ["FILLED_PARTLY"],
    ),
  ],
  "an order in doubt": [
    row("IN_DOUBT", "found open", reportOf("OPEN"), "CONFIRMING", ["ACCEPTED"]),
    row("IN_DOUBT", "found filled", reportOf("FILLED", { fills: [f1, f2] }), "FILLED", [
      "ACCEPTED",
      "FILLED_PARTLY",
      "FILLED_FULLY",
    ]),
    row("IN_DOUBT", "found cancelled", reportOf("CANCELLED"), "CANCELLED", ["ACCEPTED", "CANCELLED"]),
    row("IN_DOUBT", "found refused for good", failureOf("REJECTED", refused), "REJECTED", ["REJECTED"]),
    row("IN_DOUBT", "proven absent", failureOf("ABSENT", expired), "FAILED_WILL_RETRY", ["RETRY_SCHEDULED"]),
    row("IN_DOUBT", "still no answer", failureOf("UNKNOWN"), "IN_DOUBT", []),
    row("IN_DOUBT", "nothing new", reportOf("TRADE"), "IN_DOUBT", []),
    row("IN_DOUBT", "a trade", reportOf("TRADE", { fills: [f1] }), "PARTIALLY_FILLED", ["ACCEPTED", "FILLED_PARTLY"]),
    row(
      ["IN_DOUBT", "2 attempts before", { attemptCount: 3 }],
      "proven absent",
      failureOf("ABSENT", expired),
      "FAILED_FINAL",
      ["FAILED"],
    ),
  ],
  "a cancel that was asked for before the answer": [
    row(askedIn("SUBMITTED"), "it is open", reportOf("OPEN"), "CANCELLING", ["ACCEPTED", "CANCEL_STARTED"]),
    row(askedIn("SUBMITTED"), "refused for now", failureOf("REJECTED", busy), "CANCELLED", ["CANCELLED"]),
    row(askedIn("SUBMITTED"), "refused for good", failureOf("REJECTED", refused), "CANCELLED", ["CANCELLED"]),
    row(askedIn("SUBMITTED"), "never left", failureOf("NOT_SENT", expired), "CANCELLED", ["CANCELLED"]),
    row(askedIn("SUBMITTED"), "the answer is lost", failureOf("UNKNOWN"), "IN_DOUBT", ["ANSWER_LOST"]),
    row(askedIn("SUBMITTED"), "filled at once", reportOf("FILLED", { fills: [whole] }), "FILLED", [
      "ACCEPTED",
      "FILLED_FULLY",
    ]),
    row(askedIn("IN_DOUBT"), "found open", reportOf("OPEN"), "CANCELLING", ["ACCEPTED", "CANCEL_STARTED"]),
    row(askedIn("IN_DOUBT"), "found partly filled", reportOf("OPEN", { fills: [f1] }), "CANCELLING", [
      "ACCEPTED",
      "FILLED_PARTLY",
      "CANCEL_STARTED",
    ]),
    row(askedIn("IN_DOUBT"), "proven absent", failureOf("ABSENT", expired), "CANCELLED", ["CANCELLED"]),
    row(askedIn("IN_DOUBT"), "found cancelled", reportOf("CANCELLED"), "CANCELLED", ["ACCEPTED", "CANCELLED"]),
    // Whoever takes or refuses a cancel has the order.
    row(askedIn("IN_DOUBT"), "a cancel is taken", reportOf("CANCEL_TAKEN"), "CANCELLING", [
      "ACCEPTED",
      "CANCEL_STARTED",
    ]),
    row(askedIn("IN_DOUBT"), "a cancel is refused", failureOf("CANCEL_REFUSED", refused), "CANCELLING", [
      "ACCEPTED",
      "CANCEL_STARTED",
    ]),
  ],
  "a live order": [
    row("CONFIRMING", "a trade", reportOf("TRADE", { fills: [f1] }), "PARTIALLY_FILLED", ["FILLED_PARTLY"]),
    row("CONFIRMING", "open again", reportOf("OPEN"), "CONFIRMING", []),
    row("CONFIRMING", "an old lost answer", failureOf("UNKNOWN"), "CONFIRMING", []),
    row("CONFIRMING", "an old 'not sent'", failureOf("NOT_SENT", expired), "CONFIRMING", []),
    row("CONFIRMING", "an old 'absent'", failureOf("ABSENT", expired), "CONFIRMING", []),
    row("CONFIRMING", "refused after all, for now", failureOf("REJECTED", busy), "FAILED_WILL_RETRY", [
      "RETRY_SCHEDULED",
    ]),
    row("CONFIRMING", "refused after all, for good", failureOf("REJECTED", refused), "REJECTED", ["REJECTED"]),
    row("CONFIRMING", "cancelled by the venue", reportOf("CANCELLED"), "CANCELLED", ["CANCELLED"]),
    row("CONFIRMING", "expired", reportOf("EXPIRED"), "EXPIRED", ["EXPIRED"]),
    row("CONFIRMING", "an answer to a cancel nobody asked for", failureOf("CANCEL_REFUSED", refused), "CONFIRMING", []),
    row("PARTIALLY_FILLED", "the rest", reportOf("TRADE", { fills: [f2] }), "FILLED", ["FILLED_FULLY"], [f1]),
    row("PARTIALLY_FILLED", "the same fill again", reportOf("TRADE", { fills: [f1] }), "PARTIALLY_FILLED", [], [f1]),
    row(
      "PARTIALLY_FILLED",
      "one fill twice in one report",
      reportOf("TRADE", { fills: [f2, f2] }),
      "FILLED",
      ["FILLED_FULLY"],
      [f1],
    ),
    row(
      "PARTIALLY_FILLED",
      "an old snapshot",
      reportOf("OPEN", { cumQuantity: quantity("0") }),
      "PARTIALLY_FILLED",
      [],
      [f1],
    ),
    row("PARTIALLY_FILLED", "an old 'absent'", failureOf("ABSENT", expired), "PARTIALLY_FILLED", [], [f1]),
    row("PARTIALLY_FILLED", "its rest refused for now", failureOf("REJECTED", busy), "CANCELLED", ["CANCELLED"], [f1]),
    row(
      "PARTIALLY_FILLED",
      "its rest refused for good",
      failureOf("REJECTED", refused),
      "CANCELLED",
      ["CANCELLED"],
      [f1],
    ),
    row("PARTIALLY_FILLED", "overfilled", reportOf("TRADE", { fills: [whole] }), "FILLED", ["FILLED_FULLY"], [f1]),
  ],
  "an end before its fills": [
    row(
      "CONFIRMING",
      "cancelled, 0.4 filled, no fill told",
      reportOf("CANCELLED", { cumQuantity: quantity("0.4") }),
      "CONFIRMING",
      [],
    ),
    row(
      "CONFIRMING",
      "expired, 0.4 filled, no fill told",
      reportOf("EXPIRED", { cumQuantity: quantity("0.4") }),
      "CONFIRMING",
      [],
    ),
    row(
      "SUBMITTED",
      "refused for now, 0.4 filled, no fill told",
      failureOf("REJECTED", busy, { cumQuantity: quantity("0.4") }),
      "SUBMITTED",
      [],
    ),
    row(
      "PARTIALLY_FILLED",
      "done with less than asked for, by its own count",
      reportOf("FILLED", { cumQuantity: quantity("0.4") }),
      "EXPIRED",
      ["EXPIRED"],
      [f1],
    ),
    row("PARTIALLY_FILLED", "done, without a count", reportOf("FILLED"), "PARTIALLY_FILLED", [], [f1]),
    row("CONFIRMING", "filled, no fill told", reportOf("FILLED", { cumQuantity: quantity("1") }), "CONFIRMING", []),
    row(
      "CONFIRMING",
      "filled, a fill is missing",
      reportOf("FILLED", { fills: [f1], cumQuantity: quantity("1") }),
      "PARTIALLY_FILLED",
      ["FILLED_PARTLY"],
    ),
    row(
      "CONFIRMING",
      "cancelled with all its fills",
      reportOf("CANCELLED", { fills: [f1], cumQuantity: quantity("0.4") }),
      "CANCELLED",
      ["FILLED_PARTLY", "CANCELLED"],
    ),
    row(
      "PARTIALLY_FILLED",
      "cancelled, the fill is known",
      reportOf("CANCELLED", { cumQuantity: quantity("0.4") }),
      "CANCELLED",
      ["CANCELLED"],
      [f1],
    ),
    row(
      "PARTIALLY_FILLED",
      "an older end that counts less",
      reportOf("CANCELLED", { cumQuantity: quantity("0.1") }),
      "CANCELLED",
      ["CANCELLED"],
      [f1],
    ),
    row(
      "SUBMITTED",
      "cancelled, 0.4 filled, no fill told",
      reportOf("CANCELLED", { cumQuantity: quantity("0.4") }),
      "CONFIRMING",
      ["ACCEPTED"],
    ),
  ],
  "a cancel on its way": [
    row("CANCELLING", "taken", reportOf("CANCEL_TAKEN"), "CANCELLING", ["CANCEL_SENT"]),
    row("CANCELLING", "its answer is lost", failureOf("CANCEL_UNKNOWN"), "CANCELLING", ["CANCEL_UNANSWERED"]),
    row("CANCELLING", "refused", failureOf("CANCEL_REFUSED", refused), "CONFIRMING", ["CANCEL_REFUSED"]),
    row("CANCELLING", "cancelled", reportOf("CANCELLED"), "CANCELLED", ["CANCELLED"]),
    row("CANCELLING", "filled before it came", reportOf("FILLED", { fills: [whole] }), "FILLED", ["FILLED_FULLY"]),
    row("CANCELLING", "a fill on the way", reportOf("TRADE", { fills: [f1] }), "CANCELLING", ["FILLED_PARTLY"]),
    row(
      "CANCELLING",
      "cancelled, its fill comes later",
      reportOf("CANCELLED", { cumQuantity: quantity("0.4") }),
      "CANCELLING",
      [],
    ),
    row("CANCELLING", "still open", reportOf("OPEN"), "CANCELLING", []),
    row("CANCELLING", "expired first", reportOf("EXPIRED"), "EXPIRED", ["EXPIRED"]),
    row("CANCELLING", "refused as an order, for good", failureOf("REJECTED", refused), "CANCELLED", ["CANCELLED"]),
    row("CANCELLING", "refused as an order, for now", failureOf("REJECTED", busy), "CANCELLED", ["CANCELLED"]),
    row("CANCELLING", "an old lost answer", failureOf("UNKNOWN"), "CANCELLING", []),
    row("CANCELLING", "an old 'absent'", failureOf("ABSENT", expired), "CANCELLING", []),
    row(askedIn("CONFIRMING"), "open, after the cancel was refused", reportOf("OPEN"), "CONFIRMING", []),
    row(
      askedIn("CONFIRMING"),
      "a trade, after the cancel was refused",
      reportOf("TRADE", { fills: [f1] }),
      "PARTIALLY_FILLED",
      ["FILLED_PARTLY"],
    ),
  ],
  "sized in quote": [
    row(quoteIn("SUBMITTED"), "complete", reportOf("FILLED", { fills: [f1], cumQuantity: quantity("0.4") }), "FILLED", [
      "ACCEPTED",
      "FILLED_PARTLY",
      "COMPLETED",
    ]),
    row(quoteIn("CONFIRMING"), "a fill beyond any size", reportOf("TRADE", { fills: [whole] }), "PARTIALLY_FILLED", [
      "FILLED_PARTLY",
    ]),
    row(quoteIn("PARTIALLY_FILLED"), "complete", reportOf("FILLED"), "FILLED", ["COMPLETED"], [f1]),
    row(
      quoteIn("PARTIALLY_FILLED"),
      "complete, a fill is missing",
      reportOf("FILLED", { cumQuantity: quantity("1") }),
      "PARTIALLY_FILLED",
      [],
      [f1],
    ),
    row(quoteIn("CONFIRMING"), "complete, and no fill is known", reportOf("FILLED"), "CONFIRMING", []),
  ],
  "an order that has ended": [
    row("CANCELLED", "a late fill", reportOf("TRADE", { fills: [f1] }), "CANCELLED", ["FILLED_PARTLY"]),
    row("CANCELLED", "a late fill of all", reportOf("FILLED", { fills: [whole] }), "CANCELLED", ["FILLED_FULLY"]),
    row("EXPIRED", "a late fill", reportOf("OPEN", { fills: [f1] }), "EXPIRED", ["FILLED_PARTLY"]),
    row("REJECTED", "a late fill", reportOf("TRADE", { fills: [f1] }), "REJECTED", ["FILLED_PARTLY"]),
    row("FAILED_FINAL", "a late fill", reportOf("TRADE", { fills: [f1] }), "FAILED_FINAL", ["FILLED_PARTLY"]),
    row("FILLED", "an overfill", reportOf("TRADE", { fills: [f1] }), "FILLED", ["FILLED_FULLY"], [whole]),
    row("FILLED", "its own fill again", reportOf("FILLED", { fills: [whole] }), "FILLED", [], [whole]),
    row("FILLED", "an old snapshot", reportOf("OPEN"), "FILLED", [], [whole]),
    row("FILLED", "cancelled", reportOf("CANCELLED"), "FILLED", [], [whole]),
    row("CANCELLED", "open", reportOf("OPEN"), "CANCELLED", []),
    row("CANCELLED", "refused for now", failureOf("REJECTED", busy), "CANCELLED", []),
    row("REJECTED", "open", reportOf("OPEN"), "REJECTED", []),
  ],
  "an attempt that is dead, before the next": [
    row("FAILED_WILL_RETRY", "refused, told again", failureOf("REJECTED", busy), "FAILED_WILL_RETRY", []),
    row("FAILED_WILL_RETRY", "refused for good, told later", failureOf("REJECTED", refused), "FAILED_WILL_RETRY", []),
    row("FAILED_WILL_RETRY", "absent, told again", failureOf("ABSENT", expired), "FAILED_WILL_RETRY", []),
    row("FAILED_WILL_RETRY", "the answer is lost, told late", failureOf("UNKNOWN"), "FAILED_WILL_RETRY", []),
    row("FAILED_WILL_RETRY", "still open, against the proof", reportOf("OPEN"), "CONFIRMING", ["ACCEPTED"]),
    row("FAILED_WILL_RETRY", "cancelled, which agrees", reportOf("CANCELLED"), "FAILED_WILL_RETRY", []),
    row("FAILED_WILL_RETRY", "expired, which agrees", reportOf("EXPIRED"), "FAILED_WILL_RETRY", []),
    row("FAILED_WILL_RETRY", "a fill, against the proof", reportOf("TRADE", { fills: [f1] }), "PARTIALLY_FILLED", [
      "ACCEPTED",
      "FILLED_PARTLY",
    ]),
    row("FAILED_WILL_RETRY", "all of it filled, against the proof", reportOf("FILLED", { fills: [whole] }), "FILLED", [
      "ACCEPTED",
      "FILLED_FULLY",
    ]),
  ],
};

describe.each(Object.entries(tables))("%s", (_title, rows) => {
  it.each(rows)("given $given, when told: $when, so $phase by $so", ({ order, report, recorded, so, phase }) => {
    expect(eventsOf(order, report, recorded)).toEqual(so);
    expect(phaseOf(told(order, report, recorded))).toBe(phase);
  });
});
