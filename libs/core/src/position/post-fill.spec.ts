import { describe, expect, it } from "vitest";
import { amount } from "../money/amount.ts";
import type { Fee, Fill } from "../order/fill.ts";
import { after, fill, limitBuy, terms, testAccount, testVenue } from "../testing/order-fixtures.ts";
import { postFill } from "./post-fill.ts";

const { orderId, positionId, simulated } = terms;
const { instrument } = limitBuy;
const recorded: Fill = {
  ...fill,
  ...{ orderId, positionId, simulated, instrument, side: "BUY", account: testAccount, venue: testVenue },
  recordedAt: after(60),
};
const fee = (asset: string, text: string): Fee => ({ asset, amount: amount(text) });

describe("what a fill of 0.4 BTC does to its position and to the holding", () => {
  it.each([
    ["BUY", undefined, "0.4"],
    ["SELL", undefined, "-0.4"],
    // Taken out of what was bought.
    ["BUY", fee("BTC", "0.0004"), "0.3996"],
    // Taken on top of what was sold.
    ["SELL", fee("BTC", "0.0004"), "-0.4004"],
    ["BUY", fee("BTC", "-0.0001"), "0.4001"],
    ["BUY", fee("USDT", "20"), "0.4"],
    ["SELL", fee("BNB", "0.1"), "-0.4"],
    // Symbols are told apart by case.
    ["BUY", fee("btc", "0.0004"), "0.4"],
    ["BUY", fee("BTC", "0"), "0.4"],
    ["BUY", fee("BTC", "0.4"), "0"],
  ] as const)("given a %s with the fee %o, so %s", (side, taken, change) => {
    const given: Fill = { ...recorded, side, ...(taken && { fee: taken }) };
    const posting = { venue: testVenue, account: testAccount, instrument, change, simulated: true, at: after(60) };
    expect(postFill({ base: "BTC" }, given)).toEqual([{ ...posting, positionId }, posting]);
  });
});
