import { describe, expect, it } from "vitest";
import { SurefillError } from "../error/surefill-error.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import type { Order } from "../order/order.ts";
import type { AttemptWrite } from "../store/order-change.ts";
import { deskForTests, keyOf, orderAfter, pathTo, stored, type TestDesk } from "../testing/desk-for-tests.ts";
import { fillOf } from "../testing/order-fixtures.ts";
import { recordReport, reread } from "./record-report.ts";

function reportOf(order: Order, rest: Partial<ExecutionReport> = {}): ExecutionReport {
  return { submitKey: keyOf(order.orderId, 1), evidence: { kind: "OPEN" }, fills: [], ...rest };
}

const trade = (order: Order, ...fills: ExecutionReport["fills"]) =>
  reportOf(order, { evidence: { kind: "TRADE" }, fills });
const f1 = fillOf("F1", "0.4");
const f2 = fillOf("F2", "0.6");

async function sumsOf(test: TestDesk, order: Order) {
  const [fills, positions, holdings] = await Promise.all([
    test.store.lists.fills({ orderId: order.orderId }, { size: 10 }),
    test.store.lists.positions({}, { size: 10 }),
    test.store.lists.holdings({}, { size: 10 }),
  ]);
  return {
    fills: fills.items.length,
    position: positions.items.map(({ quantity }) => quantity),
    holding: holdings.items.map(({ quantity }) => quantity),
  };
}

describe("recording a report", () => {
  it("given fills, so order, events, fills, position and holding are durable together", async () => {
    const test = deskForTests();
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.committed.length = 0;
    const after = await recordReport(test.desk, order, trade(order, f1, f2));
    expect(after).toMatchObject({ state: "FILLED", cumQuantity: "1", version: order.version + 2 });
    expect(await stored(test, order)).toEqual(after);
    expect(test.committed).toHaveLength(1);
    expect(await sumsOf(test, order)).toEqual({ fills: 2, position: ["1"], holding: ["1"] });
  });

  it("given the same report again, so nothing is stored", async () => {
    const test = deskForTests();
    const order = await orderAfter(test, pathTo.CONFIRMING);
    const after = await recordReport(test.desk, order, trade(order, f1));
    test.committed.length = 0;
    expect(await recordReport(test.desk, after, trade(order, f1))).toEqual(after);
    expect(test.committed).toEqual([]);
    expect(await sumsOf(test, order)).toEqual({ fills: 1, position: ["0.4"], holding: ["0.4"] });
  });

  it("given what adds nothing, and the venue's answer to keep, so the answer is kept and the version stays", async () => {
    const test = deskForTests();
    const order = await orderAfter(test, pathTo.CONFIRMING);
    const answeredAt = test.clock.wall();
    const answer: AttemptWrite = { kind: "ANSWERED", number: 1, outcome: "ACCEPTED", rawAnswer: "{}", answeredAt };
    const after = await recordReport(test.desk, order, reportOf(order), answer);
    expect(after.version).toBe(order.version);
    expect(await test.store.orders.attempts(order.orderId)).toMatchObject([{ outcome: "ACCEPTED", rawAnswer: "{}" }]);
  });
});

describe("several who record at the same time", () => {
  it("given one fill told by stream, poll and look-up at once, so it counts once", async () => {
    const test = deskForTests();
    const other = deskForTests({ beside: test });
    const order = await orderAfter(test, pathTo.CONFIRMING);
    await Promise.all([test, other, test, other].map(({ desk }) => recordReport(desk, order, trade(order, f1))));
    expect(await stored(test, order)).toMatchObject({ cumQuantity: "0.4", version: order.version + 1 });
    expect(await sumsOf(test, order)).toEqual({ fills: 1, position: ["0.4"], holding: ["0.4"] });
  });

  it("given different fills from trackers that know only an old version, so all count", async () => {
    const test = deskForTests();
    const other = deskForTests({ beside: test });
    const order = await orderAfter(test, pathTo.CONFIRMING);
    const [one, two] = [trade(order, f1), trade(order, f2)];
    await Promise.all([recordReport(test.desk, order, one), recordReport(other.desk, order, two)]);
    expect(await stored(test, order)).toMatchObject({ state: "FILLED", cumQuantity: "1" });
    expect(await sumsOf(test, order)).toEqual({ fills: 2, position: ["1"], holding: ["1"] });
  });

  const losing = (races: number) => {
    let left = 0;
    const test = deskForTests({
      store: ({ orders }) => ({
        orders: {
          ...orders,
          async commit(change) {
            if (left === 0) return orders.commit(change);
            left -= 1;
            return { kind: "STALE_VERSION" };
          },
        },
      }),
    });
    const begin = () => {
      left = races;
    };
    return { ...test, begin };
  };

  it("given 19 lost races, so it is recorded all the same", async () => {
    const test = losing(19);
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.begin();
    expect((await recordReport(test.desk, order, trade(order, f1))).state).toBe("PARTIALLY_FILLED");
  });

  it("given 20, so the report is given back: it must come again", async () => {
    const test = losing(20);
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.begin();
    await expect(recordReport(test.desk, order, trade(order, f1))).rejects.toMatchObject({ code: "ORDER_CONTENDED" });
    expect(await stored(test, order)).toEqual(order);
  });
});

describe("a store that fails", () => {
  it("given none to ask, so the report is given back", async () => {
    const away = new SurefillError("STORE_UNAVAILABLE", "away");
    let isAway = false;
    const test = deskForTests({
      store: ({ orders }) => ({
        orders: { ...orders, commit: (change) => (isAway ? Promise.reject(away) : orders.commit(change)) },
      }),
    });
    const order = await orderAfter(test, pathTo.CONFIRMING);
    isAway = true;
    await expect(recordReport(test.desk, order, trade(order, f1))).rejects.toBe(away);
  });

  it("given an order that is gone, which nothing does, so it says so", async () => {
    const test = deskForTests();
    const order = await orderAfter(test);
    test.tables.orders.clear();
    await expect(reread(test.desk, order)).rejects.toMatchObject({ code: "INTERNAL" });
  });
});
