import { describe, expect, it } from "vitest";
import { recordReport } from "../desk/record-report.ts";
import { orderError } from "../error/order-error.ts";
import { quantity } from "../money/quantity.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import type { VenueFill } from "../order/fill.ts";
import { isTerminal, type Order, type OrderPhase } from "../order/order.ts";
import { venueOrderId } from "../order/order-id.ts";
import { deskForTests, keyOf, orderAfter, pathTo, stored, type TestDesk } from "../testing/desk-for-tests.ts";
import { fillOf, lost, refused, sampleEvents } from "../testing/order-fixtures.ts";
import { addMs } from "../time/wall-time.ts";
import { lookUp } from "../tracking/look-up.ts";
import type { CancelOutcome } from "../venue/venue.ts";
import { requestCancel } from "./request-cancel.ts";
import { sendCancel } from "./send-cancel.ts";

const f1 = fillOf("F1", "0.4");
const f2 = fillOf("F2", "0.6");
type Status = "OPEN" | "FILLED" | "CANCELLED" | "EXPIRED";

/** What the venue truly has: nobody learns of it but by what he is told. */
interface Truth {
  /** Absent: the attempt never arrived. */
  status: Status | undefined;
  fills: readonly VenueFill[];
}

/** What the first cancel meets on its way; later ones are answered as they should be. */
const firstAnswers = {
  "answered with the end": "HONEST",
  "taken, the end comes later": "BARE",
  "done, its answer lost": "DONE_LOST",
  "lost on its way": "NEVER_ARRIVED",
  "refused for now": "BUSY",
} as const;
type FirstAnswer = (typeof firstAnswers)[keyof typeof firstAnswers];

/** What else happens while the first cancel is on its way. */
const races = {
  nothing: undefined,
  "a part is filled": [f1],
  "all is filled": [f1, f2],
} as const;

class VenueForTests {
  readonly truth: Truth;
  readonly #test: TestDesk;
  readonly #order: Order;
  cancels = 0;
  /** In turn: what the venue was asked. */
  readonly asked: ("cancel" | "lookup")[] = [];

  constructor(test: TestDesk, order: Order, truth: Truth, first: FirstAnswer, race: readonly VenueFill[] | undefined) {
    this.truth = truth;
    this.#test = test;
    this.#order = order;
    test.venue.script.lookup = async () => {
      this.asked.push("lookup");
      const asOf = test.clock.wall();
      return truth.status === undefined ? { kind: "NOT_FOUND", asOf } : { kind: "FOUND", report: this.report() };
    };
    test.venue.script.cancel = async () => {
      this.asked.push("cancel");
      this.cancels += 1;
      if (this.cancels > 1) return this.#cancel("HONEST");
      if (race !== undefined) await this.#fill(race);
      return this.#cancel(first);
    };
  }

  report(): ExecutionReport {
    const { status = "OPEN", fills } = this.truth;
    const tenths = fills.reduce((sum, { lastQuantity }) => sum + Number(lastQuantity) * 10, 0);
    return {
      ...{ submitKey: keyOf(this.#order.orderId, 1), venueOrderId: venueOrderId("V1"), evidence: { kind: status } },
      ...{ fills, cumQuantity: quantity(String(Math.round(tenths) / 10)) },
    };
  }

  /** The stream is quicker than the cancel's answer. */
  async #fill(fills: readonly VenueFill[]): Promise<void> {
    if (this.truth.status !== "OPEN") return;
    const known = new Set(this.truth.fills.map(({ venueFillId }) => venueFillId));
    this.truth.fills = [...this.truth.fills, ...fills.filter(({ venueFillId }) => !known.has(venueFillId))];
    if (this.truth.fills.length === 2) this.truth.status = "FILLED";
    await recordReport(this.#test.desk, await stored(this.#test, this.#order), this.report());
  }

  #cancel(answer: FirstAnswer): CancelOutcome {
    if (answer === "NEVER_ARRIVED") return { kind: "UNKNOWN", error: lost };
    if (answer === "BUSY") return { kind: "REFUSED", error: orderError("RATE_LIMITED", "too many requests") };
    const isOpen = this.truth.status === "OPEN";
    if (isOpen) this.truth.status = "CANCELLED";
    if (answer === "DONE_LOST") return { kind: "UNKNOWN", error: lost };
    if (!isOpen) return { kind: "NOT_OPEN" };
    return answer === "BARE" ? { kind: "ACCEPTED" } : { kind: "ACCEPTED", report: this.report() };
  }
}

/** What a server and a tracker do about an order until it has ended; at most 20 rounds of half a minute. */
async function settled(test: TestDesk, known: Order): Promise<Order> {
  let order = known;
  for (let round = 0; round < 20 && !isTerminal(order); round += 1) {
    order = await stored(test, order);
    if (order.state === "IN_DOUBT" || order.state === "SUBMITTED") order = await lookUp(test.desk, test.entry, order);
    else if (order.state === "CANCELLING") order = await sendCancel(test.desk, test.entry, order);
    test.clock.advance(30_000);
  }
  return order;
}

const begins = ["SUBMITTED", "IN_DOUBT", "CONFIRMING", "PARTIALLY_FILLED"] as const;
const truths = ["OPEN", "FILLED", "CANCELLED", "EXPIRED", undefined] as const;

const rows = begins
  .flatMap((begin) =>
    truths.flatMap((status) =>
      Object.entries(firstAnswers).flatMap(([answered, first]) =>
        Object.entries(races).map(([meanwhile, race]) => ({ begin, status, answered, first, meanwhile, race })),
      ),
    ),
  )
  // What the venue has had it does not forget here, and an attempt that never came is neither cancelled nor filled.
  .filter(({ begin, status }) => status !== undefined || begin === "SUBMITTED" || begin === "IN_DOUBT")
  .filter(({ status, first, meanwhile }) => status === "OPEN" || (first === "HONEST" && meanwhile === "nothing"));

describe("a cancel that is wanted, whatever becomes of it on its way", () => {
  it.each(rows)(
    "given $begin, at the venue $status, the cancel $answered, meanwhile $meanwhile: so it ends as it truly did there",
    async ({ begin, status, first, race }) => {
      const test = deskForTests();
      const order = await orderAfter(
        test,
        pathTo[begin].map((event) => (event.type === "FILLED_PARTLY" ? { ...event, fill: f1 } : event)),
      );
      const fills = status === "FILLED" ? [f1, f2] : begin === "PARTIALLY_FILLED" ? [f1] : [];
      const venue = new VenueForTests(test, order, { status, fills }, first, race);
      test.clock.advance(10_000);

      const asked = await requestCancel(test.desk, order, "not wanted");
      expect(asked).toMatchObject({ cancelRequest: { reason: "not wanted" } });
      const ended = await settled(test, asked);

      const { status: truly = "CANCELLED" } = venue.truth;
      expect(ended.state).toBe(truly);
      expect(ended.cumQuantity).toBe(venue.report().cumQuantity);
      expect(ended.cancelRequest).toEqual(asked.cancelRequest);
      // No attempt after the wish, no second cancel of one that may have worked, and none at all of what is not there.
      expect(ended.attemptCount).toBe(1);
      if (first !== "BUSY") expect(venue.asked.join(" ")).not.toContain("cancel cancel");
      if (status === undefined) expect(venue.cancels).toBe(0);
    },
  );
});

describe("a cancel of what nobody has sent, or what has ended", () => {
  it.each([
    ["PENDING", pathTo.PENDING, "CANCELLED"],
    ["AWAITING_CONFIRMATION", [], "CANCELLED"],
    ["FAILED_WILL_RETRY", pathTo.FAILED_WILL_RETRY, "CANCELLED"],
    ["FAILED_FINAL", pathTo.FAILED_FINAL, "FAILED"],
    ["FILLED", pathTo.FILLED, "FILLED"],
    ["EXPIRED", pathTo.EXPIRED, "EXPIRED"],
    ["REJECTED", pathTo.REJECTED, "REJECTED"],
  ] as const)("given %s, so the venue is not asked", async (begin, path, state) => {
    const test = deskForTests();
    const begins = begin === "AWAITING_CONFIRMATION" ? begin : "PENDING";
    const order = await orderAfter(test, path, {}, begins);
    expect((await requestCancel(test.desk, order, "not wanted")).state).toBe(state);
    expect(test.venue.calls).toEqual([]);
  });
});

describe("a cancel that the venue refuses for good", () => {
  it.each([
    ["CONFIRMING", []],
    ["PARTIALLY_FILLED", [{ ...sampleEvents.FILLED_PARTLY, fill: f1 }]],
  ] as const)(
    "given it is open there, so %s again, the wish stands, and it ends when the venue ends it",
    async (state, filled) => {
      const test = deskForTests({ script: { cancel: async () => ({ kind: "REFUSED", error: refused }) } });
      const order = await orderAfter(test, [...pathTo.CONFIRMING, ...filled]);
      const asked = await requestCancel(test.desk, order, "not wanted");
      const after = await sendCancel(test.desk, test.entry, asked);
      expect(after).toMatchObject({ state, cancelRequest: { reason: "not wanted" }, lastError: refused });
      const expired = { submitKey: keyOf(order.orderId, 1), evidence: { kind: "EXPIRED" }, fills: [] } as const;
      expect((await recordReport(test.desk, after, expired)).state).toBe("EXPIRED");
    },
  );
});

describe("a doubtful order whose cancel is wanted", () => {
  it.each<readonly [string, number, OrderPhase["state"]]>([
    ["that the venue does not have and may still accept", -1, "IN_DOUBT"],
    ["that it does not have and can't accept any more", 1, "CANCELLED"],
  ])("given an attempt %s, so %s", async (_what, afterMs, state) => {
    const test = deskForTests();
    const { validUntil } = pathTo.IN_DOUBT[0];
    const order = await requestCancel(test.desk, await orderAfter(test, pathTo.IN_DOUBT), "not wanted");
    const asOf = addMs(validUntil ?? test.clock.wall(), afterMs);
    test.venue.script.lookup = async () => ({ kind: "NOT_FOUND", asOf });
    expect((await lookUp(test.desk, test.entry, order)).state).toBe(state);
    expect(test.venue.callsOf("cancel")).toEqual([]);
  });
});
