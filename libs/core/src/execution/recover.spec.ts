import { describe, expect, it } from "vitest";
import { accountId } from "../account/account-id.ts";
import { recordReport } from "../desk/record-report.ts";
import { SurefillError } from "../error/surefill-error.ts";
import { type OrderId, venueOrderId } from "../order/order-id.ts";
import { deskForTests, orderAfter, pathTo, stored, type TestDesk, venueAccount } from "../testing/desk-for-tests.ts";
import { aboutOrder } from "../testing/observer-for-tests.ts";
import { pass } from "../testing/settle.ts";
import { recover } from "./recover.ts";
import { requestCancel } from "./request-cancel.ts";

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
    expect(test.venue.calls.map(({ method }) => method)).toEqual(["openOrders"]);
    const events = await test.store.events.ofOrder(order.orderId, 100);
    expect(events.slice(-2).map(({ type }) => type)).toEqual(["order.transition", "order.recovered"]);
  });

  it("given a cancel that is asked for in the same moment, so the order is IN_DOUBT all the same", async () => {
    const test = deskForTests({
      store: ({ orders }) => ({
        orders: {
          ...orders,
          async findMany(ids) {
            const found = await orders.findMany(ids);
            for (const order of found) await requestCancel(test.desk, order, "a caller's wish");
            return found;
          },
        },
      }),
    });
    const order = await orderAfter(test, pathTo.SUBMITTED);
    await recover(test.desk, venueAccount, nothingSent);
    expect(await stored(test, order)).toMatchObject({
      state: "IN_DOUBT",
      cancelRequest: { reason: "a caller's wish" },
    });
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

  it("given orders that the venue lists as open, so these are adopted by one question, and the others are IN_DOUBT", async () => {
    const test = deskForTests();
    const [open, other] = await submittedOrders(test, 2);
    if (open === undefined || other === undefined) throw new Error("two orders");
    test.venue.script.openOrders = async () => [aboutOrder(open, { venueOrderId: venueOrderId("V9") })];
    await recover(test.desk, venueAccount, nothingSent);
    const adopted = await stored(test, open);
    expect(adopted).toMatchObject({ state: "CONFIRMING", attempt: { venueOrderId: "V9" } });
    expect((await stored(test, other)).state).toBe("IN_DOUBT");
    expect(test.venue.callsOf("openOrders")).toHaveLength(1);
    const types = (await test.store.events.ofOrder(open.orderId, 100)).map(({ type }) => type);
    expect(types.slice(-2)).toEqual(["order.transition", "order.recovered"]);
    await recover(test.desk, venueAccount, nothingSent);
    expect(await stored(test, open)).toEqual(adopted);
  });

  it.each([
    ["does not answer within 3 s", () => new Promise<never>(() => undefined)],
    ["fails", () => Promise.reject(new SurefillError("VENUE_UNREACHABLE", "refused"))],
  ])("given a venue that %s, so the orders are IN_DOUBT", async (_, openOrders) => {
    const test = deskForTests({ script: { openOrders } });
    const [order] = await submittedOrders(test, 1);
    const recovering = recover(test.desk, venueAccount, nothingSent);
    await pass(test.clock, 3_000, 500);
    await recovering;
    expect(order && (await stored(test, order)).state).toBe("IN_DOUBT");
  });

  it("given a venue without bulk queries, so it is not asked", async () => {
    const test = deskForTests({ capabilities: { bulkQueries: false } });
    const [order] = await submittedOrders(test, 1);
    await recover(test.desk, venueAccount, nothingSent);
    expect(test.venue.calls).toEqual([]);
    expect(order && (await stored(test, order)).state).toBe("IN_DOUBT");
  });

  it("given another account's orders, so they are left alone", async () => {
    const test = deskForTests();
    const order = await orderAfter(test, pathTo.SUBMITTED, { account: accountId("bob") });
    await recover(test.desk, venueAccount, nothingSent);
    expect(await stored(test, order)).toEqual(order);
  });

  it("given an answer that is recorded before its row is read, so the venue is not asked, and the row stays", async () => {
    const test = deskForTests({
      store: ({ orders }) => ({
        orders: {
          ...orders,
          async scanLive(...scan) {
            const page = await orders.scanLive(...scan);
            for (const order of await orders.findMany(page.map(({ orderId }) => orderId)))
              await recordReport(test.desk, order, aboutOrder(order));
            return page;
          },
        },
      }),
    });
    const order = await orderAfter(test, pathTo.SUBMITTED);
    await recover(test.desk, venueAccount, nothingSent);
    expect(await stored(test, order)).toMatchObject({ state: "CONFIRMING", version: order.version + 1 });
    expect(test.venue.calls).toEqual([]);
  });

  it("given evidence that is recorded at the same time, so the evidence stands", async () => {
    const test = deskForTests({
      store: ({ orders }) => ({
        orders: {
          ...orders,
          async findMany(ids) {
            const page = await orders.findMany(ids);
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
    const about = (orderId: OrderId) => expect.objectContaining({ order_id: orderId });
    expect(test.complaints).toHaveLength(2);
    expect(test.complaints).toEqual(expect.arrayContaining([about(poison.orderId), about(healthy.orderId)]));
  });

  it("given a store that is away, so recovery fails and is not believed to be done", async () => {
    const test = deskRefusing("STORE_UNAVAILABLE");
    const order = await orderAfter(test, pathTo.SUBMITTED);
    test.refused.add(order.orderId);
    await expect(recover(test.desk, venueAccount, nothingSent)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  });
});
