import { describe, expect, it } from "vitest";
import { accountId } from "../account/account-id.ts";
import { instrumentId } from "../instrument/instrument.ts";
import { positionId } from "../position/position-id.ts";
import { venueId } from "../venue/venue-id.ts";
import { venueFillId } from "./fill.ts";
import { clientOrderId, orderId, submitKey, venueOrderId } from "./order-id.ts";

const hostile = [
  ["nothing", ""],
  ["37 characters", "a".repeat(37)],
  ["an emoji", "order-🚀"],
  ["NUL", "order\0"],
  ["a line end", "order\n"],
  ["CRLF", "order\r\nid"],
  ["a space", "order 1"],
  ["SQL", "'; DROP TABLE orders; --"],
  ["a path", "../etc/passwd"],
  ["a slash", "a/b"],
  ["a dot", "a.b"],
  ["a letter that looks like a", "orde\u0433"],
  ["a full-width letter", "\uFF4Frder"],
] as const;

describe.each([
  ["client order id", clientOrderId],
  ["account id", accountId],
  ["position id", positionId],
] as const)("a %s", (_what, make) => {
  it.each(["a", "A", "0", "-", "_", "a".repeat(36), "019b7700-0000-7000-8000-000000000001"])("may be %s", (text) => {
    expect(make(text)).toBe(text);
  });

  it.each(hostile)("given %s, so it is refused", (_how, text) => {
    expect(() => make(text)).toThrow(RangeError);
  });

  it("is told apart by case", () => {
    expect(make("Order")).not.toBe(make("order"));
  });
});

describe("a venue's name", () => {
  it.each(["paper", "0x", "binance-test_2", "a".repeat(36)])("may be %s", (text) => {
    expect(venueId(text)).toBe(text);
  });

  it.each([
    ...hostile,
    ["upper case", "Paper"],
    ["a hyphen first", "-paper"],
    ["an underscore first", "_paper"],
  ] as const)("given %s, so it is refused", (_how, text) => {
    expect(() => venueId(text)).toThrow(RangeError);
  });
});

describe("an instrument", () => {
  it.each(["BTC/USDT", "BTC/USDT:USDT", "x".repeat(64), "!", "~"])("may be %s", (text) => {
    expect(instrumentId(text)).toBe(text);
  });

  it.each(["", "x".repeat(65), "BTC USDT", "BTC/USDT\n", "ВТС/USDT", "BTC\0", "BTC/USD₮", "\u007f"])(
    "given %j, so it is refused",
    (text) => {
      expect(() => instrumentId(text)).toThrow(RangeError);
    },
  );
});

describe("an order id", () => {
  it.each([
    "",
    "019B7700-0000-7000-8000-000000000001",
    "019b77000000700080000000000000001",
    "019b7700-0000-7000-8000-00000000000g",
    "019b7700-0000-7000-8000-000000000001\n",
    " 019b7700-0000-7000-8000-000000000001",
  ])("given %j, so it is refused", (text) => {
    expect(() => orderId(text)).toThrow(RangeError);
  });

  it("is a lower-case UUID", () => {
    expect(orderId("019b7700-0000-7000-8000-000000000001")).toBe("019b7700-0000-7000-8000-000000000001");
  });
});

describe.each([
  ["submit key", submitKey],
  ["venue order id", venueOrderId],
  ["venue fill id", venueFillId],
] as const)("a %s", (_what, make) => {
  it.each(["1", "5".repeat(88), "x".repeat(256), "a b", "ünïcode"])("may be whatever a venue says: %s", (text) => {
    expect(make(text)).toBe(text);
  });

  it.each(["", "x".repeat(257)])("given none or too much, so it is refused", (text) => {
    expect(() => make(text)).toThrow(RangeError);
  });
});
