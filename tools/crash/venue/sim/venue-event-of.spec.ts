import {
  accountId,
  amount,
  instrumentId,
  orderId,
  price,
  quantity,
  submitKey,
  venueFillId,
  venueOrderId,
  wallTime,
} from "@surefill/core";
import { simSubmitKey } from "@surefill/venue-sim";
import type { ExchangeEvent } from "@surefill/venue-sim/exchange";
import { expect, it } from "vitest";
import { venueEventOf } from "./venue-event-of.ts";

const id = orderId("019368f2-0000-7000-8000-000000000001");
const row = { bid: price("9"), ask: price("11"), row: 0 };
const of = { at: wallTime(5_000), account: accountId("paper"), submitKey: simSubmitKey(id, 2) };
const order = { ...of, venueOrderId: venueOrderId("sim_o1") };
const trade = { instrument: instrumentId("BTC/USDT"), side: "BUY", quantity: quantity("1"), ...row } as const;
const execution = { takes: quantity("1"), takerPrice: price("11") };
const ours = { atMs: 5, account: "paper", submitKey: simSubmitKey(id, 2), orderId: id, attemptNumber: 2 };

it.each<{ event: ExchangeEvent; so: unknown }>([
  { event: { type: "STARTED", at: wallTime(1), version: 1 }, so: undefined },
  {
    event: {
      ...{ type: "ORDER_ACCEPTED", ...order, ...trade, ...execution, validUntil: wallTime(9) },
      pricing: { type: "MARKET", timeInForce: "IOC" },
    },
    so: { type: "ACCEPTED", ...ours, venueOrderId: "sim_o1", quantity: "1" },
  },
  {
    event: {
      ...{ type: "FILL", ...order, ...trade, venueFillId: venueFillId("f"), price: price("11") },
      ...{ feeAsset: "USDT", fee: amount("0"), liquidity: "TAKER" },
    },
    so: { type: "FILLED", ...ours, venueFillId: "f", quantity: "1" },
  },
  { event: { type: "ORDER_CANCELLED", ...order }, so: { type: "ENDED", ...ours } },
  { event: { type: "ORDER_EXPIRED", ...order }, so: { type: "ENDED", ...ours } },
  {
    event: { type: "ORDER_REFUSED", ...of, reason: "REQUEST_EXPIRED", message: "" },
    so: { type: "REFUSED", ...ours, reason: "REQUEST_EXPIRED", wasDead: true },
  },
  {
    event: { type: "ORDER_REFUSED", ...of, submitKey: submitKey("web"), reason: "INSUFFICIENT_BALANCE", message: "" },
    so: {
      type: "REFUSED",
      ...{ ...ours, submitKey: "web", orderId: "web", attemptNumber: 0 },
      ...{ reason: "INSUFFICIENT_BALANCE", wasDead: false },
    },
  },
])("given $event.type of the simulated exchange, so a run reads it as its own", ({ event, so }) => {
  expect(venueEventOf(event)).toEqual(so);
});
