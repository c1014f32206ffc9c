import { describe, expect, it } from "vitest";
import { recordReport } from "../desk/record-report.ts";
import { orderError } from "../error/order-error.ts";
import { quantity } from "../money/quantity.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import type { Order } from "../order/order.ts";
import { venueOrderId } from "../order/order-id.ts";
import { deskForTests, keyOf, orderAfter, pathTo, stored } from "../testing/desk-for-tests.ts";
import { fillOf, lost, refused } from "../testing/order-fixtures.ts";
import type { VenueScript } from "../testing/scripted-venue.ts";
import { settle } from "../testing/settle.ts";
import { elapsedMs } from "../time/wall-time.ts";
import type { CancelOutcome, LookupAnswer } from "../venue/venue.ts";
import { sendCancel } from "./send-cancel.ts";

const never = new Promise<never>(() => undefined);
const found = (order: Order, rest: Partial<ExecutionReport>): ExecutionReport => ({
  submitKey: keyOf(order.orderId, 1),
  evidence: { kind: "OPEN" },
  fills: [],
  ...rest,
});

/** An order whose cancel is due, at a venue that answers as the script says. */
async function setUp(script: VenueScript = {}) {
  const test = deskForTests({ script });
  const order = await orderAfter(test, pathTo.CANCELLING);
  const cancelled = () => sendCancel(test.desk, test.entry, order);
  /** In how many milliseconds the cancel is sent again. */
  const againMs = (after: Order) => after.state === "CANCELLING" && elapsedMs(test.clock.wall(), after.cancelAfter);
  return { ...test, order, cancelled, againMs };
}

async function answered(outcome: CancelOutcome) {
  const test = await setUp({ cancel: async () => outcome });
  return { ...test, after: await test.cancelled() };
}

describe("a cancel", () => {
  it("names the order as the venue knows it", async () => {
    const { venue, order } = await answered({ kind: "ACCEPTED" });
    const reference = {
      account: "alice",
      instrument: "BTC/USDT",
      submitKey: keyOf(order.orderId, 1),
      venueOrderId: "V1",
    };
    expect(venue.callsOf("cancel")).toEqual([[reference]]);
  });

  it.each(["PENDING", "SUBMITTED", "IN_DOUBT", "CONFIRMING", "PARTIALLY_FILLED", "FILLED", "CANCELLED"] as const)(
    "given %s, so it is not sent",
    async (phase) => {
      const test = deskForTests();
      const order = await orderAfter(test, pathTo[phase]);
      expect(await sendCancel(test.desk, test.entry, order)).toBe(order);
      expect(test.venue.calls).toEqual([]);
    },
  );
});

describe("what the answer proves", () => {
  it("given taken, so the end is waited for, and the cancel sent again after 5 s", async () => {
    const { after, againMs } = await answered({ kind: "ACCEPTED" });
    expect(againMs(after)).toBe(5_000);
  });

  it("given refused while it is open, so the order goes on and nobody sends the cancel again", async () => {
    const { after } = await answered({ kind: "REFUSED", error: refused });
    expect(after).toMatchObject({ state: "CONFIRMING", lastError: refused, cancelRequest: { reason: "test" } });
  });

  it("given refused for now, so it is sent again after 1 s", async () => {
    const busy = orderError("RATE_LIMITED", "too many requests");
    const { after, againMs } = await answered({ kind: "REFUSED", error: busy });
    expect(after).toMatchObject({ state: "CANCELLING", lastError: busy });
    expect(againMs(after)).toBe(1_000);
  });

  it("given unknown, so it is sent again after 1 s", async () => {
    const { after, againMs } = await answered({ kind: "UNKNOWN", error: lost });
    expect(againMs(after)).toBe(1_000);
    expect(after.lastError).toEqual(lost);
  });

  it("given a library that throws, so it is unknown", async () => {
    const test = await setUp({ cancel: () => Promise.reject(new TypeError("bug")) });
    const after = await test.cancelled();
    expect(test.againMs(after)).toBe(1_000);
    expect(test.complaints).toHaveLength(1);
  });

  it("given no answer for 10 s from a library that ignores its signal, so it is unknown", async () => {
    const test = await setUp({ cancel: () => never });
    const cancelling = test.cancelled();
    await settle();
    test.clock.advance(9_999);
    await settle();
    expect(await stored(test, test.order)).toEqual(test.order);
    test.clock.advance(1);
    expect(test.againMs(await cancelling)).toBe(2_500);
  });
});

describe("a cancel that is sent again", () => {
  async function again(first: CancelOutcome, answer: LookupAnswer["kind"] = "FOUND") {
    const test = await setUp({ cancel: async () => first });
    const before = await test.cancelled();
    test.clock.advance(60_000);
    const asked: string[] = [];
    test.venue.script.cancel = async () => {
      asked.push("cancel");
      return { kind: "ACCEPTED" };
    };
    test.venue.script.lookup = async () => {
      asked.push("lookup");
      if (answer === "UNAVAILABLE") return { kind: "UNAVAILABLE", error: lost };
      return { kind: "FOUND", report: found(test.order, { evidence: { kind: "CANCELLED" } }) };
    };
    const after = await sendCancel(test.desk, test.entry, before);
    return { asked, after };
  }

  it.each<readonly [string, CancelOutcome]>([
    ["whose answer was lost", { kind: "UNKNOWN", error: lost }],
    ["that was taken", { kind: "ACCEPTED" }],
  ])("given one %s, so the order is looked up first; it is gone, so nothing is sent", async (_what, first) => {
    const { asked, after } = await again(first);
    expect(asked).toEqual(["lookup"]);
    expect(after.state).toBe("CANCELLED");
  });

  it("given that the look-up says nothing, so it is sent all the same", async () => {
    expect((await again({ kind: "UNKNOWN", error: lost }, "UNAVAILABLE")).asked).toEqual(["lookup", "cancel"]);
  });

  it("given one that the venue refused for now, so it did nothing and needs no look-up", async () => {
    const busy = orderError("RATE_LIMITED", "too many requests");
    expect((await again({ kind: "REFUSED", error: busy })).asked).toEqual(["cancel"]);
  });
});

describe("an answer that comes with a report", () => {
  async function reported(rest: Partial<ExecutionReport>) {
    const test = await setUp();
    test.venue.script.cancel = async () => ({ kind: "ACCEPTED", report: found(test.order, rest) });
    return { ...test, after: await test.cancelled() };
  }

  it("given the end, so the order is CANCELLED", async () => {
    expect((await reported({ evidence: { kind: "CANCELLED" } })).after.state).toBe("CANCELLED");
  });

  it("given the end and a fill before it, so the order is CANCELLED with that fill", async () => {
    const rest = {
      evidence: { kind: "CANCELLED" },
      fills: [fillOf("F1", "0.4")],
      cumQuantity: quantity("0.4"),
    } as const;
    expect((await reported(rest)).after).toMatchObject({ state: "CANCELLED", cumQuantity: "0.4" });
  });

  it("given that it was filled first, so FILLED", async () => {
    const rest = { evidence: { kind: "FILLED" }, fills: [fillOf("F1", "1")] } as const;
    expect((await reported(rest)).after.state).toBe("FILLED");
  });

  it.each([
    ["the end before its fills", { evidence: { kind: "CANCELLED" }, cumQuantity: quantity("0.4") }],
    ["that it is still open", { evidence: { kind: "OPEN" } }],
    ["a trade", { evidence: { kind: "TRADE" }, fills: [fillOf("F1", "0.1")] }],
  ] as const)("given %s, so the cancel counts as taken and is not due again at once", async (_what, rest) => {
    const { after, againMs } = await reported(rest);
    expect(againMs(after)).toBe(5_000);
  });
});

describe("an order that is not open there any more", () => {
  async function notOpen(lookup: (order: Order) => Promise<LookupAnswer>) {
    const test = await setUp({ cancel: async () => ({ kind: "NOT_OPEN" }) });
    test.venue.script.lookup = () => lookup(test.order);
    return { ...test, after: await test.cancelled() };
  }

  it.each([
    ["filled", { evidence: { kind: "FILLED" }, fills: [fillOf("F1", "1")] }, "FILLED"],
    ["cancelled", { evidence: { kind: "CANCELLED" } }, "CANCELLED"],
    ["expired", { evidence: { kind: "EXPIRED" } }, "EXPIRED"],
  ] as const)("given that it is looked up as %s, so it is", async (_what, rest, state) => {
    const { after, venue } = await notOpen(async (order) => ({ kind: "FOUND", report: found(order, rest) }));
    expect(after.state).toBe(state);
    expect(venue.callsOf("lookup")).toHaveLength(1);
  });

  it.each<readonly [string, (order: Order) => Promise<LookupAnswer>]>([
    ["is open after all", async (order) => ({ kind: "FOUND", report: found(order, {}) })],
    [
      "has an end that its fills are missing for",
      async (order) => ({
        kind: "FOUND",
        report: found(order, { evidence: { kind: "CANCELLED" }, cumQuantity: quantity("1") }),
      }),
    ],
    ["can't be looked up", async () => ({ kind: "UNAVAILABLE", error: lost })],
    ["makes the look-up fail", () => Promise.reject(new Error("broken"))],
  ])("given that it %s, so it is asked about again after 1 s", async (_what, lookup) => {
    const { after, againMs } = await notOpen(lookup);
    expect(againMs(after)).toBe(1_000);
  });

  it("given that it is not found even after its attempt's end, so it is not believed: the venue has had it", async () => {
    const test = await setUp({ cancel: async () => ({ kind: "NOT_OPEN" }) });
    test.clock.advance(60_000);
    test.venue.script.lookup = async () => ({ kind: "NOT_FOUND", asOf: test.clock.wall() });
    expect(test.againMs(await test.cancelled())).toBe(15_000);
    expect(await test.store.orders.attempts(test.order.orderId)).not.toMatchObject([{ outcome: "ABSENT" }]);
  });
});

describe("evidence that comes while the cancel is on its way", () => {
  it("given that the order was filled meanwhile, so the answer takes nothing back", async () => {
    const test = await setUp();
    test.venue.script.cancel = async () => {
      const filled = {
        evidence: { kind: "FILLED" },
        fills: [fillOf("F1", "1")],
        venueOrderId: venueOrderId("V1"),
      } as const;
      await recordReport(test.desk, test.order, found(test.order, filled));
      return { kind: "UNKNOWN", error: lost };
    };
    const after = await test.cancelled();
    expect(after).toMatchObject({ state: "FILLED", cumQuantity: "1" });
    expect(after).not.toHaveProperty("lastError");
  });
});
