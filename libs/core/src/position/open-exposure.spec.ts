import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accountId } from "../account/account-id.ts";
import { amount } from "../money/amount.ts";
import { price } from "../money/price.ts";
import { quantity } from "../money/quantity.ts";
import type { Instruction } from "../order/instruction.ts";
import { isTerminal, type Order, phaseOf } from "../order/order.ts";
import { isFinal, type Phase, phases } from "../order/order-state.ts";
import { limitBuy, orderIn, quoteBuy } from "../testing/order-fixtures.ts";
import { openExposure, openExposures, worstCaseQuantity } from "./open-exposure.ts";

const limitSell: Instruction = { ...limitBuy, side: "SELL" };
const none = { least: "0", most: "0", spends: "0", receives: "0" };

describe("what one order of 1 BTC may still do", () => {
  it.each([
    ["PENDING", "1"],
    ["AWAITING_CONFIRMATION", "1"],
    ["SUBMITTED", "1"],
    ["IN_DOUBT", "1"],
    ["CONFIRMING", "1"],
    ["PARTIALLY_FILLED", "0.6"],
    ["CANCELLING", "1"],
    ["FAILED_WILL_RETRY", "1"],
  ] as const)("given a buy that is %s, so up to %s more, or nothing", (phase, left) => {
    expect(openExposure(orderIn(phase))).toEqual({ ...none, most: left });
    expect(openExposure(orderIn(phase, { instruction: limitSell }))).toEqual({ ...none, least: `-${left}` });
  });

  it("given an order that waits for a price, so it counts as if it were reached", () => {
    const pricing = { type: "STOP_LOSS", timeInForce: "GTC", triggerPrice: price("45000") } as const;
    const stop: Instruction = { ...limitSell, pricing, purpose: "STOP" };
    expect(openExposure(orderIn("CONFIRMING", { instruction: stop }))).toEqual({ ...none, least: "-1" });
  });

  it.each(phases.filter(isFinal))("given %s, so nothing more", (phase) => {
    expect(openExposure(orderIn(phase))).toEqual(none);
  });

  it("given fills that may be of an earlier attempt, so the last one may still be filled wholly", () => {
    expect(openExposure(orderIn("PARTIALLY_FILLED", { attemptCount: 2 }))).toEqual({ ...none, most: "1" });
    expect(openExposure(orderIn("IN_DOUBT", { attemptCount: 2, cumQuantity: quantity("0.4") }))).toEqual({
      ...none,
      most: "1",
    });
  });

  it("given more filled than was ordered, so nothing more", () => {
    expect(openExposure(orderIn("CANCELLING", { cumQuantity: quantity("1.5") }))).toEqual(none);
  });

  it.each([
    ["BUY", {}, { spends: "1000" }],
    ["SELL", {}, { receives: "1000" }],
    ["BUY", { cumQuantity: quantity("0.1"), cumQuoteQuantity: amount("400") }, { spends: "600" }],
    ["BUY", { cumQuantity: quantity("0.1"), cumQuoteQuantity: amount("400"), attemptCount: 2 }, { spends: "1000" }],
    ["BUY", { cumQuantity: quantity("0.1"), cumQuoteQuantity: amount("1001") }, {}],
  ] as const)("given a %s sized in quote, %o, so %o of quote", (side, rest, so) => {
    const instruction: Instruction = { ...quoteBuy, side, size: { in: "QUOTE", amount: amount("1000") } };
    expect(openExposure(orderIn("IN_DOUBT", { instruction, ...rest }))).toEqual({ ...none, ...so });
  });
});

describe("the worst case of one order", () => {
  it.each([
    ["IN_DOUBT", limitBuy, { least: "0", most: "1" }],
    ["IN_DOUBT", limitSell, { least: "-1", most: "0" }],
    ["PARTIALLY_FILLED", limitBuy, { least: "0.4", most: "1" }],
    ["PARTIALLY_FILLED", limitSell, { least: "-1", most: "-0.4" }],
    ["FILLED", limitBuy, { least: "1", most: "1" }],
    ["CANCELLED", limitSell, { least: "0", most: "0" }],
  ] as const)("given %s, so between its fills and all of it", (phase, instruction, so) => {
    expect(worstCaseQuantity(orderIn(phase, { instruction }))).toEqual(so);
  });
});

/** An order in whole tenths, so that sums need no decimals, and how much of its last attempt truly gets filled. */
interface Truth {
  readonly order: Order;
  readonly account: string;
  readonly changeTenths: number;
}

const truths: fc.Arbitrary<Truth> = fc
  .record({
    phase: fc.constantFrom<Phase>(...phases.filter((phase) => phase !== "DENIED")),
    side: fc.constantFrom("BUY" as const, "SELL" as const),
    account: fc.constantFrom("alice", "bob"),
    size: fc.integer({ min: 1, max: 50 }),
    ofEarlier: fc.nat({ max: 50 }),
    ofLast: fc.nat({ max: 50 }),
    more: fc.nat({ max: 50 }),
    attemptCount: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ phase, side, account, size, ofEarlier, ofLast, more, attemptCount }) => {
    const filledEarlier = attemptCount > 1 ? Math.min(ofEarlier, size) : 0;
    const filledLast = Math.min(ofLast, size);
    const order = orderIn(phase, {
      instruction: {
        ...limitBuy,
        ...{ side, account: accountId(account), size: { in: "BASE", quantity: tenths(size) } as const },
      },
      ...{ cumQuantity: tenths(filledEarlier + filledLast), attemptCount },
    });
    const change = isTerminal(order) ? 0 : Math.min(more, size - filledLast);
    return { order, account, changeTenths: side === "BUY" ? change : -change };
  });

describe("what several orders may still do", () => {
  it("holds whatever truly gets filled of any of them, by account, and no other account's", () => {
    fc.assert(
      fc.property(fc.array(truths, { maxLength: 12 }), (all) => {
        const exposures = openExposures(all.map(({ order }) => order));
        expect(exposures.map(({ account }) => account)).toEqual([...new Set(all.map(({ account }) => account))]);
        for (const { account, least, most } of exposures) {
          const change = all
            .filter((truth) => truth.account === account)
            .reduce((sum, { changeTenths }) => sum + changeTenths, 0);
          expect(change).toBeGreaterThanOrEqual(inTenths(least));
          expect(change).toBeLessThanOrEqual(inTenths(most));
        }
      }),
      { seed: 20_260_101, numRuns: 500 },
    );
  });

  it("is no wider than it must be: both ends can come true where each order has one attempt", () => {
    const single = truths.map((truth) => ({ ...truth, order: { ...truth.order, attemptCount: 1 } }));
    fc.assert(
      fc.property(fc.array(single, { maxLength: 8 }), (all) => {
        const left = (side: "BUY" | "SELL") =>
          all
            .filter(({ order }) => order.instruction.side === side && !isFinal(phaseOf(order)))
            .reduce((sum, { order }) => sum + leftTenths(order), 0);
        const exposures = openExposures(all.map(({ order }) => order));
        expect(exposures.reduce((sum, { most }) => sum + inTenths(most), 0)).toBe(left("BUY"));
        expect(exposures.reduce((sum, { least }) => sum + inTenths(least), 0)).toBe(0 - left("SELL"));
      }),
      { seed: 20_260_101, numRuns: 500 },
    );
  });
});

function leftTenths({ instruction: { size }, cumQuantity }: Order): number {
  return size.in === "BASE" ? Math.max(inTenths(size.quantity) - inTenths(cumQuantity), 0) : 0;
}

function tenths(value: number) {
  return quantity(String(value / 10));
}

function inTenths(text: string): number {
  return Math.round(Number(text) * 10);
}
