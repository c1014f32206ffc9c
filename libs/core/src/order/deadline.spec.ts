import { describe, expect, it } from "vitest";
import { price } from "../money/price.ts";
import { after, limitBuy, orderIn, quoteBuy, requestedAt } from "../testing/order-fixtures.ts";
import { beforeDeadline, deadlineEvent, deadlineOf, isOverdue } from "./deadline.ts";
import type { Instruction } from "./instruction.ts";
import { nextActionAt } from "./next-action-at.ts";
import { dueAtOnce } from "./order.ts";
import { type Phase, phases } from "./order-state.ts";

const stopLoss = { type: "STOP_LOSS", timeInForce: "GTC", triggerPrice: price("55000") } as const;
const expireTime = after(60_000);

describe("an order's deadline", () => {
  it.each<readonly [string, Partial<Instruction>, ReturnType<typeof deadlineOf>]>([
    ["a limit order that rests has none", limitBuy, undefined],
    ["an order that waits for a price has none", { pricing: stopLoss }, undefined],
    ["a market order has 5 min", quoteBuy, { at: after(300_000), cause: "EXECUTION_TIMEOUT" }],
    [
      "a limit order that can't rest has 5 min",
      { pricing: { type: "LIMIT", timeInForce: "IOC", limitPrice: price("50000") } },
      { at: after(300_000), cause: "EXECUTION_TIMEOUT" },
    ],
    ["a timeout of 0 is none", { ...quoteBuy, executionTimeoutMs: 0 }, undefined],
    ["a timeout counts for what rests too", { executionTimeoutMs: 5 }, { at: after(5), cause: "EXECUTION_TIMEOUT" }],
    ["expire_time is one", { expireTime }, { at: expireTime, cause: "EXPIRE_TIME" }],
    [
      "the earlier of both counts: the timeout",
      { expireTime, executionTimeoutMs: 59_999 },
      { at: after(59_999), cause: "EXECUTION_TIMEOUT" },
    ],
    [
      "the earlier of both counts: expire_time, also where they are the same",
      { expireTime, executionTimeoutMs: 60_000 },
      { at: expireTime, cause: "EXPIRE_TIME" },
    ],
  ])("%s", (_, rest, deadline) => {
    expect(deadlineOf({ instruction: { ...limitBuy, ...rest }, requestedAt })).toEqual(deadline);
  });

  const withDeadline = (phase: Phase) => orderIn(phase, { instruction: { ...limitBuy, expireTime } });
  const held: readonly Phase[] = [
    ...(["PENDING", "SUBMITTED", "IN_DOUBT", "CONFIRMING", "PARTIALLY_FILLED", "FAILED_WILL_RETRY"] as const),
  ];

  it.each(phases)("given %s, so it means something until the order has ended or is being cancelled", (phase) => {
    const order = withDeadline(phase);
    expect(isOverdue(order, expireTime)).toBe(held.includes(phase));
    expect(isOverdue(order, after(59_999))).toBe(false);
    expect(isOverdue({ ...order, cancelRequest: { at: requestedAt, reason: "told to" } }, expireTime)).toBe(false);
  });

  it.each(["SUBMITTED", "IN_DOUBT", "CONFIRMING", "PARTIALLY_FILLED"] as const)(
    "given %s, so a server acts on it then, unless it shall be cancelled already",
    (phase) => {
      const order = withDeadline(phase);
      expect(nextActionAt(order)).toBe(expireTime);
      expect(nextActionAt({ ...order, cancelRequest: { at: requestedAt, reason: "told to" } })).toBeUndefined();
      expect(nextActionAt(orderIn(phase))).toBeUndefined();
    },
  );

  it("given PENDING, so it is due at once, and what reduces a position before what opens one", () => {
    expect(nextActionAt(withDeadline("PENDING"))).toBe(dueAtOnce.submission);
    const instruction = { ...limitBuy, purpose: "STOP" } as const;
    expect(nextActionAt(orderIn("PENDING", { instruction }))).toBe(dueAtOnce.reduction);
    expect(dueAtOnce.reduction).toBeLessThan(dueAtOnce.submission);
    expect(dueAtOnce.cancel).toBeLessThan(dueAtOnce.reduction);
  });

  it("given a retry after it, so it is due at the deadline instead; one before it stays", () => {
    const order = withDeadline("SUBMITTED");
    expect(beforeDeadline(order, after(60_001))).toBe(expireTime);
    expect(beforeDeadline(order, after(59_999))).toBe(after(59_999));
    expect(beforeDeadline(orderIn("SUBMITTED"), after(60_001))).toBe(after(60_001));
  });

  it("given an order without one, so nothing can be made of its passing", () => {
    expect(() => deadlineEvent(orderIn("PENDING"))).toThrow("has no deadline");
  });
});
