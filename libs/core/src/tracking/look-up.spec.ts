import { describe, expect, it } from "vitest";
import { quantity } from "../money/quantity.ts";
import type { Order } from "../order/order.ts";
import { deskForTests, keyOf, orderAfter, pathTo, stored, type TestDeskOptions } from "../testing/desk-for-tests.ts";
import { after, fillOf, lost } from "../testing/order-fixtures.ts";
import type { VenueScript } from "../testing/scripted-venue.ts";
import { settle } from "../testing/settle.ts";
import type { LookupAnswer } from "../venue/venue.ts";
import { lookUp } from "./look-up.ts";

const never = new Promise<never>(() => undefined);

/** An order whose attempt is valid until 9 s after its request, at a venue that answers look-ups as the script says. */
async function setUp(phase: keyof typeof pathTo, script: VenueScript = {}, options: TestDeskOptions = {}) {
  const test = deskForTests({ script, ...options });
  const order = await orderAfter(test, pathTo[phase]);
  test.committed.length = 0;
  return { ...test, order, lookedUp: () => lookUp(test.desk, test.entry, order) };
}

const answering = (answer: LookupAnswer): VenueScript => ({ lookup: async () => answer });
const notFound = (ms: number) => answering({ kind: "NOT_FOUND", asOf: after(ms) });

describe("a look-up", () => {
  it("names the attempt by its submit key, and by the venue's own id once that is known", async () => {
    const answer = answering({ kind: "UNAVAILABLE", error: lost });
    const [unnamed, named] = [await setUp("IN_DOUBT", answer), await setUp("CONFIRMING", answer)];
    await Promise.all([unnamed.lookedUp(), named.lookedUp()]);
    const reference = (order: Order) => ({
      account: "alice",
      instrument: "BTC/USDT",
      submitKey: keyOf(order.orderId, 1),
    });
    expect(unnamed.venue.callsOf("lookup")).toEqual([[reference(unnamed.order)]]);
    expect(named.venue.callsOf("lookup")).toEqual([[{ ...reference(named.order), venueOrderId: "V1" }]]);
  });

  it("given an order that was never sent, so the venue is not asked", async () => {
    const test = await setUp("PENDING");
    expect(await test.lookedUp()).toBe(test.order);
  });

  it("given it is found, so what it proves is recorded: adopted, filled", async () => {
    const test = await setUp("IN_DOUBT");
    test.venue.script.lookup = async ({ submitKey }) => ({
      kind: "FOUND",
      report: { submitKey, evidence: { kind: "OPEN" }, fills: [fillOf("F1", "0.4")], cumQuantity: quantity("0.4") },
    });
    const found = await test.lookedUp();
    expect(found).toMatchObject({ state: "PARTIALLY_FILLED", cumQuantity: "0.4" });
    expect(await stored(test, test.order)).toEqual(found);
  });
});

describe("an order whose sender is gone", () => {
  it.each(["OPEN", "CANCELLED"] as const)("given it is found %s, so it is told to be recovered, once", async (kind) => {
    const test = await setUp("SUBMITTED");
    test.venue.script.lookup = async ({ submitKey }) => ({
      kind: "FOUND",
      report: { submitKey, evidence: { kind }, fills: [] },
    });
    await lookUp(test.desk, test.entry, await test.lookedUp());
    const events = await test.store.events.ofOrder(test.order.orderId, 100);
    expect(events.filter(({ type }) => type === "order.recovered")).toMatchObject([{ version: 3 }]);
  });
});

describe("an attempt that is not found", () => {
  it.each([8_999, 9_000])(
    "given what the venue knew %i ms after the request, while it was valid, so nothing is proven",
    async (ms) => {
      const test = await setUp("IN_DOUBT", notFound(ms));
      expect(await test.lookedUp()).toEqual(test.order);
      expect(test.committed).toEqual([]);
    },
  );

  it("given what it knew after the end, so it is absent: the outcome is recorded and another attempt is due", async () => {
    const test = await setUp("IN_DOUBT", notFound(9_001));
    expect(await test.lookedUp()).toMatchObject({
      state: "FAILED",
      attemptCount: 1,
      lastError: { code: "ATTEMPT_EXPIRED" },
    });
    const [attempt] = await test.store.orders.attempts(test.order.orderId);
    expect(attempt).toMatchObject({ outcome: "ABSENT", answeredAt: test.clock.wall() });
  });

  it("given a cancel request, so it ends CANCELLED", async () => {
    const test = deskForTests({ script: notFound(9_001) });
    const order = await orderAfter(test, [...pathTo.IN_DOUBT, { type: "CANCEL_REQUESTED", reason: "test" }]);
    expect(await lookUp(test.desk, test.entry, order)).toMatchObject({ state: "CANCELLED" });
  });

  it.each([{ requestsExpire: false }, { lookupBySubmitKey: false }])(
    "given a venue that claims %o, so nothing is ever proven",
    async (capabilities) => {
      const test = await setUp("IN_DOUBT", notFound(1e9), { capabilities });
      expect(await test.lookedUp()).toEqual(test.order);
    },
  );

  it.each(["CONFIRMING", "PARTIALLY_FILLED", "CANCELLING"] as const)(
    "given %s, which the venue has had, so nothing is proven and its recorded answer stays",
    async (phase) => {
      const test = await setUp(phase, notFound(1e9));
      expect(await test.lookedUp()).toEqual(test.order);
      expect(test.committed).toEqual([]);
    },
  );
});

describe("a look-up that fails", () => {
  it.each<readonly [string, VenueScript["lookup"]]>([
    ["says so", async () => ({ kind: "UNAVAILABLE", error: lost })],
    ["throws", () => Promise.reject(new TypeError("bug"))],
  ])("given one that %s, so it says nothing: the order stays as it is", async (_how, lookup) => {
    const test = await setUp("IN_DOUBT", { ...(lookup && { lookup }) });
    expect(await test.lookedUp()).toEqual(test.order);
    expect(test.committed).toEqual([]);
  });

  it("given one that hangs, so it is given up after 10 s", async () => {
    const test = await setUp("IN_DOUBT", { lookup: () => never });
    const looking = test.lookedUp();
    await settle();
    test.clock.advance(10_000);
    expect(await looking).toEqual(test.order);
  });
});
