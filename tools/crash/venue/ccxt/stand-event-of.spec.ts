import { accountId, decimal, orderId } from "@surefill/core";
import type { ExchangeEvent } from "@surefill/stand-binance";
import { ccxtSubmitKey } from "@surefill/venue-ccxt";
import { expect, it } from "vitest";
import { venueEventsOf } from "./stand-event-of.ts";

const id = orderId("019368f2-0000-7000-8000-000000000001");
const key = ccxtSubmitKey("COMPACT", id, 2);
const account = accountId("paper-1");
const of = (number: number) => ({ at: 5, account, symbol: "BTCUSDT", orderId: number });
const none = decimal("0");
const accepted = (number: number, clientOrderId: string): ExchangeEvent => ({
  ...{ type: "ORDER_ACCEPTED", ...of(number), clientOrderId, side: "BUY", orderType: "MARKET", timeInForce: "GTC" },
  ...{ quantity: decimal("0.5"), quoteOrderQuantity: none, price: none, stopPrice: none },
});
const trade: ExchangeEvent = {
  ...{ type: "TRADE", ...of(7), tradeId: 9, side: "BUY", price: decimal("10"), quantity: decimal("0.2") },
  ...{ quoteQuantity: decimal("2"), commission: none, commissionAsset: "BTC", isMaker: false },
};
const refused = (code: number): ExchangeEvent => ({
  ...{ type: "ORDER_REFUSED", at: 5, account, clientOrderId: key, code, message: "no" },
});

it("given the exchange's log, so each event names our order and attempt, by its own order id where it has no other", () => {
  const ours = { atMs: 5, account: "paper-1", submitKey: key, orderId: id, attemptNumber: 2 };
  expect(
    venueEventsOf([
      { type: "OPENED", at: 1, version: 1 },
      { type: "REQUEST_RECEIVED", at: 4, operation: "SUBMIT", apiKeyOf: account, clientOrderId: key },
      accepted(7, key),
      { type: "BALANCE_SET", at: 5, account, asset: "BTC", total: decimal("1") },
      trade,
      { type: "ORDER_EXPIRED", ...of(7), reason: "SELF_TRADE" },
      { type: "ORDER_CANCELED", ...of(7), cancelId: "x" },
      refused(-1021),
      refused(-2010),
    ]),
  ).toEqual([
    { type: "ACCEPTED", ...ours, venueOrderId: "7", quantity: "0.5" },
    { type: "FILLED", ...ours, venueFillId: "9", quantity: "0.2" },
    { type: "ENDED", ...ours },
    { type: "ENDED", ...ours },
    { type: "REFUSED", ...ours, reason: "-1021 no", wasDead: true },
    { type: "REFUSED", ...ours, reason: "-2010 no", wasDead: false },
  ]);
});

it("given an order that is none of ours, so its own key stands for it, and it is missed by nobody", () => {
  expect(venueEventsOf([accepted(8, "web_1")])).toMatchObject([
    { type: "ACCEPTED", orderId: "web_1", attemptNumber: 0, venueOrderId: "8" },
  ]);
});
