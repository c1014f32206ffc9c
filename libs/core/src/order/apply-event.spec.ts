import { describe, expect, it } from "vitest";
import { amount } from "../money/amount.ts";
import { price } from "../money/price.ts";
import {
  after,
  busy,
  fillOf,
  firstAttempt,
  frozen,
  lost,
  namedAttempt,
  orderIn,
  quoteBuy,
  refused,
  sampleEvents,
} from "../testing/order-fixtures.ts";
import type { WallTime } from "../time/wall-time.ts";
import { applyEvent } from "./apply-event.ts";
import { nextActionAt } from "./next-action-at.ts";
import { attemptOf, dueAtOnce, isTerminal, leavesQuantity, type Order } from "./order.ts";
import type { OrderEvent } from "./order-event.ts";
import { submitKey, venueOrderId } from "./order-id.ts";
import { phases } from "./order-state.ts";

const { ACCEPTED, ANSWER_LOST, ATTEMPT_PREPARED, CANCEL_REQUESTED, RETRY_SCHEDULED } = sampleEvents;
const f1 = fillOf("F1", "0.4", { fee: { asset: "USDT", amount: amount("20") } });
const f2 = fillOf("F2", "0.6", { lastPrice: price("49000"), fee: { asset: "USDT", amount: amount("-0.5") } });
const f3 = fillOf("F3", "0.1", { fee: { asset: "BTC", amount: amount("0.0001") } });

/** The order after the events, all of which the table must allow; one millisecond apart. */
function applied(order: Order, ...events: readonly OrderEvent[]): Order {
  return events.reduce((before, event, index) => step(before, event, after(50 + index)), order);
}

function step(order: Order, event: OrderEvent, at: WallTime): Order {
  const result = applyEvent(frozen(order), frozen(event), at);
  if (!result.ok) throw new Error(`${result.event} refused in ${result.phase}`);
  return result.order;
}

const partly = (fill: typeof f1): OrderEvent => ({ type: "FILLED_PARTLY", fill });
const fully = (fill: typeof f1): OrderEvent => ({ type: "FILLED_FULLY", fill });

describe("the version", () => {
  it("given version 7, when three events are applied, so it is 10", () => {
    expect(applied(orderIn("PENDING"), ATTEMPT_PREPARED, ANSWER_LOST, ACCEPTED).version).toBe(10);
  });

  it("grows also where the state stays", () => {
    expect(applied(orderIn("CANCELLED"), partly(f1))).toMatchObject({ state: "CANCELLED", version: 8 });
  });
});

describe("times", () => {
  it("given a clock that was set back, when an event is applied, so its time is that of the change before", () => {
    const order = step(orderIn("SUBMITTED"), ACCEPTED, after(-3_600_000));
    expect(order).toMatchObject({ updatedAt: after(30), answeredAt: after(30) });
    expect(order.stateTimes.CONFIRMING).toBe(after(30));
  });

  it("given a state that was entered before, when it is entered again, so its time is the last", () => {
    const order = applied(orderIn("SUBMITTED"), RETRY_SCHEDULED, ATTEMPT_PREPARED);
    expect(order.stateTimes).toEqual({ SUBMITTED: after(51), FAILED: after(50) });
  });

  it("given a state, when an event leaves it there, so its time stays", () => {
    expect(applied(orderIn("PARTIALLY_FILLED"), partly(f1), partly(f2)).stateTimes).toEqual({
      PARTIALLY_FILLED: after(30),
    });
  });

  it("given several fills, when they are applied, so the first one's time is kept", () => {
    expect(applied(orderIn("CONFIRMING"), partly(f1), fully(f2)).firstFillAt).toBe(after(50));
  });

  it("given an answer, when another comes, so the first one's time is kept", () => {
    const order = applied(orderIn("SUBMITTED"), ACCEPTED, RETRY_SCHEDULED, ATTEMPT_PREPARED, ACCEPTED);
    expect(order.answeredAt).toBe(after(50));
  });

  it("given an order that lands, when a fill comes, so the landing is told only while it confirms", () => {
    const landed = applied(orderIn("CONFIRMING"), sampleEvents.LANDED);
    expect(landed).toMatchObject({ state: "CONFIRMING", landedAt: after(45) });
    expect(applied(landed, partly(f1))).not.toHaveProperty("landedAt");
  });
});

describe("fills", () => {
  it("given none, when three come, so quantities, value and fees are their sums", () => {
    const order = applied(orderIn("CONFIRMING"), partly(f1), fully(f2), partly(f3));
    expect(order).toMatchObject({
      state: "FILLED",
      cumQuantity: "1.1",
      cumQuoteQuantity: "54400",
      fees: { USDT: "19.5", BTC: "0.0001" },
    });
  });

  it("given a fill without a fee, when it comes, so no fee is booked", () => {
    expect(applied(orderIn("CONFIRMING"), partly(fillOf("F9", "0.1"))).fees).toEqual({});
  });

  it("given an asset that is called like a property of every object, when fees come, so they are its sum", () => {
    const fee = { asset: "constructor", amount: amount("2") };
    const order = applied(orderIn("CONFIRMING"), partly({ ...f1, fee }), partly({ ...f2, fee }));
    expect(Object.entries(order.fees)).toEqual([["constructor", "4"]]);
  });

  it("given an attempt without a venue order id, when a fill has one, so it is the attempt's", () => {
    expect(attemptOf(applied(orderIn("SUBMITTED"), partly(f1)))).toEqual(namedAttempt);
  });

  it("given an attempt without a venue order id, when a fill of an earlier attempt has one, so it stays without", () => {
    const order = applied(orderIn("SUBMITTED"), { type: "FILLED_PARTLY", fill: f1, earlierAttempt: true });
    expect(attemptOf(order)).toEqual(firstAttempt);
  });
});

describe("what is left", () => {
  it.each([
    ["CONFIRMING", [], "1"],
    ["CONFIRMING", [partly(f1)], "0.6"],
    ["CANCELLING", [partly(f1)], "0.6"],
    ["CONFIRMING", [partly(f1), fully(f2)], "0"],
    ["CONFIRMING", [partly(f1), { type: "CANCELLED" }], "0"],
    ["CONFIRMING", [{ type: "EXPIRED" }, partly(f1)], "0"],
    ["SUBMITTED", [RETRY_SCHEDULED], "1"],
    ["SUBMITTED", [sampleEvents.FAILED], "0"],
    ["SUBMITTED", [sampleEvents.REJECTED], "0"],
  ] as const)("given %s, when %j, so %s", (phase, events, so) => {
    expect(leavesQuantity(applied(orderIn(phase), ...events))).toBe(so);
  });

  it("given more filled than ordered while a cancel is on its way, so nothing, not less", () => {
    expect(leavesQuantity(applied(orderIn("CANCELLING"), partly(fillOf("F9", "1.5"))))).toBe("0");
  });

  it("given a size in quote, so nobody knows", () => {
    expect(leavesQuantity(orderIn("PARTIALLY_FILLED", { instruction: quoteBuy }))).toBeUndefined();
  });
});

describe("a cancel request", () => {
  it("given one, when asked again, so the first one's time and reason stay", () => {
    const again: OrderEvent = { type: "CANCEL_REQUESTED", reason: "again" };
    expect(applied(orderIn("SUBMITTED"), CANCEL_REQUESTED, again).cancelRequest).toEqual({
      at: after(50),
      reason: "test",
    });
  });

  it("given one, when the order moves on, so it sticks", () => {
    const order = applied(orderIn("SUBMITTED"), CANCEL_REQUESTED, ANSWER_LOST, ACCEPTED, { type: "CANCEL_STARTED" });
    expect(order).toMatchObject({ state: "CANCELLING", cancelRequest: { at: after(50), reason: "test" } });
    const refusedOnce = applied(order, sampleEvents.CANCEL_REFUSED, partly(f1), { type: "CANCELLED" }, partly(f3));
    expect(refusedOnce.cancelRequest).toEqual({ at: after(50), reason: "test" });
  });

  it("given a live order, when asked, so the cancel is due at once, and later as each answer says", () => {
    const order = applied(orderIn("CONFIRMING"), CANCEL_REQUESTED);
    expect(nextActionAt(order)).toBe(dueAtOnce.cancel);
    expect(nextActionAt(applied(order, sampleEvents.CANCEL_UNANSWERED))).toBe(after(2_000));
    expect(nextActionAt(applied(order, sampleEvents.CANCEL_SENT))).toBe(after(6_000));
    expect(nextActionAt(applied(order, sampleEvents.CANCEL_SENT, partly(f1)))).toBe(after(6_000));
  });
});

describe("errors", () => {
  it.each([
    ["PENDING", RETRY_SCHEDULED, busy],
    ["PENDING", sampleEvents.FAILED, refused],
    ["AWAITING_CONFIRMATION", sampleEvents.DENIED, refused],
    ["SUBMITTED", ANSWER_LOST, lost],
    ["SUBMITTED", sampleEvents.REJECTED, refused],
    ["CANCELLING", sampleEvents.CANCEL_UNANSWERED, lost],
    ["CANCELLING", sampleEvents.CANCEL_REFUSED, refused],
  ] as const)("given %s, when %j, so it is the last error", (phase, event, error) => {
    expect(applied(orderIn(phase), event).lastError).toEqual(error);
  });

  it("given one, when the order goes on, so it stays the last", () => {
    expect(applied(orderIn("PENDING"), RETRY_SCHEDULED, ATTEMPT_PREPARED, ACCEPTED, fully(f1)).lastError).toEqual(busy);
  });

  it("given one, when another comes, so the latest is told", () => {
    expect(applied(orderIn("PENDING"), RETRY_SCHEDULED, ATTEMPT_PREPARED, ANSWER_LOST).lastError).toEqual(lost);
  });
});

describe("attempts", () => {
  it("given none, when prepared, so the first is numbered 1 and has what was prepared", () => {
    const order = applied(orderIn("PENDING"), ATTEMPT_PREPARED);
    expect(order.attemptCount).toBe(1);
    expect(attemptOf(order)).toEqual({
      number: 1,
      submitKey: "key-2",
      validUntil: after(9_000),
      preparedAt: after(50),
    });
  });

  it("given a dead one, when prepared again, so the next is numbered 2 and has nothing of the first", () => {
    const unnamed: OrderEvent = { type: "ATTEMPT_PREPARED", submitKey: submitKey("key-3") };
    const order = applied(orderIn("CONFIRMING"), RETRY_SCHEDULED, unnamed);
    expect(order.attemptCount).toBe(2);
    expect(attemptOf(order)).toEqual({ number: 2, submitKey: "key-3", preparedAt: after(51) });
  });

  it("given a dead one, when it waits for the next, so it is still told", () => {
    expect(attemptOf(applied(orderIn("CONFIRMING"), RETRY_SCHEDULED))).toEqual(namedAttempt);
  });

  it("given failed prepares, when counted, so attempts that were sent are not among them", () => {
    const order = applied(orderIn("PENDING"), RETRY_SCHEDULED, RETRY_SCHEDULED, ATTEMPT_PREPARED, RETRY_SCHEDULED);
    expect(order).toMatchObject({ failedPrepares: 2, attemptCount: 1 });
    expect(applied(order, sampleEvents.FAILED)).toMatchObject({ failedPrepares: 3, attemptCount: 1 });
  });

  it("given a venue order id, when accepted under another, so the first stays", () => {
    const order = applied(orderIn("SUBMITTED"), ANSWER_LOST, ACCEPTED);
    expect(attemptOf(order)?.venueOrderId).toBe("V1");
    const moved = applied(
      { ...orderIn("IN_DOUBT"), state: "IN_DOUBT", attempt: namedAttempt },
      {
        type: "ACCEPTED",
        venueOrderId: venueOrderId("V2"),
      },
    );
    expect(attemptOf(moved)?.venueOrderId).toBe("V1");
  });
});

describe("the expected price", () => {
  const quoted: OrderEvent = { ...ATTEMPT_PREPARED, quotedPrice: price("50100") };

  it("given none, when the first attempt is quoted, so it is the quote, for later attempts too", () => {
    const later: OrderEvent = { ...quoted, quotedPrice: price("60000") };
    expect(applied(orderIn("PENDING"), quoted, RETRY_SCHEDULED, later).expectedPrice).toBe("50100");
  });

  it("given the caller's, when an attempt is quoted, so it stays", () => {
    expect(applied(orderIn("PENDING", { expectedPrice: price("50000") }), quoted).expectedPrice).toBe("50000");
  });
});

describe("when a server must act", () => {
  const due = Object.fromEntries(phases.map((phase) => [phase, nextActionAt(orderIn(phase))]));

  it("is known for the phases that wait for a server, and for no other", () => {
    expect(due).toEqual({
      ...Object.fromEntries(phases.map((phase) => [phase, undefined])),
      PENDING: dueAtOnce.submission,
      AWAITING_CONFIRMATION: after(10_000),
      CANCELLING: after(30),
      FAILED_WILL_RETRY: after(1_000),
    });
  });

  it("is never known for an order that has ended", () => {
    const ended = phases.map((phase) => orderIn(phase)).filter(isTerminal);
    expect(ended.map(({ state }) => state)).toEqual(["FAILED", "FILLED", "CANCELLED", "EXPIRED", "REJECTED", "DENIED"]);
    expect(ended.map(nextActionAt)).toEqual(ended.map(() => undefined));
  });
});
