import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { amount } from "../money/amount.ts";
import { compare } from "../money/decimal.ts";
import { quantity } from "../money/quantity.ts";
import { addSignedQuantity, magnitudeOf, signedBySide, signedQuantity } from "../money/signed-quantity.ts";
import type { OrderSize, Purpose, Side } from "../order/instruction.ts";
import { limitBuy, orderIn, quoteBuy, requestedAt } from "../testing/order-fixtures.ts";
import { claimedBy, type Reducible, reduces, restrictionFault } from "./trading-admission.ts";
import type { ScopedTradingState, TradingState } from "./trading-state.ts";

const base = (text: string): OrderSize => ({ in: "BASE", quantity: quantity(text) });
const holding = (held: string, claimed: string): Reducible => ({
  held: signedQuantity(held),
  claimed: claimed === "ALL" ? "ALL" : quantity(claimed),
});

describe("whether an order provably reduces a position", () => {
  it.each<readonly [Purpose, Side, OrderSize, Reducible, boolean]>([
    ["EXIT", "SELL", base("1"), holding("1", "0"), true],
    ["STOP", "SELL", base("1"), holding("1", "0"), true],
    ["TARGET", "SELL", base("0.5"), holding("1", "0.5"), true],
    ["EXIT", "BUY", base("1"), holding("-1", "0"), true],
    ["ENTRY", "SELL", base("1"), holding("1", "0"), false],
    ["EXIT", "SELL", base("1.00001"), holding("1", "0"), false],
    ["EXIT", "SELL", base("0.6"), holding("1", "0.5"), false],
    ["EXIT", "SELL", base("0.00001"), holding("1", "1"), false],
    ["EXIT", "SELL", base("0.00001"), holding("1", "7"), false],
    ["EXIT", "SELL", base("1"), holding("1", "ALL"), false],
    ["EXIT", "SELL", base("1"), holding("0", "0"), false],
    ["EXIT", "BUY", base("1"), holding("1", "0"), false],
    ["EXIT", "SELL", base("1"), holding("-1", "0"), false],
    ["EXIT", "SELL", { in: "QUOTE", amount: amount("1") }, holding("100", "0"), false],
  ])("given a %s to %s %j, when %j, so %s", (purpose, side, size, reducible, so) => {
    expect(reduces({ purpose, side, size }, reducible)).toBe(so);
  });

  it("never makes a position larger or turns it, whatever others take first", () => {
    const units = fc.integer({ min: -50, max: 50 });
    const claims = fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 4 });
    const sides = fc.constantFrom<Side>("BUY", "SELL");
    const filled = fc.array(fc.nat({ max: 20 }), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(units, claims, sides, fc.integer({ min: 1, max: 60 }), filled, (held, others, side, size, fills) => {
        const claimed = String(others.reduce((sum, one) => sum + one, 0));
        const order = { purpose: "EXIT", side, size: base(String(size)) } as const;
        if (!reduces(order, holding(String(held), claimed))) return;
        let position = signedQuantity(String(held));
        for (const [index, one] of [...others, size].entries()) {
          const part = quantity(String(Math.min(one, fills[index] ?? 0)));
          const next = addSignedQuantity(position, signedBySide(side, part));
          expect(compare(magnitudeOf(next), magnitudeOf(position))).toBeLessThanOrEqual(0);
          expect(next === "0" || next.startsWith("-") === held < 0).toBe(true);
          position = next;
        }
      }),
    );
  });
});

describe("what live orders claim of a position", () => {
  it("given orders of both sides, so what those of the side have not filled yet", () => {
    const others = [
      orderIn("CONFIRMING"),
      orderIn("PARTIALLY_FILLED"),
      orderIn("FILLED"),
      orderIn("IN_DOUBT", { instruction: { ...limitBuy, side: "SELL" } }),
    ];
    expect(claimedBy(others, "BUY")).toBe("1.6");
    expect(claimedBy(others, "SELL")).toBe("1");
    expect(claimedBy([], "BUY")).toBe("0");
  });

  it("given one that is sized in quote, so all of it", () => {
    const others = [orderIn("CONFIRMING"), orderIn("CONFIRMING", { instruction: quoteBuy })];
    expect(claimedBy(others, "BUY")).toBe("ALL");
    expect(claimedBy(others, "SELL")).toBe("0");
  });
});

describe("a restriction", () => {
  const restriction = (state: TradingState): ScopedTradingState => ({
    ...{ scope: {}, state, operator: "ann", reason: "fat finger", at: requestedAt, epoch: 1 },
  });
  const entry = { purpose: "ENTRY", side: "BUY", size: base("1") } as const;
  const exit = { purpose: "EXIT", side: "SELL", size: base("1") } as const;

  it.each([
    ["nothing", undefined, entry, undefined],
    ["ACTIVE", "ACTIVE", entry, undefined],
    ["REDUCE_ONLY", "REDUCE_ONLY", entry, "REDUCE_ONLY"],
    ["REDUCE_ONLY", "REDUCE_ONLY", exit, undefined],
    ["HALTED", "HALTED", entry, "TRADING_HALTED"],
    ["HALTED", "HALTED", exit, undefined],
  ] as const)("given %s in force (%s), when %j, so %s", (_given, state, order, so) => {
    const fault = restrictionFault(state && restriction(state), order, holding("1", "0"));
    expect(fault?.code).toBe(so);
  });

  it("says who halted what, and why", () => {
    expect(restrictionFault(restriction("HALTED"), entry, holding("0", "0"))).toEqual({
      code: "TRADING_HALTED",
      message:
        "trading is HALTED for the whole service by ann (fat finger), and the order does not provably reduce a position",
      context: { state: "HALTED", scope: "the whole service", operator: "ann", reason: "fat finger" },
    });
  });
});
