import { describe, expect, it } from "vitest";
import { evidenceTimeline, type TimelineEntry } from "../desk/evidence-timeline.ts";
import { orderError } from "../error/order-error.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import { venueOrderId } from "../order/order-id.ts";
import { deskForTests, keyOf, orderAfter, pathTo, stored } from "../testing/desk-for-tests.ts";
import { fillOf, sampleEvents } from "../testing/order-fixtures.ts";
import { accepted, submissionFor } from "../testing/submission-for-tests.ts";
import { lookUp } from "../tracking/look-up.ts";
import type { LookupAnswer } from "../venue/venue.ts";
import { requestCancel } from "./request-cancel.ts";
import { resolveInDoubt } from "./resolve-in-doubt.ts";
import { sendCancel } from "./send-cancel.ts";

const lost = orderError("ANSWER_LOST", "socket hang up");
const line = ({ operation, outcome, count }: TimelineEntry) =>
  `${operation} ${outcome}${count > 1 ? ` ×${count}` : ""}`;

describe("the evidence timeline", () => {
  it("tells a doubt from the lost answer to the operator's word, in turn", async () => {
    const test = await submissionFor({ script: { submit: async () => ({ kind: "UNKNOWN", error: lost }) } });
    let order = await test.submitted();
    const answers: LookupAnswer[] = [
      { kind: "NOT_FOUND", asOf: order.updatedAt },
      { kind: "NOT_FOUND", asOf: order.updatedAt },
      { kind: "UNAVAILABLE", error: lost },
    ];
    for (const answer of answers) {
      test.clock.advance(500);
      test.venue.script.lookup = async () => answer;
      order = await lookUp(test.desk, test.entry, order);
    }
    order = await requestCancel(test.desk, order, "changed my mind");
    test.clock.advance(500);
    const report: ExecutionReport = {
      ...{ submitKey: keyOf(order.orderId, 1), venueOrderId: venueOrderId("V1") },
      evidence: { kind: "OPEN" },
      fills: [fillOf("F1", "0.4")],
    };
    test.venue.script.lookup = async () => ({ kind: "FOUND", report });
    const verdict = { kind: "ADOPT", venueOrderId: venueOrderId("V1") } as const;
    await resolveInDoubt(test.desk, order, { operator: "ann", reason: "seen", verdict });
    test.clock.advance(500);
    test.venue.script.cancel = async () => ({ kind: "UNKNOWN", error: lost });
    await sendCancel(test.desk, test.entry, await stored(test, order));

    const timeline = await evidenceTimeline(test.desk, order);
    expect(timeline.map(line)).toEqual([
      "TRANSITION PLACED",
      "TRANSITION ATTEMPT_PREPARED",
      "SUBMIT UNKNOWN",
      "TRANSITION ANSWER_LOST",
      "LOOKUP NOT_FOUND ×2",
      "LOOKUP UNAVAILABLE",
      "TRANSITION CANCEL_REQUESTED",
      "LOOKUP FOUND",
      "RESOLUTION ADOPTED",
      "TRANSITION FILLED_PARTLY",
      "TRANSITION CANCEL_STARTED",
      "CANCEL UNKNOWN",
      "TRANSITION CANCEL_UNANSWERED",
    ]);
    const resolution = timeline.find(({ operation }) => operation === "RESOLUTION");
    expect(resolution).toMatchObject({ operator: "ann", reason: "seen", detail: "V1", from: "IN_DOUBT" });
    const fill = timeline.find(({ outcome }) => outcome === "FILLED_PARTLY");
    expect(fill?.detail).toBe("0.4 at 50000 (F1)");
    expect(timeline.find(({ operation }) => operation === "SUBMIT")?.detail).toBe("ANSWER_LOST: socket hang up");
  });

  it("given a surplus attempt, so it is told when it was found and when it had ended", async () => {
    const test = deskForTests();
    const { cancelAfter: _, ...attempt } = sampleEvents.SURPLUS_ATTEMPT.attempt;
    const ended = { type: "SURPLUS_ATTEMPT", attempt } as const;
    const order = await orderAfter(test, [...pathTo.EXPIRED, sampleEvents.SURPLUS_ATTEMPT, ended]);
    const details = (await evidenceTimeline(test.desk, order)).map(({ detail }) => detail);
    expect(details.slice(-2)).toEqual(["key-0: to be cancelled", "key-0: ended"]);
  });

  it("given a healthy order, so its submission is told by the attempt's own row, and nothing else was written", async () => {
    const test = await submissionFor({ script: { submit: async () => accepted } });
    const order = await test.submitted();
    const timeline = await evidenceTimeline(test.desk, order);
    expect(timeline.map(line)).toEqual([
      "TRANSITION PLACED",
      "TRANSITION ATTEMPT_PREPARED",
      "SUBMIT ACCEPTED",
      "TRANSITION ACCEPTED",
    ]);
    expect(timeline[2]).toMatchObject({ attemptNumber: 1, answeredAt: order.updatedAt });
    expect(await test.store.evidence.ofOrders([order.orderId])).toEqual([]);
  });

  it.each([
    ["SUBMITTED", "UNDER_WAY"],
    ["IN_DOUBT", "UNKNOWN"],
  ] as const)(
    "given %s without an answer, as after a crash, so the submission is %s and has none",
    async (phase, so) => {
      const test = deskForTests();
      const order = await orderAfter(test, pathTo[phase]);
      const submission = (await evidenceTimeline(test.desk, order)).find(({ operation }) => operation === "SUBMIT");
      expect(submission).toMatchObject({ outcome: so });
      expect(submission).not.toHaveProperty("answeredAt");
    },
  );

  it("given an attempt that was proven absent, so that is no answer to its submission", async () => {
    const test = deskForTests();
    const order = await orderAfter(test, pathTo.IN_DOUBT);
    test.clock.advance(60_000);
    test.venue.script.lookup = async () => ({ kind: "NOT_FOUND", asOf: test.clock.wall() });
    await lookUp(test.desk, test.entry, order);
    expect((await evidenceTimeline(test.desk, order)).map(line)).toEqual([
      ...["TRANSITION PLACED", "TRANSITION ATTEMPT_PREPARED", "SUBMIT UNKNOWN", "TRANSITION ANSWER_LOST"],
      ...["LOOKUP NOT_FOUND", "TRANSITION RETRY_SCHEDULED"],
    ]);
  });

  it("given an attempt that was declared dead, so who said so and why", async () => {
    const test = deskForTests();
    const order = await orderAfter(test, [...pathTo.IN_DOUBT, sampleEvents.DECLARED_DEAD]);
    const { operator, reason } = sampleEvents.DECLARED_DEAD;
    expect((await evidenceTimeline(test.desk, order)).at(-1)).toMatchObject({
      ...{ operation: "RESOLUTION", outcome: "DECLARED_DEAD", from: "IN_DOUBT", to: "CANCELLED", operator, reason },
    });
  });

  it("given an order that was never sent, so its transitions alone", async () => {
    const test = deskForTests();
    const order = await requestCancel(test.desk, await orderAfter(test), "changed my mind");
    const timeline = await evidenceTimeline(test.desk, order);
    expect(timeline.map(line)).toEqual(["TRANSITION PLACED", "TRANSITION CANCEL_REQUESTED"]);
    expect(timeline[1]).toMatchObject({ reason: "changed my mind", from: "PENDING", to: "CANCELLED" });
  });
});
