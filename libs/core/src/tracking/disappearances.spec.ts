import { describe, expect, it } from "vitest";
import { quantity } from "../money/quantity.ts";
import { changeOrder } from "../order/change-order.ts";
import { attemptOf, type Order, wasAtVenue } from "../order/order.ts";
import { orderId } from "../order/order-id.ts";
import { deskForTests, orderAfter, pathTo, stored, type TestDesk } from "../testing/desk-for-tests.ts";
import { aboutOrder, observerOf } from "../testing/observer-for-tests.ts";
import { fillOf, orderIn, sampleEvents } from "../testing/order-fixtures.ts";
import { eventsOf, failureOf } from "../testing/report-fixtures.ts";
import { pass } from "../testing/settle.ts";
import { addMs } from "../time/wall-time.ts";
import type { LookupAnswer } from "../venue/venue.ts";
import { Disappearances } from "./disappearances.ts";

const open = orderIn("CONFIRMING");
const later = addMs(open.updatedAt, 1);
const absent: LookupAnswer = { kind: "NOT_FOUND", asOf: later };

/** By our clock, which no time of a row is ahead of unless a spec says so. */
const now = addMs(open.updatedAt, 600_000);

/** What look-ups at these seconds come to, each with its answer: when the order was believed to be gone. */
function goneAt(asked: readonly (readonly [second: number, order: Order, answer: LookupAnswer])[]): readonly number[] {
  const disappearances = new Disappearances();
  return asked.flatMap(([second, order, answer]) =>
    disappearances.lookedUp(order, answer, { nowMs: second * 1_000, now }) === undefined ? [] : [second],
  );
}

const at = (seconds: readonly number[], order: Order = open, answer: LookupAnswer = absent) =>
  seconds.map((second) => [second, order, answer] as const);

describe("an order that the venue had and does not find", () => {
  it("given that for a minute and five times in turn, so it is believed, each time again", () => {
    expect(goneAt(at([0, 1, 30, 59, 60, 61]))).toEqual([60, 61]);
    expect(goneAt(at([0, 30, 60, 61]))).toEqual([]);
    expect(goneAt(at([0, 1, 2, 3, 4, 5, 59.999]))).toEqual([]);
  });

  it.each(["PARTIALLY_FILLED", "CANCELLING"] as const)("given it is %s, so the same", (phase) => {
    expect(goneAt(at([0, 1, 2, 3, 60], orderIn(phase), { kind: "NOT_FOUND", asOf: addMs(later, 60_000) }))).toEqual([
      60,
    ]);
  });

  it("given that it is found meanwhile, so the count begins anew", () => {
    const found: LookupAnswer = { kind: "FOUND", report: aboutOrder(open) };
    expect(goneAt([...at([0, 1, 2, 3]), ...at([4], open, found), ...at([60, 61, 62, 63, 119, 120])])).toEqual([120]);
  });

  it("given a fill or another state meanwhile, so the count begins anew", () => {
    const filled = { ...open, cumQuantity: quantity("0.1") };
    expect(goneAt([...at([0, 1, 2, 3]), ...at([60, 61, 62, 63, 119, 120], filled)])).toEqual([120]);
    const cancelling = orderIn("CANCELLING");
    const seen: LookupAnswer = { kind: "NOT_FOUND", asOf: addMs(later, 60_000) };
    expect(goneAt([...at([0, 1, 2, 3]), ...at([60, 61, 62, 63, 119, 120], cancelling, seen)])).toEqual([120]);
  });

  it("given look-ups that fail, so they count for nothing and end nothing", () => {
    const away: LookupAnswer = { kind: "UNAVAILABLE", error: { code: "RATE_LIMITED", message: "", context: {} } };
    expect(goneAt([...at([0, 1, 2]), ...at([10, 20, 30], open, away), ...at([60])])).toEqual([]);
    expect(goneAt([...at([0, 1, 2, 3]), ...at([10, 20, 30], open, away), ...at([60])])).toEqual([60]);
  });

  it("given answers as of a time before the order came to its state, so they prove nothing", () => {
    const stale: LookupAnswer = { kind: "NOT_FOUND", asOf: open.stateTimes.CONFIRMING ?? open.updatedAt };
    expect(goneAt(at([0, 1, 2, 3, 60, 120], open, stale))).toEqual([]);
  });

  it("given a state that was written by a clock an hour ahead, so answers count that are of a time after its validity", () => {
    const ahead: Order = { ...open, stateTimes: { CONFIRMING: addMs(open.updatedAt, 3_600_000) } };
    const validUntil = attemptOf(open)?.validUntil ?? open.updatedAt;
    const asOf = (ms: number): LookupAnswer => ({ kind: "NOT_FOUND", asOf: addMs(validUntil, ms) });
    expect(goneAt(at([0, 1, 2, 3, 60], ahead, asOf(0)))).toEqual([]);
    expect(goneAt(at([0, 1, 2, 3, 60], ahead, asOf(1)))).toEqual([60]);
  });

  it("given such a state of an attempt without validity, so every answer counts until our clock comes to it", () => {
    if (open.state !== "CONFIRMING") throw new Error("not open");
    const { validUntil: _, ...lasting } = open.attempt;
    const hour = addMs(now, 3_600_000);
    const ahead: Order = { ...open, attempt: lasting, stateTimes: { CONFIRMING: hour } };
    expect(goneAt(at([0, 1, 2, 3, 60], ahead))).toEqual([60]);
    const disappearances = new Disappearances();
    const asked = (nowMs: number) => disappearances.lookedUp(ahead, absent, { nowMs, now: hour });
    expect([0, 1, 2, 3, 60, 120].flatMap((second) => asked(second * 1_000) ?? [])).toEqual([]);
  });

  it("given no time of its state, so answers count that are of a time after its last change", () => {
    const untimed: Order = { ...open, stateTimes: {} };
    const stale: LookupAnswer = { kind: "NOT_FOUND", asOf: open.updatedAt };
    expect(goneAt(at([0, 1, 2, 3, 60], untimed, stale))).toEqual([]);
    expect(goneAt(at([0, 1, 2, 3, 60], untimed))).toEqual([60]);
  });

  it.each(["SUBMITTED", "IN_DOUBT", "FILLED"] as const)("given it is %s, so this is not for us to say", (phase) => {
    expect(goneAt(at([0, 1, 2, 3, 60, 120], orderIn(phase)))).toEqual([]);
  });

  it("given an order that is live no more, so it is forgotten, and the others are not", () => {
    const other: Order = { ...open, orderId: orderId("00000000-0000-7000-8000-00000000ffff") };
    const disappearances = new Disappearances();
    for (const second of [0, 1, 2, 3])
      for (const order of [open, other]) disappearances.lookedUp(order, absent, { nowMs: second * 1_000, now });
    disappearances.keepOnly((id) => id === other.orderId);
    expect(disappearances.lookedUp(open, absent, { nowMs: 60_000, now })).toBeUndefined();
    expect(disappearances.lookedUp(other, absent, { nowMs: 60_000, now })).toMatchObject({
      evidence: { kind: "VANISHED" },
    });
  });
});

describe("an observer whose venue forgets", () => {
  const polled = { capabilities: { streams: false } };
  const forgetful = () => {
    const test = observerOf({ lookup: async () => ({ kind: "NOT_FOUND", asOf: test.clock.wall() }) }, polled);
    return test;
  };

  it.each(["CONFIRMING", "PARTIALLY_FILLED", "CANCELLING"] as const)(
    "given %s, so it is IN_DOUBT after a minute, never tried again, and looked up ever more seldom",
    async (phase) => {
      const test = forgetful();
      const order = await orderAfter(test, pathTo[phase]);
      test.observer.start();
      await pass(test.clock, 60_000, 500);
      expect((await stored(test, order)).state).toBe(phase);
      await pass(test.clock, 60_000, 500);
      expect(await stored(test, order)).toMatchObject({ state: "IN_DOUBT", lastError: { code: "ORDER_FORGOTTEN" } });
      test.venue.calls.length = 0;
      await pass(test.clock, 600_000, 1_000);
      expect(await stored(test, order)).toMatchObject({ state: "IN_DOUBT", attemptCount: 1 });
      expect(test.venue.callsOf("lookup").length).toBeLessThan(30);
    },
  );

  it("given that the venue knows it after all, so it is open again, with its fills and its cancel", async () => {
    const test = forgetful();
    const order = await orderAfter(test, pathTo.PARTIALLY_FILLED);
    const cancelling = await orderAfter(test, pathTo.CANCELLING);
    test.observer.start();
    await pass(test.clock, 120_000, 500);
    expect((await stored(test, order)).state).toBe("IN_DOUBT");
    test.book.open.push(aboutOrder(order), aboutOrder(cancelling));
    await pass(test.clock, 1_000, 500);
    expect((await stored(test, order)).state).toBe("PARTIALLY_FILLED");
    expect((await stored(test, cancelling)).state).toBe("CANCELLING");
  });

  it("given a fill that comes after all, so it counts", async () => {
    const test = forgetful();
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.observer.start();
    await pass(test.clock, 120_000, 500);
    test.book.fills.push({ submitKey: aboutOrder(order).submitKey, fill: fillOf("F1", "1") });
    await pass(test.clock, 1_000, 500);
    expect(await stored(test, order)).toMatchObject({ state: "FILLED", cumQuantity: "1" });
  });
});

describe("that an attempt can't be found", () => {
  const { ATTEMPT_PREPARED, ACCEPTED, VANISHED, ANSWER_LOST, RETRY_SCHEDULED } = sampleEvents;
  const unnamed = { type: "ACCEPTED" } as const;

  it.each([
    ["was found with a name of the venue", [ATTEMPT_PREPARED, ACCEPTED, VANISHED], true],
    ["was found without one", [ATTEMPT_PREPARED, unnamed, VANISHED], true],
    ["was never found", [ATTEMPT_PREPARED, ANSWER_LOST], false],
    ["follows one that was found", [ATTEMPT_PREPARED, unnamed, RETRY_SCHEDULED, ATTEMPT_PREPARED, ANSWER_LOST], false],
    ["was not made", [], false],
  ] as const)("given one that %s, so it was at the venue: %s", async (_, events, expected) => {
    const test: TestDesk = deskForTests();
    let order = await orderAfter(test, []);
    for (const event of events) {
      test.clock.advance(10);
      order = changeOrder(order, [event], test.clock.wall()).order;
    }
    expect(wasAtVenue(order)).toBe(expected);
  });

  it("given one in doubt that was at the venue, so its absence is no proof; else it is", () => {
    const doubtful = orderIn("IN_DOUBT");
    const report = failureOf("ABSENT");
    expect(eventsOf(doubtful, report)).not.toEqual([]);
    const since = { ...doubtful, stateTimes: { ...doubtful.stateTimes, CONFIRMING: doubtful.updatedAt } };
    expect(eventsOf(since, report)).toEqual([]);
  });

  it("given a report that it vanished, so an open order is in doubt, and nothing else is", () => {
    const report = failureOf("VANISHED");
    for (const phase of ["CONFIRMING", "PARTIALLY_FILLED", "CANCELLING"] as const)
      expect(eventsOf(orderIn(phase), report)).toEqual(["VANISHED"]);
    for (const phase of ["SUBMITTED", "IN_DOUBT", "FAILED_WILL_RETRY", "CANCELLED"] as const)
      expect(eventsOf(orderIn(phase), report)).toEqual([]);
  });
});
