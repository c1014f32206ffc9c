import { describe, expect, it } from "vitest";
import { amount } from "../money/amount.ts";
import { decimal } from "../money/decimal.ts";
import { price } from "../money/price.ts";
import { quantity } from "../money/quantity.ts";
import type { Instruction, Pricing } from "../order/instruction.ts";
import { limitBuy, quoteBuy } from "../testing/order-fixtures.ts";
import { btcUsdt, capableOfAll } from "../testing/venue-fixtures.ts";
import { checkInstruction } from "./check-instruction.ts";
import type { Instrument } from "./instrument.ts";

const base = (text: string): Partial<Instruction> => ({ size: { in: "BASE", quantity: quantity(text) } });
const quote = (text: string): Partial<Instruction> => ({ size: { in: "QUOTE", amount: amount(text) } });
const limit = (text: string): Partial<Instruction> => ({
  pricing: { type: "LIMIT", timeInForce: "GTC", limitPrice: price(text) },
});
const stop = (triggerPrice: string, limitPrice?: string): Partial<Instruction> => ({
  pricing: {
    ...{ type: "STOP_LOSS", timeInForce: "GTC", triggerPrice: price(triggerPrice) },
    ...(limitPrice === undefined ? {} : { limitPrice: price(limitPrice) }),
  },
});
const postOnly: Pricing = { type: "LIMIT", timeInForce: "GTC", limitPrice: price("50000"), postOnly: true };
const market: Pricing = { type: "MARKET", timeInForce: "IOC" };

function faultOf(rest: Partial<Instruction>, instrument: Instrument = btcUsdt) {
  return checkInstruction({ ...limitBuy, ...rest }, instrument, capableOfAll);
}

const target: Pricing = { type: "TAKE_PROFIT", timeInForce: "GTC", triggerPrice: price("60000") };

describe("sizes in base", () => {
  it.each([
    ["the minimum", "0.0002"],
    ["a multiple of the lot", "1.23457"],
    ["the maximum", "100"],
    ["a multiple, spelt with zeros behind", "1.0000000"],
  ])("given %s, %s, so it passes", (_what, text) => {
    expect(faultOf(base(text))).toBeUndefined();
  });

  it.each([
    // Below the lot is no multiple of it.
    ["below the lot", "0.000001", "QUANTITY_NOT_LOT_MULTIPLE", { lot_size: "0.00001" }],
    ["not a multiple of the lot", "1.000005", "QUANTITY_NOT_LOT_MULTIPLE", { lot_size: "0.00001" }],
    ["off by the least a decimal can be", "1.000000000000000001", "QUANTITY_NOT_LOT_MULTIPLE", { lot_size: "0.00001" }],
    ["below the minimum", "0.00009", "QUANTITY_BELOW_MINIMUM", { minimum: "0.0001", value: "0.00009" }],
    ["above the maximum", "100.00001", "QUANTITY_ABOVE_MAXIMUM", { maximum: "100" }],
    ["40 digits", "1".repeat(40), "QUANTITY_ABOVE_MAXIMUM", { maximum: "100" }],
  ])("given %s, so it is denied", (_what, text, code, context) => {
    expect(faultOf(base(text))).toMatchObject({
      code,
      context: { field: "base_quantity", instrument: "BTC/USDT", ...context },
    });
  });

  it("given one lamport more than 64 bits can count, so it is denied", () => {
    const sol: Instrument = {
      ...btcUsdt,
      lotSize: decimal("0.000000001"),
      quantityMax: quantity("18446744073.709551615"),
    };
    expect(faultOf(base("18446744073.709551615"), sol)).toBeUndefined();
    expect(faultOf(base("18446744073.709551616"), sol)?.code).toBe("QUANTITY_ABOVE_MAXIMUM");
  });

  it("given an instrument without a lot size, so any quantity passes", () => {
    expect(faultOf(base("0.123456789"), { ...btcUsdt, lotSize: decimal("0") })).toBeUndefined();
  });
});

describe("prices", () => {
  it.each(["0.01", "50000", "50000.01", "99999999.99"])("given %s, so it is on the tick", (text) => {
    expect(faultOf({ ...base("100"), ...limit(text) }, { ...btcUsdt, notionalMin: amount("0") })).toBeUndefined();
  });

  it.each(["0.001", "50000.005", "50000.010000000000000001"])("given %s, so it is denied as off the tick", (text) => {
    expect(faultOf(limit(text))).toMatchObject({
      code: "PRICE_OFF_TICK",
      context: { field: "limit_price", price: text, tick_size: "0.01", instrument: "BTC/USDT" },
    });
  });

  it.each([
    [stop("50000.01"), undefined, undefined],
    [stop("50000.01", "49000.01"), undefined, undefined],
    [stop("50000.001"), "trigger_price", "50000.001"],
    [stop("50000.001", "49000.001"), "trigger_price", "50000.001"],
    [stop("50000.01", "49000.001"), "limit_price", "49000.001"],
  ])("given a stop %o, so the price off the tick is %s", (given, field, text) => {
    expect(faultOf(given)?.code).toBe(field && "PRICE_OFF_TICK");
    expect(faultOf(given)?.context).toEqual(field && { field, price: text, tick_size: "0.01", instrument: "BTC/USDT" });
  });

  it("given an instrument without a tick size, so any price passes", () => {
    expect(faultOf(limit("50000.123456789"), { ...btcUsdt, tickSize: decimal("0") })).toBeUndefined();
  });
});

describe("values", () => {
  it.each([
    ["0.0002", "50000", undefined],
    ["0.00019", "50000", "9.5"],
    ["0.0002", "49999.99", "9.999998"],
    ["0.0001", "100000", undefined],
  ])("given %s at %s, so the value below the minimum is %s", (size, limitPrice, value) => {
    const fault = faultOf({ ...base(size), ...limit(limitPrice) });
    expect(fault?.code).toBe(value && "NOTIONAL_BELOW_MINIMUM");
    expect(fault?.context.value).toBe(value);
  });

  it.each([
    ["0.0002", stop("50000"), undefined],
    ["0.00019", stop("50000"), "9.5"],
    // With a limit, that is what it is worth at worst.
    ["0.0002", stop("50000", "49999.99"), "9.999998"],
    ["0.0002", stop("49999.99", "50000"), undefined],
  ])("given a stop of %s, %o, so the value below the minimum is %s", (size, given, value) => {
    const fault = faultOf({ ...base(size), ...given });
    expect(fault?.code).toBe(value && "NOTIONAL_BELOW_MINIMUM");
    expect(fault?.context.value).toBe(value);
  });

  it("given a stop in quote, so its size alone counts", () => {
    expect(faultOf({ ...quote("10"), ...stop("0.01") })).toBeUndefined();
    expect(faultOf({ ...quote("9.99"), ...stop("50000") })?.code).toBe("NOTIONAL_BELOW_MINIMUM");
  });

  it("given a market order, so its value is left to the check against the market", () => {
    expect(faultOf({ ...base("0.0001"), pricing: market })).toBeUndefined();
  });

  it.each([
    ["10", undefined],
    ["9.99", "NOTIONAL_BELOW_MINIMUM"],
    ["0.01", "NOTIONAL_BELOW_MINIMUM"],
  ])("given %s in quote, so %s", (text, code) => {
    expect(faultOf({ ...quoteBuy, ...quote(text) })?.code).toBe(code);
  });
});

describe("what the venue claims", () => {
  const claims = (rest: Partial<typeof capableOfAll>, given: Partial<Instruction>) =>
    checkInstruction({ ...limitBuy, ...given }, btcUsdt, { ...capableOfAll, ...rest });

  it("given the claim, so each kind of order passes", () => {
    for (const pricing of [postOnly, target, market]) expect(claims({}, { pricing })).toBeUndefined();
    expect(claims({ postOnly: false }, {})).toBeUndefined();
  });

  it.each([
    ["market orders only", { orderTypes: ["MARKET"] }, {}, "UNSUPPORTED_ORDER_TYPE", "type"],
    ["limit orders only", { orderTypes: ["LIMIT"] }, { pricing: market }, "UNSUPPORTED_ORDER_TYPE", "type"],
    ["no GTC", { timesInForce: ["IOC", "FOK"] }, {}, "UNSUPPORTED_TIME_IN_FORCE", "time_in_force"],
    ["no IOC", { timesInForce: ["GTC"] }, { pricing: market }, "UNSUPPORTED_TIME_IN_FORCE", "time_in_force"],
    ["no stops", { orderTypes: ["MARKET", "LIMIT", "TAKE_PROFIT"] }, stop("9"), "UNSUPPORTED_ORDER_TYPE", "type"],
    ["no targets", { orderTypes: ["STOP_LOSS"] }, { pricing: target }, "UNSUPPORTED_ORDER_TYPE", "type"],
    ["no post-only", { postOnly: false }, { pricing: postOnly }, "UNSUPPORTED_POST_ONLY", "post_only"],
    ["no sizes in quote", { quoteQuantity: false }, quoteBuy, "UNSUPPORTED_QUOTE_QUANTITY", "quote_quantity"],
  ] as const)("given %s, so the order is denied", (_what, rest, given, code, field) => {
    expect(claims(rest, given)).toMatchObject({ code, context: { field, venue: "paper" } });
  });
});

describe("an order that breaks every rule", () => {
  // Each row repairs what the row before was denied for.
  const worst = { ...limitBuy, ...base("100000.000001"), ...limit("0.001") };
  const strict = { ...capableOfAll, orderTypes: [], timesInForce: [], quoteQuantity: false };
  const types = { ...strict, orderTypes: ["LIMIT"] } as const;
  it.each([
    [worst, strict, "UNSUPPORTED_ORDER_TYPE"],
    [worst, types, "UNSUPPORTED_TIME_IN_FORCE"],
    [{ ...worst, ...quote("1") }, { ...types, timesInForce: ["GTC"] }, "UNSUPPORTED_QUOTE_QUANTITY"],
    [worst, capableOfAll, "QUANTITY_NOT_LOT_MULTIPLE"],
    [{ ...worst, ...base("100000") }, capableOfAll, "QUANTITY_ABOVE_MAXIMUM"],
    [{ ...worst, ...base("0.00001") }, capableOfAll, "QUANTITY_BELOW_MINIMUM"],
    [{ ...worst, ...base("1") }, capableOfAll, "PRICE_OFF_TICK"],
    [{ ...worst, ...base("1"), ...limit("0.01") }, capableOfAll, "NOTIONAL_BELOW_MINIMUM"],
    [limitBuy, capableOfAll, undefined],
  ] as const)("is denied for the first of them, row by row", (instruction, capabilities, code) => {
    expect(checkInstruction(instruction, btcUsdt, capabilities)?.code).toBe(code);
  });
});

describe("a denial", () => {
  it("says in words what stands in its context", () => {
    expect(faultOf(base("1.000005"))?.message).toBe(
      "base_quantity 1.000005 is not a multiple of BTC/USDT's lot size 0.00001",
    );
    expect(faultOf(base("0.00009"))?.message).toBe("base_quantity 0.00009 is below BTC/USDT's minimum 0.0001");
    expect(faultOf(base("101"))?.message).toBe("base_quantity 101 is above BTC/USDT's maximum 100");
    expect(faultOf(limit("50000.001"))?.message).toBe(
      "limit_price 50000.001 is not a multiple of BTC/USDT's tick size 0.01",
    );
  });
});
