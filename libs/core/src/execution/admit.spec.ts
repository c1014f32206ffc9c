import { describe, expect, it } from "vitest";
import { accountId } from "../account/account-id.ts";
import type { TradingScope, TradingState } from "../account/trading-state.ts";
import type { Instruction } from "../order/instruction.ts";
import { deskForTests, orderAfter, pathTo, type TestDesk } from "../testing/desk-for-tests.ts";
import { limitBuy, requestedAt, terms } from "../testing/order-fixtures.ts";
import { admit } from "./admit.ts";

const exit = { purpose: "EXIT", side: "SELL", positionId: terms.positionId } as const;
const sellOne: Instruction = { ...limitBuy, ...exit };

function restrict({ store }: TestDesk, state: TradingState, scope: TradingScope = {}) {
  return store.tradingStates.set({ scope, state, operator: "ann", reason: "fat finger", at: requestedAt });
}

/** A long position of 1 BTC under a state of trading. */
async function longOne(state: TradingState = "HALTED"): Promise<TestDesk> {
  const test = deskForTests();
  await orderAfter(test, pathTo.FILLED, { positionId: terms.positionId });
  await restrict(test, state);
  return test;
}

describe("what the trading states say of an order", () => {
  it("given none, so it is admitted without a condition, as of their epoch", async () => {
    const test = deskForTests();
    await restrict(test, "HALTED", { account: accountId("bob") });
    const admission = await admit(test.desk, { instruction: limitBuy }, "LIVE");
    expect(admission).toEqual({ kind: "ADMITTED", tradingEpoch: 1, isRestricted: false });
  });

  it.each(["REDUCE_ONLY", "HALTED"] as const)(
    "given %s, so what reduces is admitted on that condition, and an entry into the same position is not",
    async (state) => {
      const test = await longOne(state);
      const admission = await admit(test.desk, { instruction: sellOne }, "LIVE");
      expect(admission).toEqual({ kind: "ADMITTED", tradingEpoch: 1, isRestricted: true });
      const entry = { ...sellOne, purpose: "ENTRY" } as const;
      expect(await admit(test.desk, { instruction: entry }, "LIVE")).toMatchObject({ kind: "REFUSED" });
    },
  );
});

describe("another order that would take the same of a position", () => {
  it.each([
    ["PENDING", "REFUSED", "ADMITTED"],
    ["AWAITING_CONFIRMATION", "REFUSED", "ADMITTED"],
    ["FAILED_WILL_RETRY", "REFUSED", "ADMITTED"],
    ["SUBMITTED", "REFUSED", "REFUSED"],
    ["IN_DOUBT", "REFUSED", "REFUSED"],
    ["CONFIRMING", "REFUSED", "REFUSED"],
    ["CANCELLING", "REFUSED", "REFUSED"],
    ["FAILED_FINAL", "ADMITTED", "ADMITTED"],
    ["CANCELLED", "ADMITTED", "ADMITTED"],
  ] as const)("given %s, so one to be accepted is %s, and one to be sent %s", async (phase, live, sent) => {
    const test = await longOne();
    const begins = phase === "AWAITING_CONFIRMATION" ? phase : "PENDING";
    await orderAfter(test, phase === "AWAITING_CONFIRMATION" ? [] : pathTo[phase], exit, begins);
    expect(await admit(test.desk, { instruction: sellOne }, "LIVE")).toMatchObject({ kind: live });
    expect(await admit(test.desk, { instruction: sellOne }, "SENT")).toMatchObject({ kind: sent });
  });

  it("is never the order itself", async () => {
    const test = await longOne();
    const order = await orderAfter(test, [], exit);
    expect(await admit(test.desk, order, "LIVE")).toMatchObject({ kind: "ADMITTED" });
    expect(await admit(test.desk, { instruction: sellOne }, "LIVE")).toMatchObject({ kind: "REFUSED" });
  });
});
