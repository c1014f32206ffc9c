import { describe, expect, it } from "vitest";
import { orderError } from "../error/order-error.ts";
import { quantity } from "../money/quantity.ts";
import type { Order } from "../order/order.ts";
import { venueOrderId } from "../order/order-id.ts";
import { deskForTests, keyOf, orderAfter, pathTo } from "../testing/desk-for-tests.ts";
import { addMs } from "../time/wall-time.ts";
import type { LookupAnswer } from "../venue/venue.ts";
import { lookUp } from "./look-up.ts";

const unavailable: LookupAnswer = { kind: "UNAVAILABLE", error: orderError("VENUE_UNREACHABLE", "no connection") };
const found = ({ orderId }: Order): LookupAnswer => ({
  kind: "FOUND",
  report: {
    ...{ submitKey: keyOf(orderId, 1), venueOrderId: venueOrderId("V1"), evidence: { kind: "OPEN" }, fills: [] },
    cumQuantity: quantity("0"),
  },
});

/** A desk whose venue answers the look-up of an order after 3 ms. */
async function lookedUp(
  phase: "SUBMITTED" | "IN_DOUBT" | "CONFIRMING" | "CANCELLING",
  answer: (order: Order) => LookupAnswer,
) {
  const test = deskForTests();
  const order = await orderAfter(test, pathTo[phase]);
  test.venue.script.lookup = async () => {
    test.clock.advance(3);
    return answer(order);
  };
  const askedAt = test.clock.wall();
  await lookUp(test.desk, test.entry, order);
  return { ...test, order, askedAt, kept: await test.store.evidence.ofOrders([order.orderId]) };
}

describe("what a look-up leaves as evidence", () => {
  it("given that it was not found, so when it was asked and answered, and what the venue knew by when", async () => {
    const { kept, order, askedAt } = await lookedUp("IN_DOUBT", (doubtful) => ({
      ...{ kind: "NOT_FOUND", asOf: doubtful.requestedAt },
    }));
    expect(kept).toEqual([
      {
        ...{ orderId: order.orderId, number: 1, attemptNumber: 1, operation: "LOOKUP", outcome: "NOT_FOUND", count: 1 },
        ...{ askedAt, answeredAt: addMs(askedAt, 3), lastAskedAt: askedAt, lastAnsweredAt: addMs(askedAt, 3) },
        ...{ asOf: order.requestedAt, detail: "" },
      },
    ]);
  });

  it.each([
    ["SUBMITTED", "found", found, "FOUND", "OPEN as V1, 0 filled"],
    ["IN_DOUBT", "found", found, "FOUND", "OPEN as V1, 0 filled"],
    ["IN_DOUBT", "no answer", () => unavailable, "UNAVAILABLE", "VENUE_UNREACHABLE: no connection"],
    ["CONFIRMING", "no answer", () => unavailable, "UNAVAILABLE", "VENUE_UNREACHABLE: no connection"],
    ["CANCELLING", "found", found, "FOUND", "OPEN as V1, 0 filled"],
  ] as const)("given %s and %s, so it is kept", async (phase, _what, answer, outcome, detail) => {
    expect((await lookedUp(phase, answer)).kept).toMatchObject([{ outcome, detail }]);
  });

  it("given that a healthy order is found, so nothing, for it would be written at every poll", async () => {
    expect((await lookedUp("CONFIRMING", found)).kept).toEqual([]);
  });

  it("given a library that throws, so what it said is kept, without what databases refuse", async () => {
    const test = deskForTests({ script: { lookup: () => Promise.reject(new Error("broken")) } });
    const order = await orderAfter(test, pathTo.IN_DOUBT);
    await lookUp(test.desk, test.entry, order);
    expect(await test.store.evidence.ofOrders([order.orderId])).toMatchObject([{ outcome: "UNAVAILABLE" }]);
  });

  it("given a store that does not take it, so a warning, and the order is recorded all the same", async () => {
    const test = deskForTests({
      store: ({ evidence }) => ({ evidence: { ...evidence, append: () => Promise.reject(new Error("disk full")) } }),
    });
    const order = await orderAfter(test, pathTo.IN_DOUBT);
    test.venue.script.lookup = async () => found(order);
    expect((await lookUp(test.desk, test.entry, order)).state).toBe("CONFIRMING");
    expect(test.complaints).toHaveLength(1);
  });
});
