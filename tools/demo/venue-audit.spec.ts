import { create } from "@bufbuild/protobuf";
import { type Order, OrderSchema, OrderState } from "@surefill/contracts/surefill/v1/order";
import {
  accountId,
  amount,
  instrumentId,
  price,
  quantity,
  submitKey,
  venueFillId,
  venueOrderId,
  wallTime,
} from "@surefill/core";
import type { ExchangeEvent, FillEvent, OrderAccepted } from "@surefill/venue-sim/exchange";
import { describe, expect, it } from "vitest";
import { auditVenue } from "./venue-audit.ts";

const common = {
  at: wallTime(1),
  account: accountId("paper"),
  instrument: instrumentId("BTC/USDT"),
  side: "BUY",
  row: 0,
  bid: price("99"),
  ask: price("101"),
} as const;
const touched = (attempt: number) => ({
  submitKey: submitKey(`sim_a_${attempt}`),
  venueOrderId: venueOrderId(`sim_o${attempt}`),
});

const accepted = (attempt: number): OrderAccepted => ({
  ...common,
  ...touched(attempt),
  type: "ORDER_ACCEPTED",
  pricing: { type: "MARKET", timeInForce: "IOC" },
  quantity: quantity("1"),
  takes: quantity("1"),
  takerPrice: price("101"),
  validUntil: wallTime(2),
});
const fill = (attempt: number, at = "101"): FillEvent => ({
  ...common,
  ...touched(attempt),
  type: "FILL",
  venueFillId: venueFillId(`sim_f${attempt}`),
  quantity: quantity("1"),
  price: price(at),
  feeAsset: "USDT",
  fee: amount("0"),
  liquidity: "TAKER",
});

function order(fields: { state?: OrderState; cumQuantity?: string }): ReadonlyMap<string, Order> {
  const attempt = { submitKey: "sim_a_1", number: 1 };
  const told = create(OrderSchema, {
    clientOrderId: "a",
    state: OrderState.FILLED,
    cumQuantity: "1",
    attempt,
    ...fields,
  });
  return new Map([["a", told]]);
}

describe("auditVenue, which the demo's exit code hangs on", () => {
  it.each<{
    given: string;
    orders: ReadonlyMap<string, Order>;
    events: ExchangeEvent[];
    tape?: { bid: ReturnType<typeof price>; ask: ReturnType<typeof price> }[];
    so: object;
  }>([
    {
      given: "one order, accepted once and filled",
      orders: order({}),
      events: [accepted(1), fill(1)],
      so: { duplicates: 0, lost: 0, mispriced: 0 },
    },
    {
      given: "two attempts that were both accepted",
      orders: order({}),
      events: [accepted(1), accepted(2), fill(1)],
      so: { duplicates: 1, lost: 0, mispriced: 0 },
    },
    {
      given: "an order that the service does not know",
      orders: new Map(),
      events: [accepted(1), fill(1)],
      so: { duplicates: 0, lost: 1, mispriced: 0 },
    },
    {
      given: "an order that has not ended",
      orders: order({ state: OrderState.CONFIRMING }),
      events: [accepted(1), fill(1)],
      so: { duplicates: 0, lost: 1, mispriced: 0 },
    },
    {
      given: "a fill that the service did not record",
      orders: order({ cumQuantity: "0" }),
      events: [accepted(1), fill(1)],
      so: { duplicates: 0, lost: 1, mispriced: 0 },
    },
    {
      given: "a fill that the venue never made",
      orders: order({}),
      events: [accepted(1)],
      so: { duplicates: 0, lost: 1, mispriced: 0 },
    },
    {
      given: "a fill away from its row",
      orders: order({}),
      events: [accepted(1), fill(1, "102")],
      so: { duplicates: 0, lost: 0, mispriced: 1 },
    },
    {
      given: "a tape that says otherwise than the log",
      orders: order({}),
      events: [accepted(1), fill(1)],
      tape: [{ bid: price("99"), ask: price("100") }],
      so: { duplicates: 0, lost: 0, mispriced: 1 },
    },
  ])("given $given, so it is counted", async ({ orders, events, tape, so }) => {
    expect(await auditVenue(["a"], orders, events, tape)).toEqual(so);
  });
});
