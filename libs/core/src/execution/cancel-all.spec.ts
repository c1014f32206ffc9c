import { describe, expect, it } from "vitest";
import { accountId } from "../account/account-id.ts";
import { recordReport } from "../desk/record-report.ts";
import { SurefillError } from "../error/surefill-error.ts";
import { instrumentId } from "../instrument/instrument.ts";
import type { Order } from "../order/order.ts";
import type { OrderId } from "../order/order-id.ts";
import {
  deskForTests,
  orderAfter,
  pathTo,
  stored,
  type TestDesk,
  type TestDeskOptions,
} from "../testing/desk-for-tests.ts";
import { testAccount, testVenue } from "../testing/order-fixtures.ts";
import { settle } from "../testing/settle.ts";
import { venueId } from "../venue/venue-id.ts";
import { type CancelAllProgress, type CancelScope, cancelAll } from "./cancel-all.ts";

/** A CancelAll that runs, with what it told so far and whom it gave to be acted on. */
function started(test: TestDesk, scope: Partial<CancelScope> = {}, signal = new AbortController().signal) {
  const told: CancelAllProgress[] = [];
  const acted: OrderId[] = [];
  const act = ({ orderId }: Order) => void acted.push(orderId);
  const ended = (async () => {
    for await (const progress of cancelAll(test.desk, { reason: "emergency", ...scope }, act, signal))
      told.push(progress);
  })();
  return { told, acted, ended };
}

async function cancelledByVenue(test: TestDesk, order: Order): Promise<void> {
  const current = await stored(test, order);
  if (!("attempt" in current) || current.attempt === undefined) throw new Error("never sent");
  const { submitKey } = current.attempt;
  await recordReport(test.desk, current, { submitKey, evidence: { kind: "CANCELLED" }, fills: [] });
}

describe("cancelling everything", () => {
  it("given nothing, so it is done at once", async () => {
    const run = started(deskForTests());
    await run.ended;
    expect(run.told).toEqual([{ targets: 0, requested: 0, closed: 0, done: true, remaining: [] }]);
  });

  it("given orders that were not sent, so they are CANCELLED and it is done without waiting", async () => {
    const test = deskForTests();
    const orders = [await orderAfter(test), await orderAfter(test, pathTo.FAILED_WILL_RETRY)];
    const run = started(test);
    await run.ended;
    expect(run.told.at(-1)).toEqual({ targets: 2, requested: 2, closed: 2, done: true, remaining: [] });
    for (const order of orders) expect((await stored(test, order)).state).toBe("CANCELLED");
    expect(run.acted).toEqual([]);
  });

  it("given live orders, so each is asked to be cancelled, those at the venue at once, and told of as they end", async () => {
    const test = deskForTests();
    const open = await orderAfter(test, pathTo.CONFIRMING);
    const doubtful = await orderAfter(test, pathTo.IN_DOUBT);
    await orderAfter(test, pathTo.FILLED);
    const run = started(test);
    await settle();
    expect(run.told).toEqual([{ targets: 2, requested: 2, closed: 0, done: false, remaining: [] }]);
    expect(run.acted).toEqual([open.orderId]);
    expect(await stored(test, doubtful)).toMatchObject({ state: "IN_DOUBT", cancelRequest: { reason: "emergency" } });

    await cancelledByVenue(test, open);
    test.clock.advance(100);
    await settle();
    expect(run.told.at(-1)).toEqual({ targets: 2, requested: 2, closed: 1, done: false, remaining: [] });

    await cancelledByVenue(test, doubtful);
    test.clock.advance(100);
    await run.ended;
    expect(run.told.at(-1)).toEqual({ targets: 2, requested: 2, closed: 2, done: true, remaining: [] });
  });

  it("given orders that don't end, so after a minute, and not before, they are listed as they are", async () => {
    const test = deskForTests();
    const order = await orderAfter(test, pathTo.CONFIRMING);
    const run = started(test);
    for (let ms = 0; ms < 60_000; ms += 100) {
      expect(run.told.every(({ done }) => !done)).toBe(true);
      await settle();
      test.clock.advance(100);
    }
    await run.ended;
    const remaining = [await stored(test, order)];
    expect(run.told.at(-1)).toEqual({ targets: 1, requested: 1, closed: 0, done: true, remaining });
    expect(remaining[0]?.state).toBe("CANCELLING");
  });

  it("given a caller who goes away, so it ends with what remains", async () => {
    const test = deskForTests();
    const order = await orderAfter(test, pathTo.CONFIRMING);
    const caller = new AbortController();
    const run = started(test, {}, caller.signal);
    await settle();
    caller.abort();
    await run.ended;
    expect(run.told.at(-1)).toMatchObject({ done: true, remaining: [{ orderId: order.orderId }] });
  });

  it("given more than one page, so each is told of, and none is left out", async () => {
    const test = deskForTests();
    for (let made = 0; made < 1_001; made += 1) await orderAfter(test);
    const run = started(test);
    await run.ended;
    expect(run.told.map(({ targets, closed, done }) => [targets, closed, done])).toEqual([
      [500, 500, false],
      [1_000, 1_000, false],
      [1_001, 1_001, false],
      [1_001, 1_001, true],
    ]);
    expect(await test.store.orders.live({}, 10)).toEqual([]);
  });
});

describe("the scope", () => {
  const bob = accountId("bob");
  const other = venueId("other");
  const eth = instrumentId("ETH/USDT");

  it.each<readonly [string, Partial<CancelScope>, readonly number[]]>([
    ["nothing", {}, [0, 1, 2, 3]],
    ["an account", { account: testAccount }, [0, 2, 3]],
    ["a venue", { venue: testVenue }, [0, 1, 3]],
    ["an instrument", { instrument: eth }, [3]],
    ["all three", { account: testAccount, venue: testVenue, instrument: eth }, [3]],
    ["what nobody has", { account: bob, venue: other }, []],
  ])("given %s, so only orders within it", async (_given, scope, so) => {
    const test = deskForTests();
    const orders = [
      await orderAfter(test),
      await orderAfter(test, [], { account: bob }),
      await orderAfter(test, [], { venue: other }),
      await orderAfter(test, [], { instrument: eth }),
    ];
    await started(test, scope).ended;
    const states = await Promise.all(orders.map(async (order) => (await stored(test, order)).state));
    expect(states).toEqual(orders.map((_order, index) => (so.includes(index) ? "CANCELLED" : "PENDING")));
  });
});

describe("an order that can't be asked to be cancelled", () => {
  const refusing = (poisonous: ReadonlySet<OrderId>): TestDeskOptions => ({
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

  it("does not keep the others from it, and is listed as remaining", async () => {
    const poisonous = new Set<OrderId>();
    const test = deskForTests(refusing(poisonous));
    const poison = await orderAfter(test);
    const healthy = await orderAfter(test);
    poisonous.add(poison.orderId);
    const caller = new AbortController();
    const run = started(test, {}, caller.signal);
    await settle();
    expect((await stored(test, healthy)).state).toBe("CANCELLED");
    caller.abort();
    await run.ended;
    expect(run.told.at(-1)).toEqual({ targets: 2, requested: 1, closed: 1, done: true, remaining: [poison] });
    expect(test.complaints).toMatchObject([{ order_id: poison.orderId }]);
  });
});
