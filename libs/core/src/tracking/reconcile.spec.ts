import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accountId } from "../account/account-id.ts";
import { SurefillError } from "../error/surefill-error.ts";
import { quantity } from "../money/quantity.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import type { VenueFill } from "../order/fill.ts";
import { dueAtOnce, type Order } from "../order/order.ts";
import { type SubmitKey, submitKey, venueOrderId } from "../order/order-id.ts";
import {
  deskForTests,
  keyOf,
  orderAfter,
  pathTo,
  stored,
  type TestDesk,
  type TestDeskOptions,
  venueAccount,
} from "../testing/desk-for-tests.ts";
import { aboutOrder } from "../testing/observer-for-tests.ts";
import { fillOf, sampleEvents } from "../testing/order-fixtures.ts";
import { addMs } from "../time/wall-time.ts";
import type { LookupAnswer, ReportedFill } from "../venue/venue.ts";
import { reconcile } from "./reconcile.ts";
import type { DifferenceKind } from "./reconciliation.ts";

/** A desk at a venue that answers from a book: nothing is in it until a test says so. */
function deskWithBook(options: TestDeskOptions = {}) {
  const book = {
    open: [] as ExecutionReport[],
    fills: [] as ReportedFill[],
    answers: new Map<SubmitKey, LookupAnswer>(),
  };
  const test = deskForTests({
    ...options,
    script: {
      openOrders: async () => [...book.open],
      async fillsSince(_account, after, limit) {
        const from = typeof after === "string" ? Number(after) : 0;
        const fills = book.fills.slice(from, from + limit);
        return { fills, next: String(from + fills.length) };
      },
      lookup: async (attempt) => book.answers.get(attempt.submitKey) ?? { kind: "NOT_FOUND", asOf: test.clock.wall() },
      ...options.script,
    },
  });
  return { ...test, book };
}

type Test = ReturnType<typeof deskWithBook>;

const now = (test: TestDesk) => reconcile(test.desk, test.entry, venueAccount);
const reported = (order: Order, fill: VenueFill): ReportedFill => ({ submitKey: keyOf(order.orderId, 1), fill });
const ofOrder = (order: Order, fill: VenueFill): VenueFill => ({ ...fill, venueOrderId: venueOrderId(order.orderId) });
const found = (order: Order, rest: Partial<ExecutionReport>): LookupAnswer => ({
  kind: "FOUND",
  report: aboutOrder(order, rest),
});

/** In doubt, with an attempt that the venue could still accept. */
function inDoubt(test: Test): Promise<Order> {
  const validUntil = addMs(test.clock.wall(), 3_600_000);
  return orderAfter(test, [{ ...sampleEvents.ATTEMPT_PREPARED, validUntil }, sampleEvents.ANSWER_LOST]);
}

/** What ends an order at a venue after its fill. */
function told(test: Test, order: Order, kind: "FILLED" | "CANCELLED" | "EXPIRED"): void {
  test.book.answers.set(keyOf(order.orderId, 1), found(order, { evidence: { kind } }));
}

describe("a pass", () => {
  it("given every way in which orders and venue can differ, so it settles all that can be settled, and a second changes nothing", async () => {
    const test = deskWithBook();
    const { book } = test;
    const open = await orderAfter(test, pathTo.CONFIRMING);
    const adopted = await inDoubt(test);
    const filled = await orderAfter(test, pathTo.CONFIRMING);
    const filledInDoubt = await inDoubt(test);
    const cancelled = await orderAfter(test, pathTo.CONFIRMING);
    const doubted = await inDoubt(test);
    const unsent = await orderAfter(test);
    const ended = await orderAfter(test, pathTo.FILLED);
    book.open.push(aboutOrder(open), aboutOrder(adopted, { venueOrderId: venueOrderId("V2") }));
    book.open.push(aboutOrder(open, { submitKey: submitKey("foreign"), venueOrderId: venueOrderId("V9") }));
    book.fills.push(reported(filled, ofOrder(filled, fillOf("F1", "1"))));
    book.fills.push(reported(filledInDoubt, ofOrder(filledInDoubt, fillOf("F1", "1"))));
    book.fills.push({ submitKey: submitKey("foreign"), fill: fillOf("F3", "7") });
    told(test, cancelled, "CANCELLED");

    expect(await now(test)).toEqual({
      ordersCompared: 4,
      ordersLookedUp: 2,
      ordersChanged: 4,
      fillsRead: 3,
      fillsApplied: 2,
      fillsUnmatched: 1,
      foreignOrders: [{ submitKey: "foreign", venueOrderId: "V9" }],
      differences: [{ orderId: doubted.orderId, kind: "IN_DOUBT" }],
    });
    const orders = [open, adopted, filled, filledInDoubt, cancelled, doubted, unsent, ended];
    const after = await Promise.all(orders.map((order) => stored(test, order)));
    expect(after.map(({ state }) => state)).toEqual([
      "CONFIRMING",
      "CONFIRMING",
      "FILLED",
      "FILLED",
      "CANCELLED",
      "IN_DOUBT",
      "PENDING",
      "FILLED",
    ]);
    expect(await now(test)).toMatchObject({ ordersChanged: 0, fillsApplied: 0, fillsUnmatched: 1 });
    expect(await Promise.all(orders.map((order) => stored(test, order)))).toEqual(after);
  });

  it("given nothing to compare, so the venue is asked for late fills and what is open alone", async () => {
    const test = deskWithBook();
    await orderAfter(test);
    await orderAfter(test, pathTo.FILLED);
    expect(await now(test)).toMatchObject({ ordersCompared: 0, ordersLookedUp: 0, fillsRead: 0, differences: [] });
    expect(test.venue.calls.map(({ method }) => method)).toEqual(["fillsSince", "openOrders"]);
  });

  it("given a venue without bulk queries, so each order is looked up", async () => {
    const test = deskWithBook({ capabilities: { bulkQueries: false } });
    const orders = [await orderAfter(test, pathTo.CONFIRMING), await inDoubt(test)];
    for (const order of orders) told(test, order, "CANCELLED");
    expect(await now(test)).toMatchObject({ ordersCompared: 2, ordersLookedUp: 2, ordersChanged: 2, differences: [] });
    expect(test.venue.calls.map(({ method }) => method)).toEqual(["lookup", "lookup"]);
  });

  it("given more fills than are read at once, so it reads all of them first", async () => {
    const test = deskWithBook();
    const order = await orderAfter(test, pathTo.CONFIRMING, { size: { in: "BASE", quantity: quantity("1000") } });
    test.book.open.push(aboutOrder(order));
    const again = reported(order, fillOf("F0", "0.01"));
    test.book.fills.push(...Array.from({ length: 10_900 }, () => again));
    for (let n = 1; n <= 100; n += 1) test.book.fills.push(reported(order, fillOf(`F${n}`, "0.01")));
    expect(await now(test)).toMatchObject({ fillsRead: 11_000, fillsApplied: 101, differences: [] });
    expect((await stored(test, order)).cumQuantity).toBe("1.01");
  });

  it("given a venue that can't be asked, so the pass fails, and what was recorded before stands", async () => {
    const openOrders = () => Promise.reject(new SurefillError("VENUE_UNREACHABLE", "refused"));
    const test = deskWithBook({ script: { openOrders } });
    const order = await orderAfter(test, pathTo.CONFIRMING);
    test.book.fills.push(reported(order, fillOf("F1", "0.4")));
    await expect(now(test)).rejects.toMatchObject({ code: "VENUE_UNREACHABLE" });
    expect((await stored(test, order)).cumQuantity).toBe("0.4");
  });

  it("given an attempt that is being sent under its lease, so it is neither asked about nor a difference", async () => {
    const test = deskWithBook();
    const order = await orderAfter(test, pathTo.SUBMITTED);
    await test.store.leases.acquire(venueAccount, "server", 10_000);
    expect(await now(test)).toMatchObject({ ordersCompared: 1, ordersLookedUp: 0, differences: [] });
    expect((await stored(test, order)).state).toBe("SUBMITTED");
  });
});

describe("a foreign order", () => {
  it("given that it stays open, so it is told of in each pass, warned of once by one observer, and never becomes ours", async () => {
    const test = deskWithBook();
    const ours = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(ours), aboutOrder(ours, { submitKey: submitKey("theirs") }));
    const foreignOrders = [{ submitKey: "theirs" }];
    expect(await now(test)).toMatchObject({ foreignOrders, ordersChanged: 0 });
    expect(await now(test)).toMatchObject({ foreignOrders, ordersChanged: 0 });
    expect(test.complaints).toHaveLength(2);
    expect(test.tables.orders.size).toBe(1);
  });

  it("given an order of the same key at another account of ours, so it is foreign to this one", async () => {
    const test = deskWithBook();
    const ours = await orderAfter(test, pathTo.CONFIRMING);
    const other = await orderAfter(test, pathTo.CONFIRMING, { account: accountId("bob") });
    test.book.open.push(aboutOrder(ours), aboutOrder(other));
    expect((await now(test)).foreignOrders).toEqual([{ submitKey: keyOf(other.orderId, 1) }]);
  });
});

describe("what stays different", () => {
  const unavailable: LookupAnswer = {
    kind: "UNAVAILABLE",
    error: { code: "VENUE_UNREACHABLE", message: "", context: {} },
  };

  it.each<[string, DifferenceKind, (test: Test) => Promise<Order>]>([
    ["in doubt, not found", "IN_DOUBT", inDoubt],
    ["open here, unknown at the venue", "UNKNOWN_AT_VENUE", (test) => orderAfter(test, pathTo.CONFIRMING)],
    [
      "open here, and the venue does not answer",
      "NOT_LOOKED_UP",
      async (test) => {
        const order = await orderAfter(test, pathTo.PARTIALLY_FILLED);
        test.book.answers.set(keyOf(order.orderId, 1), unavailable);
        return order;
      },
    ],
    [
      "open at the venue, which counts a fill that it does not tell",
      "FILLS_MISSING",
      async (test) => {
        const order = await orderAfter(test, pathTo.CONFIRMING);
        const report = { cumQuantity: quantity("0.4") };
        test.book.open.push(aboutOrder(order, report));
        test.book.answers.set(keyOf(order.orderId, 1), found(order, report));
        return order;
      },
    ],
  ])("given an order %s, so it is told as %s, twice the same", async (_, kind, make) => {
    const test = deskWithBook();
    const order = await make(test);
    const before = await stored(test, order);
    expect((await now(test)).differences).toEqual([{ orderId: order.orderId, kind }]);
    expect((await now(test)).differences).toEqual([{ orderId: order.orderId, kind }]);
    expect(await stored(test, order)).toEqual(before);
  });

  it.each<[string, DifferenceKind, (test: Test) => Promise<Order>]>([
    [
      "ended here, open at the venue",
      "OPEN_AT_VENUE",
      async (test) => {
        const order = await orderAfter(test, [...pathTo.CONFIRMING, { type: "CANCELLED" }]);
        const other = await orderAfter(test, pathTo.CONFIRMING);
        test.clock.advance(5_001);
        test.book.open.push(aboutOrder(order), aboutOrder(other));
        return order;
      },
    ],
    [
      "followed elsewhere, an earlier attempt open at the venue",
      "EARLIER_ATTEMPT_OPEN",
      async (test) => {
        const { ATTEMPT_PREPARED, RETRY_SCHEDULED, ACCEPTED } = sampleEvents;
        const again = [ATTEMPT_PREPARED, RETRY_SCHEDULED, ATTEMPT_PREPARED, ACCEPTED];
        const order = await orderAfter(test, again);
        test.book.open.push(aboutOrder(order), aboutOrder(order, { submitKey: keyOf(order.orderId, 2) }));
        return order;
      },
    ],
    [
      "ended here, an earlier attempt open at the venue",
      "EARLIER_ATTEMPT_OPEN",
      async (test) => {
        const { ATTEMPT_PREPARED, RETRY_SCHEDULED, CANCELLED } = sampleEvents;
        const order = await orderAfter(test, [ATTEMPT_PREPARED, RETRY_SCHEDULED, ATTEMPT_PREPARED, CANCELLED]);
        const other = await orderAfter(test, pathTo.CONFIRMING);
        test.book.open.push(aboutOrder(order), aboutOrder(other));
        return order;
      },
    ],
  ])(
    "given an order %s, so it is told as %s, and is to be cancelled there; a second pass changes nothing",
    async (_, kind, make) => {
      const test = deskWithBook();
      const order = await make(test);
      expect((await now(test)).differences).toEqual([{ orderId: order.orderId, kind }]);
      const after = await stored(test, order);
      expect(after).toMatchObject({ state: order.state, surplusAttempts: [{ cancelAfter: dueAtOnce.cancel }] });
      expect(test.committed.at(-1)?.records.map(({ type }) => type)).toContain("order.surplus_attempt");
      expect((await now(test)).differences).toEqual([{ orderId: order.orderId, kind }]);
      expect(await stored(test, order)).toEqual(after);
    },
  );

  it("given an order that ended just now, so a list from before is no difference", async () => {
    const test = deskWithBook();
    const order = await orderAfter(test, [...pathTo.CONFIRMING, { type: "CANCELLED" }]);
    const other = await orderAfter(test, pathTo.CONFIRMING);
    test.book.open.push(aboutOrder(order), aboutOrder(other));
    expect(await now(test)).toMatchObject({ differences: [], foreignOrders: [] });
  });

  it("given a venue that tells the missing fill when asked, so nothing stays different", async () => {
    const test = deskWithBook();
    const order = await orderAfter(test, pathTo.CONFIRMING);
    const report = { cumQuantity: quantity("0.4") };
    test.book.open.push(aboutOrder(order, report));
    const answer = found(order, { ...report, fills: [fillOf("F1", "0.4")] });
    test.book.answers.set(keyOf(order.orderId, 1), answer);
    expect(await now(test)).toMatchObject({ ordersLookedUp: 1, fillsApplied: 1, differences: [] });
  });

  it("given more orders to look up than one pass may, so the rest is told as not looked up", async () => {
    const test = deskWithBook();
    for (let n = 0; n < 1_002; n += 1) told(test, await orderAfter(test, pathTo.CONFIRMING), "CANCELLED");
    const { ordersLookedUp, differences } = await now(test);
    expect(ordersLookedUp).toBe(1_000);
    expect(differences.map(({ kind }) => kind)).toEqual(["NOT_LOOKED_UP", "NOT_LOOKED_UP"]);
    expect(await now(test)).toMatchObject({ ordersLookedUp: 2, differences: [] });
  });
});

describe("any order and duplication of what a venue tells", () => {
  const truth = [
    { end: "FILLED", parts: ["0.3", "0.7"] },
    { end: "CANCELLED", parts: ["0.4"] },
    { end: "EXPIRED", parts: [] },
    { end: "OPEN", parts: ["0.2", "0.1"] },
    { end: "OPEN", parts: [] },
  ] as const;

  it("ends the same, and one more pass changes nothing", async () => {
    const shuffles = fc.shuffledSubarray([
      ...truth.flatMap(({ parts }, order) => parts.map((_, part) => ({ order, part }))),
    ]);
    const begins = fc.array(fc.constantFrom("IN_DOUBT", "CONFIRMING", "SUBMITTED"), { minLength: 5, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(shuffles, begins, fc.nat(3), async (early, states, repeats) => {
        const test = deskWithBook();
        const orders: Order[] = [];
        for (const [place, state] of states.entries())
          orders.push(
            state === "CONFIRMING" || place === 4 ? await orderAfter(test, pathTo.CONFIRMING) : await inDoubt(test),
          );
        const told = ({ order, part }: { readonly order: number; readonly part: number }) => {
          const owner = orders[order];
          const last = truth[order]?.parts[part];
          if (owner === undefined || last === undefined) throw new Error("no such fill");
          return reported(owner, ofOrder(owner, fillOf(`F${part}`, last)));
        };
        // Some fills come first, in any order; then all of them, some twice; then the venue's word on each order.
        for (const each of early) test.book.fills.push(told(each));
        await now(test);
        for (let times = 0; times <= repeats; times += 1)
          for (const [order, { parts }] of truth.entries())
            for (const part of parts.keys()) test.book.fills.push(told({ order, part }));
        for (const [place, { end }] of truth.entries()) {
          const order = orders[place];
          if (order === undefined) continue;
          const report = { venueOrderId: venueOrderId(order.orderId), evidence: { kind: end } } as const;
          if (end === "OPEN") test.book.open.push(aboutOrder(order, report));
          else test.book.answers.set(keyOf(order.orderId, 1), found(order, report));
        }
        await now(test);
        const after = await Promise.all(orders.map((order) => stored(test, order)));
        expect(after.map(({ state, cumQuantity }) => [state, cumQuantity])).toEqual([
          ["FILLED", "1"],
          ["CANCELLED", "0.4"],
          ["EXPIRED", "0"],
          ["PARTIALLY_FILLED", "0.3"],
          ["CONFIRMING", "0"],
        ]);
        expect(await now(test)).toMatchObject({ ordersChanged: 0, fillsApplied: 0, differences: [] });
      }),
      { numRuns: 40, seed: 20_260_101 },
    );
  });
});
