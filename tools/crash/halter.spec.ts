import {
  accountId,
  amount,
  instrumentId,
  price,
  quantity,
  submitKey,
  venueFillId,
  venueOrderId,
  type WallTime,
  wallTime,
} from "@surefill/core";
import type { ExchangeEvent, OrderAccepted } from "@surefill/venue-sim/exchange";
import { describe, expect, it } from "vitest";
import { type Halt, openAfterCancelAll, sentWhileHalted } from "./halter.ts";

const ms = (value: number): WallTime => wallTime(value * 1_000);

const accepted = (key: string, atMs: number, account = "paper"): OrderAccepted => ({
  type: "ORDER_ACCEPTED",
  at: ms(atMs),
  account: accountId(account),
  submitKey: submitKey(key),
  venueOrderId: venueOrderId(`sim_${key}`),
  instrument: instrumentId("BTC/USDT"),
  side: "BUY",
  pricing: { type: "MARKET", timeInForce: "IOC" },
  quantity: quantity("1"),
  takes: quantity("1"),
  takerPrice: price("101"),
  validUntil: ms(atMs + 1_000),
  ...{ row: 0, bid: price("99"), ask: price("101") },
});

const halt: Halt = { account: "paper", fromMs: 1_000, toMs: 2_000, pending: new Set(["named"]), emptied: true };

describe("sentWhileHalted", () => {
  it.each([
    { given: "an attempt taken before the answer", event: accepted("a", 900), so: [] },
    { given: "an attempt taken after the answer", event: accepted("a", 1_500), so: ["a"] },
    { given: "an attempt that the answer named", event: accepted("named", 1_500), so: [] },
    { given: "an attempt of another account", event: accepted("a", 1_500, "other"), so: [] },
    { given: "an attempt taken when the halt was lifted", event: accepted("a", 2_100), so: [] },
  ])("given $given, so $so", ({ event, so }) => {
    expect(sentWhileHalted([halt], [event]).map(({ order }) => order)).toEqual(so);
  });
});

const ended = (key: string, atMs: number): ExchangeEvent => ({
  ...{ type: "ORDER_CANCELLED", at: ms(atMs), account: accountId("paper") },
  ...{ submitKey: submitKey(key), venueOrderId: venueOrderId(`sim_${key}`) },
});
const filled = (key: string, atMs: number, filledQuantity: string): ExchangeEvent => ({
  ...{ type: "FILL", at: ms(atMs), account: accountId("paper") },
  ...{ submitKey: submitKey(key), venueOrderId: venueOrderId(`sim_${key}`), venueFillId: venueFillId(`f${atMs}`) },
  ...{ instrument: instrumentId("BTC/USDT"), side: "BUY", liquidity: "TAKER", feeAsset: "USDT", fee: amount("0") },
  ...{ quantity: quantity(filledQuantity), price: price("101"), row: 0, bid: price("99"), ask: price("101") },
});

describe("openAfterCancelAll", () => {
  it.each<{ given: string; events: ExchangeEvent[]; halts?: Halt[]; so: string[] }>([
    { given: "an order cancelled before it was done", events: [accepted("a", 500), ended("a", 900)], so: [] },
    { given: "an order cancelled later", events: [accepted("a", 500), ended("a", 1_500)], so: ["a"] },
    { given: "an order that rests for ever", events: [accepted("a", 500)], so: ["a"] },
    { given: "an order filled before", events: [accepted("a", 500), filled("a", 900, "1")], so: [] },
    { given: "an order filled in part before", events: [accepted("a", 500), filled("a", 900, "0.5")], so: ["a"] },
    { given: "an order of another account", events: [accepted("a", 500, "other")], so: [] },
    { given: "an order placed after the halt", events: [accepted("a", 2_500)], so: [] },
    {
      given: "a halt that cancelled nothing",
      events: [accepted("a", 500)],
      halts: [{ ...halt, emptied: false }],
      so: [],
    },
  ])("given $given, so $so", ({ events, halts = [halt], so }) => {
    expect(openAfterCancelAll(halts, events).map(({ order }) => order)).toEqual(so);
  });
});
