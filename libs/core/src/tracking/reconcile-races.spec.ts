import { describe, expect, it } from "vitest";
import { recordReport } from "../desk/record-report.ts";
import { SurefillError } from "../error/surefill-error.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import type { Order } from "../order/order.ts";
import { type OrderId, type SubmitKey, submitKey, venueOrderId } from "../order/order-id.ts";
import {
  deskForTests,
  keyOf,
  orderAfter,
  pathTo,
  stored,
  type TestDeskOptions,
  venueAccount,
} from "../testing/desk-for-tests.ts";
import { aboutOrder } from "../testing/observer-for-tests.ts";
import { sampleEvents } from "../testing/order-fixtures.ts";
import { pass } from "../testing/settle.ts";
import { addMs } from "../time/wall-time.ts";
import { reconcile } from "./reconcile.ts";
import { Reconciler } from "./reconciler.ts";

/** A venue without fills whose open orders a test lists, and a store that does not give what the test hides. */
function deskWithList(options: TestDeskOptions = {}) {
  const open: ExecutionReport[] = [];
  const hidden = new Set<OrderId>();
  const sought: SubmitKey[] = [];
  const test = deskForTests({
    store: ({ orders }) => ({
      orders: {
        ...orders,
        findMany: async (ids) => orders.findMany(ids.filter((id) => !hidden.has(id))),
        async findBySubmitKey(venue, key) {
          sought.push(key);
          return orders.findBySubmitKey(venue, key);
        },
      },
    }),
    ...options,
    script: {
      openOrders: async () => [...open],
      fillsSince: async () => ({ fills: [], next: "0" }),
      lookup: async () => ({ kind: "NOT_FOUND", asOf: test.clock.wall() }),
      ...options.script,
    },
  });
  return { ...test, open, hidden, sought };
}

type Test = ReturnType<typeof deskWithList>;

const now = (test: Test, signal?: AbortSignal) => reconcile(test.desk, test.entry, venueAccount, signal);

/** In doubt, with an attempt that the venue could still accept. */
function inDoubt(test: Test): Promise<Order> {
  const validUntil = addMs(test.clock.wall(), 3_600_000);
  return orderAfter(test, [{ ...sampleEvents.ATTEMPT_PREPARED, validUntil }, sampleEvents.ANSWER_LOST]);
}

/** Two in doubt, of which the first is asked about before the other. */
async function doubtsInTurn(test: Test): Promise<readonly [Order, Order]> {
  const first = await inDoubt(test);
  test.clock.advance(1);
  return [first, await inDoubt(test)];
}

describe("what happens while a venue is asked", () => {
  it("given an order that is sent meanwhile, so it is adopted as ours, and is no difference", async () => {
    const test = deskWithList();
    await orderAfter(test, pathTo.CONFIRMING).then((order) => test.open.push(aboutOrder(order)));
    const other = deskForTests({ beside: test });
    let sent: Order | undefined;
    test.venue.script.openOrders = async () => {
      sent ??= await orderAfter(other, pathTo.SUBMITTED);
      return [...test.open, aboutOrder(sent, { venueOrderId: venueOrderId("V9") })];
    };
    expect(await now(test)).toMatchObject({ ordersChanged: 1, foreignOrders: [], differences: [] });
    expect(sent && (await stored(test, sent))).toMatchObject({ state: "CONFIRMING", attempt: { venueOrderId: "V9" } });
  });

  it("given an order that ends here meanwhile, so it is not asked about any more", async () => {
    const test = deskWithList();
    const order = await orderAfter(test, pathTo.CONFIRMING);
    const other = deskForTests({ beside: test });
    test.venue.script.openOrders = async () => {
      await recordReport(other.desk, order, aboutOrder(order, { evidence: { kind: "CANCELLED" } }));
      return [];
    };
    expect(await now(test)).toMatchObject({ ordersLookedUp: 0, differences: [] });
    expect(test.venue.callsOf("lookup")).toEqual([]);
  });

  it("given that it is to stop, so no further order is asked about", async () => {
    const stop = new AbortController();
    const test = deskWithList();
    for (let made = 0; made < 20; made += 1) await inDoubt(test);
    test.venue.script.lookup = async () => {
      stop.abort();
      return { kind: "NOT_FOUND", asOf: test.clock.wall() };
    };
    // Those that were under way at the same time.
    expect(await now(test, stop.signal)).toMatchObject({ ordersLookedUp: 8 });
    expect(test.venue.callsOf("lookup")).toHaveLength(8);
  });

  it("given a venue that takes a second for a look-up, so eight are under way at a time, and no more", async () => {
    const test = deskWithList();
    for (let made = 0; made < 40; made += 1) await inDoubt(test);
    let [underWay, most] = [0, 0];
    test.venue.script.lookup = async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await test.clock.sleep(1_000);
      underWay -= 1;
      return { kind: "NOT_FOUND", asOf: test.clock.wall() };
    };
    const asked = now(test);
    await pass(test.clock, 5_000, 100);
    expect(await asked).toMatchObject({ ordersLookedUp: 40 });
    expect(most).toBe(8);
  });

  it("given an answer that can't be recorded, so the others are, and that one is told as not looked up", async () => {
    const poisonous = new Set<string>();
    const test = deskWithList({
      store: ({ orders }) => ({
        orders: {
          ...orders,
          async commit(change) {
            if (poisonous.has(change.order.orderId)) throw new SurefillError("STORE_REFUSED", "a poisonous row");
            return orders.commit(change);
          },
        },
      }),
    });
    const [poison, healthy] = [await inDoubt(test), await inDoubt(test)];
    poisonous.add(poison.orderId);
    test.venue.script.lookup = async ({ submitKey }) => ({
      kind: "FOUND",
      report: { submitKey, evidence: { kind: "CANCELLED" }, fills: [] },
    });
    expect(await now(test)).toMatchObject({ differences: [{ orderId: poison.orderId, kind: "NOT_LOOKED_UP" }] });
    expect((await stored(test, healthy)).state).toBe("CANCELLED");
    expect(test.complaints).toContainEqual(expect.objectContaining({ order_id: poison.orderId }));
  });

  it("given a store that goes away meanwhile, so that is the pass's failure", async () => {
    let isAway = false;
    const away = new SurefillError("STORE_UNAVAILABLE", "away");
    const test = deskWithList({
      store: ({ orders }) => ({
        orders: {
          ...orders,
          async commit(change) {
            if (isAway) throw away;
            return orders.commit(change);
          },
        },
      }),
    });
    await inDoubt(test);
    test.venue.script.lookup = async ({ submitKey }) => {
      isAway = true;
      return { kind: "FOUND", report: { submitKey, evidence: { kind: "CANCELLED" }, fills: [] } };
    };
    await expect(now(test)).rejects.toBe(away);
  });
});

describe("a row that the store does not give", () => {
  it("given that it is open at the venue, so the others are adopted all the same, and it once it is there", async () => {
    const test = deskWithList();
    const [lacking, other] = await doubtsInTurn(test);
    test.open.push(aboutOrder(lacking), aboutOrder(other));
    test.hidden.add(lacking.orderId);
    await now(test);
    expect((await stored(test, other)).state).toBe("CONFIRMING");
    expect((await stored(test, lacking)).state).toBe("IN_DOUBT");
    expect(test.complaints).toEqual([]);
    test.hidden.clear();
    await now(test);
    expect((await stored(test, lacking)).state).toBe("CONFIRMING");
  });

  it("given that it is to be asked about, so the others are asked about all the same", async () => {
    const test = deskWithList();
    const [lacking, other] = await doubtsInTurn(test);
    test.hidden.add(lacking.orderId);
    expect(await now(test)).toMatchObject({ ordersLookedUp: 1 });
    expect(test.venue.keysOf("lookup")).toEqual([keyOf(other.orderId, 1)]);
  });
});

describe("keys that are known not to be ours", () => {
  it("given more than are remembered, so the store is asked again about the oldest alone", async () => {
    const test = deskWithList();
    const ours = await orderAfter(test, pathTo.CONFIRMING);
    test.open.push(aboutOrder(ours));
    for (let n = 0; n < 10_001; n += 1) test.open.push(aboutOrder(ours, { submitKey: submitKey(`theirs-${n}`) }));
    const reconciler = new Reconciler(test.desk, test.entry, venueAccount);
    const pass = async () => (await reconciler.pass("FULL", new AbortController().signal)).reconciliation;
    expect((await pass()).foreignOrders).toHaveLength(10_001);
    expect(test.sought).toHaveLength(10_001);
    test.sought.length = 0;
    expect((await pass()).foreignOrders).toHaveLength(10_001);
    expect(test.sought).toEqual(["theirs-0"]);
  });
});
