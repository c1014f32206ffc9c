import { describe, expect, it } from "vitest";
import { accountId } from "../account/account-id.ts";
import { recordReport } from "../desk/record-report.ts";
import { SurefillError } from "../error/surefill-error.ts";
import type { OrderId } from "../order/order-id.ts";
import { deskForTests, orderAfter, pathTo, stored, type TestDesk, venueAccount } from "../testing/desk-for-tests.ts";
import { recover } from "./recover.ts";

const nothingSent = () => false;

/** A store that refuses to write the orders in `refused`, with `code`. */
function deskRefusing(code: "STORE_REFUSED" | "STORE_UNAVAILABLE") {
  const refused = new Set<OrderId>();
  const test = deskForTests({
    store: ({ orders }) => ({
      orders: {
        ...orders,
        async commit(change) {
          if (refused.has(change.order.orderId)) throw new SurefillError(code, "no");
          return orders.commit(change);
        },
      },
    }),
  });
  return { ...test, refused };
}

async function submittedOrders(test: TestDesk, count: number) {
  const orders = [];
  for (let made = 0; made < count; made += 1) orders.push(await orderAfter(test, pathTo.SUBMITTED));
  return orders;
}

describe("taking a venue account up", () => {
  it("given a SUBMITTED order that nobody sends, so it is IN_DOUBT, and nothing is sent", async () => {
    const test = deskForTests();
    const order = await orderAfter(test, pathTo.SUBMITTED);
    await recover(test.desk, venueAccount, nothingSent);
    expect(await stored(test, order)).toMatchObject({
      state: "IN_DOUBT",
      lastError: { code: "ANSWER_LOST" },
      attemptCount: 1,
    });
    expect(test.venue.calls).toEqual([]);
  });

  it("given one that this process is sending, so that one is left alone", async () => {
    const test = deskForTests();
    const [orphan, own] = [await orderAfter(test, pathTo.SUBMITTED), await orderAfter(test, pathTo.SUBMITTED)];
    await recover(test.desk, venueAccount, ({ orderId }) => orderId === own.orderId);
    expect((await stored(test, orphan)).state).toBe("IN_DOUBT");
    expect(await stored(test, own)).toEqual(own);
  });

  it.each(["PENDING", "IN_DOUBT", "CONFIRMING", "CANCELLING", "FAILED_WILL_RETRY"] as const)(
    "given %s, so it is as it was: its own row says what is due",
    async (phase) => {
      const test = deskForTests();
      const order = await orderAfter(test, pathTo[phase]);
      await recover(test.desk, venueAccount, nothingSent);
      expect(await stored(test, order)).toEqual(order);
    },
  );

  it("given more than one page of them, so all are taken up", async () => {
    const test = deskForTests();
    const orders = await submittedOrders(test, 1_001);
    await recover(test.desk, venueAccount, nothingSent);
    const states = await Promise.all(orders.map(async (order) => (await stored(test, order)).state));
    expect(new Set(states)).toEqual(new Set(["IN_DOUBT"]));
  });

  it("given another account's orders, so they are left alone", async () => {
    const test = deskForTests();
    const order = await orderAfter(test, pathTo.SUBMITTED, { account: accountId("bob") });
    await recover(test.desk, venueAccount, nothingSent);
    expect(await stored(test, order)).toEqual(order);
  });

  it("given evidence that is recorded at the same time, so the evidence stands", async () => {
    const test = deskForTests({
      store: ({ orders }) => ({
        orders: {
          ...orders,
          async live(...query) {
            const page = await orders.live(...query);
            for (const order of page) {
              if (order.state !== "SUBMITTED") continue;
              const { submitKey } = order.attempt;
              await recordReport(test.desk, order, { submitKey, evidence: { kind: "OPEN" }, fills: [] });
            }
            return page;
          },
        },
      }),
    });
    const order = await orderAfter(test, pathTo.SUBMITTED);
    await recover(test.desk, venueAccount, nothingSent);
    expect((await stored(test, order)).state).toBe("CONFIRMING");
  });

  it("given one row that the store refuses, so the others are taken up all the same", async () => {
    const test = deskRefusing("STORE_REFUSED");
    const [poison, healthy] = await submittedOrders(test, 2);
    if (poison === undefined || healthy === undefined) throw new Error("two orders");
    test.refused.add(poison.orderId);
    await recover(test.desk, venueAccount, nothingSent);
    expect((await stored(test, healthy)).state).toBe("IN_DOUBT");
    expect((await stored(test, poison)).state).toBe("SUBMITTED");
    expect(test.complaints).toMatchObject([{ order_id: poison.orderId }]);
  });

  it("given a store that is away, so recovery fails and is not believed to be done", async () => {
    const test = deskRefusing("STORE_UNAVAILABLE");
    const order = await orderAfter(test, pathTo.SUBMITTED);
    test.refused.add(order.orderId);
    await expect(recover(test.desk, venueAccount, nothingSent)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  });
});
