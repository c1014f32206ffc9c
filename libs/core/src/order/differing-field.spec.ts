import { describe, expect, it } from "vitest";
import { accountId } from "../account/account-id.ts";
import { instrumentId } from "../instrument/instrument.ts";
import { amount } from "../money/amount.ts";
import { price } from "../money/price.ts";
import { quantity } from "../money/quantity.ts";
import { positionId } from "../position/position-id.ts";
import { limitBuy, quoteBuy } from "../testing/order-fixtures.ts";
import { venueId } from "../venue/venue-id.ts";
import { differingField } from "./differing-field.ts";
import type { Instruction } from "./instruction.ts";
import { clientOrderId } from "./order-id.ts";

const full: Instruction = {
  ...limitBuy,
  expectedPrice: price("50000"),
  maxSlippageBps: 50,
  positionId: positionId("position-1"),
  strategyId: "momentum",
  tags: { b: "2", a: "1" },
};
const stop = { type: "STOP_LOSS", timeInForce: "GTC", triggerPrice: price("45000") } as const;
const limit = (timeInForce: "GTC" | "IOC" | "FOK", limitPrice: string) => ({
  type: "LIMIT" as const,
  timeInForce,
  limitPrice: price(limitPrice),
});
const without = (field: "expectedPrice" | "maxSlippageBps" | "positionId" | "strategyId"): Instruction => {
  const { [field]: _left, ...rest } = full;
  return rest;
};

describe("the first field in which two bodies differ", () => {
  it.each<readonly [string, Instruction]>([
    ["account", { ...full, account: accountId("bob") }],
    ["account", { ...full, account: accountId("Alice") }],
    ["client_order_id", { ...full, clientOrderId: clientOrderId("order-2") }],
    ["venue", { ...full, venue: venueId("binance") }],
    ["instrument", { ...full, instrument: instrumentId("btc/usdt") }],
    ["side", { ...full, side: "SELL" }],
    ["type", { ...full, pricing: { type: "MARKET", timeInForce: "IOC" } }],
    ["time_in_force", { ...full, pricing: limit("IOC", "50000") }],
    ["base_quantity", { ...full, size: { in: "BASE", quantity: quantity("1.000000000000000001") } }],
    ["base_quantity", { ...full, size: { in: "QUOTE", amount: amount("1") } }],
    ["limit_price", { ...full, pricing: limit("GTC", "50000.000000000000000001") }],
    ["post_only", { ...full, pricing: { ...limit("GTC", "50000"), postOnly: true } }],
    ["expected_price", { ...full, expectedPrice: price("50001") }],
    ["expected_price", without("expectedPrice")],
    ["max_slippage_bps", { ...full, maxSlippageBps: 51 }],
    ["max_slippage_bps", { ...full, maxSlippageBps: 0 }],
    ["max_slippage_bps", without("maxSlippageBps")],
    ["purpose", { ...full, purpose: "EXIT" }],
    ["position_id", { ...full, positionId: positionId("position-2") }],
    ["position_id", without("positionId")],
    ["strategy_id", { ...full, strategyId: "Momentum" }],
    ["strategy_id", without("strategyId")],
    ["tags", { ...full, tags: { a: "1" } }],
    ["tags", { ...full, tags: { a: "1", b: "3" } }],
    ["tags", { ...full, tags: { a: "1", b: "2", c: "" } }],
    ["tags", { ...full, tags: { a: "2", b: "1" } }],
    ["tags", { ...full, tags: {} }],
  ])("is %s, whichever of the two came first", (field, other) => {
    expect(differingField(full, other)).toBe(field);
    expect(differingField(other, full)).toBe(field);
  });

  it.each<readonly [string, Instruction["pricing"]]>([
    ["type", { ...stop, type: "TAKE_PROFIT" }],
    ["limit_price", { ...stop, limitPrice: price("45000") }],
    ["trigger_price", { ...stop, triggerPrice: price("45000.01") }],
  ])("is %s of orders that wait for a price", (field, pricing) => {
    const waiting = { ...full, pricing: stop };
    expect(differingField(waiting, { ...full, pricing })).toBe(field);
    expect(differingField(waiting, { ...waiting })).toBeUndefined();
  });

  it("is quote_quantity where both are sized in quote", () => {
    expect(differingField(quoteBuy, { ...quoteBuy, size: { in: "QUOTE", amount: amount("50001") } })).toBe(
      "quote_quantity",
    );
  });

  it("is the contract's first where several differ", () => {
    expect(differingField(full, { ...full, side: "SELL", purpose: "EXIT", tags: {} })).toBe("side");
  });

  it.each<readonly [string, Instruction]>([
    ["the same body", { ...full }],
    ["tags in another order", { ...full, tags: { a: "1", b: "2" } }],
    ["a quantity spelt longer", { ...full, size: { in: "BASE", quantity: quantity("1.000") } }],
    ["a price spelt longer", { ...full, pricing: limit("GTC", "50000.00"), expectedPrice: price("50000.0") }],
  ])("is none for %s", (_what, other) => {
    expect(differingField(full, other)).toBeUndefined();
  });

  it("tells a tag that holds what looks like another tag from that other tag", () => {
    expect(differingField({ ...full, tags: { a: '1","b":"2' } }, { ...full, tags: { a: "1", b: "2" } })).toBe("tags");
  });
});
