import { describe, expect, it } from "vitest";
import { after, orderIn, sampleEvents } from "../testing/order-fixtures.ts";
import { changeOrder, placedRecord } from "./change-order.ts";
import type { Order } from "./order.ts";
import type { OrderEventRecord } from "./order-event-record.ts";
import { replayOrder } from "./replay-order.ts";

const first: Order = { ...orderIn("PENDING"), version: 1, updatedAt: after(0), stateTimes: { PENDING: after(0) } };
const { order, records } = changeOrder(first, [sampleEvents.ATTEMPT_PREPARED, sampleEvents.ACCEPTED], after(10));
const history: readonly OrderEventRecord[] = [placedRecord(first), ...records];

/** The history with its transition to `version` changed. */
function historyWith(version: number, change: Partial<OrderEventRecord>): readonly OrderEventRecord[] {
  return history.map((record) =>
    record.version === version && record.type === "order.transition" ? { ...record, ...change } : record,
  );
}

describe("a replay", () => {
  it("gives the order, past what is told beside its transitions", () => {
    expect(history.some(({ type }) => type !== "order.transition")).toBe(true);
    expect(replayOrder(history)).toEqual({ ok: true, order });
  });

  it("begins in every state that orders begin in", () => {
    const awaiting = { ...first, state: "AWAITING_CONFIRMATION", confirmBy: after(10_000) } as const;
    const begun = { ...awaiting, stateTimes: { AWAITING_CONFIRMATION: after(0) } };
    expect(replayOrder([placedRecord(begun)])).toEqual({ ok: true, order: begun });
    const denied: Order = {
      ...first,
      state: "DENIED",
      stateTimes: { DENIED: after(0) },
      lastError: sampleEvents.FAILED.error,
    };
    expect(replayOrder([placedRecord(denied)])).toEqual({ ok: true, order: denied });
  });

  it.each([
    { given: "no history", records: [], version: 0, reason: "no PLACED event" },
    { given: "no beginning", records: history.slice(1), version: 2, reason: "no PLACED event" },
    {
      given: "a notice for a transition",
      records: historyWith(2, { cause: { type: "RECOVERED" } }),
      version: 2,
      reason: "RECOVERED is no transition",
    },
    {
      given: "a step that the table refuses",
      records: historyWith(2, { cause: { type: "CANCEL_STARTED" } }),
      version: 2,
      reason: "CANCEL_STARTED refused in PENDING",
    },
    {
      given: "another state before than there was",
      records: historyWith(3, { from: "IN_DOUBT" }),
      version: 3,
      reason: "ACCEPTED came in SUBMITTED, not IN_DOUBT",
    },
    {
      given: "another state after than it leads to",
      records: historyWith(3, { to: "FILLED" }),
      version: 3,
      reason: "ACCEPTED leads to CONFIRMING, not FILLED",
    },
  ])("given $given, says where it ends to make sense", ({ records: told, version, reason }) => {
    expect(replayOrder(told)).toEqual({ ok: false, version, reason });
  });
});

describe("a change", () => {
  it("given an event that the table refuses, so it is a bug of who made it", () => {
    expect(() => changeOrder(first, [sampleEvents.EXPIRED], after(1))).toThrow(/EXPIRED refused in PENDING/);
  });
});
