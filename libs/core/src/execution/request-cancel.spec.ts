import { describe, expect, it } from "vitest";
import { dueAtOnce, isTerminal, type Order } from "../order/order.ts";
import { deskForTests, orderAfter, pathTo, stored } from "../testing/desk-for-tests.ts";
import { refused, sampleEvents } from "../testing/order-fixtures.ts";
import { requestCancel } from "./request-cancel.ts";

const asked = { type: "CANCEL_REQUESTED", reason: "first" } as const;

describe("asking for a cancel", () => {
  it.each([
    ["PENDING", "CANCELLED"],
    ["FAILED_WILL_RETRY", "CANCELLED"],
    ["SUBMITTED", "SUBMITTED"],
    ["IN_DOUBT", "IN_DOUBT"],
    ["CONFIRMING", "CANCELLING"],
    ["PARTIALLY_FILLED", "CANCELLING"],
  ] as const)("given %s, so %s, durably, with the time and the reason", async (phase, state) => {
    const test = deskForTests();
    const order = await orderAfter(test, pathTo[phase]);
    test.clock.advance(7);
    const after = await requestCancel(test.desk, order, "changed my mind");
    expect(after).toMatchObject({ state, cancelRequest: { at: test.clock.wall(), reason: "changed my mind" } });
    expect(await stored(test, order)).toEqual(after);
  });

  it.each(["FILLED", "CANCELLED", "EXPIRED", "REJECTED", "FAILED_FINAL"] as const)(
    "given %s, so nothing is stored and the order is as it was",
    async (phase) => {
      const test = deskForTests();
      const order = await orderAfter(test, pathTo[phase]);
      test.committed.length = 0;
      expect(isTerminal(order)).toBe(true);
      expect(await requestCancel(test.desk, order, "too late")).toEqual(order);
      expect(test.committed).toEqual([]);
    },
  );

  it.each(["SUBMITTED", "IN_DOUBT", "CONFIRMING"] as const)(
    "given %s and asked before, so the first reason stays and nothing is stored",
    async (phase) => {
      const test = deskForTests();
      const order = await orderAfter(test, [...pathTo[phase], asked]);
      test.committed.length = 0;
      expect(await requestCancel(test.desk, order, "again")).toEqual(order);
      expect(test.committed).toEqual([]);
    },
  );

  it("given an order whose cancel the venue refused, when asked once more, so it is sent once more", async () => {
    const test = deskForTests();
    const order = await orderAfter(test, [...pathTo.CANCELLING, sampleEvents.CANCEL_REFUSED]);
    expect(order).toMatchObject({ state: "CONFIRMING", lastError: refused });
    const after = await requestCancel(test.desk, order, "please");
    expect(after).toMatchObject({
      state: "CANCELLING",
      cancelAfter: dueAtOnce.cancel,
      cancelRequest: { reason: "test" },
    });
  });

  it("given two who ask at the same time, so the fact is stored once", async () => {
    const test = deskForTests();
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.committed.length = 0;
    const both = await Promise.all([requestCancel(test.desk, order, "a"), requestCancel(test.desk, order, "b")]);
    expect(both.map(({ cancelRequest }) => cancelRequest?.reason)).toEqual(["a", "a"]);
    expect(test.committed).toHaveLength(1);
  });
});

describe("an order that others change meanwhile", () => {
  /** A store where somebody else is quicker, `times` times. */
  function contended(times: number) {
    let left = times;
    return deskForTests({
      store: ({ orders }) => ({
        orders: {
          ...orders,
          async commit(change) {
            const isCancel = change.records.some(({ cause }) => cause.type === "CANCEL_REQUESTED");
            if (!isCancel || left === 0) return orders.commit(change);
            left -= 1;
            return { kind: "STALE_VERSION" };
          },
        },
      }),
    });
  }

  it("given 19 lost races, so it is asked for all the same", async () => {
    const test = contended(19);
    const order = await orderAfter(test);
    expect((await requestCancel(test.desk, order, "now")).state).toBe("CANCELLED");
  });

  it("given 20, so it gives up and says what to do", async () => {
    const test = contended(20);
    const order = await orderAfter(test);
    await expect(requestCancel(test.desk, order, "now")).rejects.toMatchObject({
      code: "ORDER_CONTENDED",
      context: { order_id: order.orderId },
    });
  });

  it("given a version that is old by now, so it judges the order as it is: sent by then, so not simply CANCELLED", async () => {
    const test = deskForTests();
    const order = await orderAfter(test, pathTo.CONFIRMING);
    const old: Order = { ...order, version: 1, state: "PENDING" };
    expect((await requestCancel(test.desk, old, "now")).state).toBe("CANCELLING");
  });
});
