import { describe, expect, it } from "vitest";
import { price } from "../money/price.ts";
import { fillOf, lost, orderIn, quoteBuy, refused, sampleEvents } from "../testing/order-fixtures.ts";
import { changeOrder } from "./change-order.ts";
import type { Instruction } from "./instruction.ts";
import type { Order } from "./order.ts";
import type { OrderEvent } from "./order-event.ts";
import type { Phase } from "./order-state.ts";

/** Buys 1 BTC that was expected at 50,000, in `phase`. */
function expecting(phase: Phase, rest: Partial<Instruction> = {}): Order {
  const order = orderIn(phase, { expectedPrice: price("50000") });
  return { ...order, instruction: { ...order.instruction, ...rest } };
}

function filledAt(lastPrice: string, lastQuantity = "1"): OrderEvent {
  return { type: "FILLED_FULLY", fill: fillOf("F9", lastQuantity, { lastPrice: price(lastPrice) }) };
}

/** Types of the events beside the transitions. */
function told(order: Order, events: readonly OrderEvent[], recovered = false): readonly string[] {
  const { records } = changeOrder(order, events, order.updatedAt, { recovered });
  return records.map(({ type }) => type).filter((type) => type !== "order.transition");
}

const { ATTEMPT_PREPARED, FILLED_PARTLY, FILLED_FULLY, CANCELLED, EXPIRED, COMPLETED, SURPLUS_ATTEMPT } = sampleEvents;
const cancelled = { at: orderIn("PENDING").updatedAt, reason: "asked" };

describe("what is told beside a transition, given", () => {
  const cases: readonly (readonly [given: string, order: Order, events: readonly OrderEvent[], told: string[]])[] = [
    ["the first attempt", orderIn("PENDING"), [ATTEMPT_PREPARED], ["order.execution_started"]],
    ["a later attempt", orderIn("FAILED_WILL_RETRY"), [ATTEMPT_PREPARED], []],
    ["an answer", orderIn("SUBMITTED"), [sampleEvents.ACCEPTED], []],
    ["a part", orderIn("CONFIRMING"), [FILLED_PARTLY], []],
    ["all of it", orderIn("CONFIRMING"), [FILLED_FULLY], ["order.executed"]],
    ["a part and a cancel", orderIn("CONFIRMING"), [FILLED_PARTLY, CANCELLED], ["order.executed"]],
    ["a part and an expiry", orderIn("PARTIALLY_FILLED"), [EXPIRED], ["order.executed"]],
    ["a completion", { ...orderIn("PARTIALLY_FILLED"), instruction: quoteBuy }, [COMPLETED], ["order.executed"]],
    ["an expiry without a fill", orderIn("CONFIRMING"), [EXPIRED], ["order.execution_failed"]],
    ["a refusal", orderIn("SUBMITTED"), [sampleEvents.REJECTED], ["order.execution_failed"]],
    ["a failure before the first attempt", orderIn("PENDING"), [sampleEvents.FAILED], ["order.execution_failed"]],
    ["a retry to come", orderIn("SUBMITTED"), [sampleEvents.RETRY_SCHEDULED], []],
    ["a cancel that was asked for", orderIn("CANCELLING", { cancelRequest: cancelled }), [CANCELLED], []],
    ["a cancel before the first attempt", orderIn("PENDING"), [sampleEvents.CANCEL_REQUESTED], []],
    ["a cancel that nobody asked for", orderIn("CONFIRMING"), [CANCELLED], ["order.execution_failed"]],
    ["a no", orderIn("AWAITING_CONFIRMATION"), [sampleEvents.DECLINED], []],
    ["a deadline that lapsed", orderIn("AWAITING_CONFIRMATION"), [sampleEvents.CONFIRMATION_LAPSED], []],
    ["a denial", orderIn("AWAITING_CONFIRMATION"), [sampleEvents.DENIED], []],
    ["an attempt that turned up", orderIn("CONFIRMING"), [SURPLUS_ATTEMPT], ["order.surplus_attempt"]],
    [
      "one that is told again",
      orderIn("FILLED", { surplusAttempts: [SURPLUS_ATTEMPT.attempt] }),
      [SURPLUS_ATTEMPT],
      [],
    ],
    ["a fill after the end", orderIn("CANCELLED"), [FILLED_PARTLY], ["order.late_fill"]],
    ["a fill after FILLED", orderIn("FILLED"), [FILLED_PARTLY], ["order.overfill"]],
    ["more than was ordered", orderIn("CONFIRMING"), [filledAt("50000", "1.1")], ["order.overfill", "order.executed"]],
    ["exactly 50 bps more", expecting("CONFIRMING"), [filledAt("50250")], ["order.executed"]],
    ["a hair more than that", expecting("CONFIRMING"), [filledAt("50250.01")], ["order.executed", "slippage.alert"]],
    ["a better price", expecting("CONFIRMING"), [filledAt("49000")], ["order.executed"]],
    [
      "less for what was sold",
      expecting("CONFIRMING", { side: "SELL" }),
      [filledAt("49749.99")],
      ["order.executed", "slippage.alert"],
    ],
    ["exactly 50 bps less", expecting("CONFIRMING", { side: "SELL" }), [filledAt("49750")], ["order.executed"]],
    [
      "a dear part that is not the end",
      expecting("CONFIRMING"),
      [{ ...FILLED_PARTLY, fill: fillOf("F9", "0.1", { lastPrice: price("60000") }) }],
      [],
    ],
    [
      "a late fill that makes it dear",
      expecting("CANCELLED"),
      [{ ...FILLED_PARTLY, fill: fillOf("F9", "0.1", { lastPrice: price("60000") }) }],
      ["order.late_fill", "slippage.alert"],
    ],
    [
      "another late fill of what is dear already",
      { ...expecting("CANCELLED"), ...pickFilled("0.1", "6000") },
      [{ ...FILLED_PARTLY, fill: fillOf("F9", "0.1", { lastPrice: price("60000") }) }],
      ["order.late_fill"],
    ],
  ];

  it.each(cases)("%s", (_, order, events, expected) => {
    expect(told(order, events)).toEqual(expected);
  });

  it("an order that another process takes up: once, with the first step", () => {
    expect(told(orderIn("SUBMITTED"), [{ type: "ANSWER_LOST", error: lost }], true)).toEqual(["order.recovered"]);
    expect(told(orderIn("SUBMITTED"), [FILLED_PARTLY, EXPIRED], true)).toEqual(["order.recovered", "order.executed"]);
    expect(told(orderIn("SUBMITTED"), [], true)).toEqual([]);
  });
});

function pickFilled(cumQuantity: string, cumQuoteQuantity: string) {
  const { order } = changeOrder(
    orderIn("CONFIRMING"),
    [
      {
        ...FILLED_PARTLY,
        fill: fillOf("F1", cumQuantity, { lastPrice: price(String(Number(cumQuoteQuantity) * 10)) }),
      },
    ],
    cancelled.at,
  );
  return { cumQuantity: order.cumQuantity, cumQuoteQuantity: order.cumQuoteQuantity };
}

describe("what is told says", () => {
  const causeOf = (order: Order, event: OrderEvent, type: string) =>
    changeOrder(order, [event], order.updatedAt).records.find((record) => record.type === type)?.cause;

  it("what an execution came to", () => {
    expect(causeOf(expecting("PARTIALLY_FILLED"), filledAt("51000", "0.6"), "order.executed")).toEqual({
      ...{ type: "EXECUTED", cumQuantity: "1", cumQuoteQuantity: "50600", expectedPrice: "50000" },
    });
    expect(causeOf(orderIn("PARTIALLY_FILLED"), EXPIRED, "order.executed")).toEqual({
      ...{ type: "EXECUTED", cumQuantity: "0.4", cumQuoteQuantity: "20000" },
    });
  });

  it("why an execution failed, where something is known", () => {
    const type = "EXECUTION_FAILED";
    expect(causeOf(orderIn("SUBMITTED"), sampleEvents.REJECTED, "order.execution_failed")).toEqual({
      type,
      error: refused,
    });
    expect(causeOf(orderIn("SUBMITTED"), EXPIRED, "order.execution_failed")).toEqual({ type });
  });

  it("how much slippage is too much", () => {
    expect(causeOf(expecting("CONFIRMING"), filledAt("60000"), "slippage.alert")).toEqual({
      ...{
        type: "SLIPPAGE_EXCEEDED",
        cumQuantity: "1",
        cumQuoteQuantity: "60000",
        expectedPrice: "50000",
        limitBps: 50,
      },
    });
  });
});
