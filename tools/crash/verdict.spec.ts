import { create } from "@bufbuild/protobuf";
import { type Fill, FillSchema, type Order, OrderSchema, OrderState } from "@surefill/contracts/surefill/v1/order";
import { quantity } from "@surefill/core";
import { describe, expect, it } from "vitest";
import type { Promised } from "./trader.ts";
import type { VenueEvent } from "./venue/venue-event.ts";
import { type Testimony, verdictOf } from "./verdict.ts";

const id = "019368f2-0000-7000-8000-000000000001";
const of = (attemptNumber: number) => ({
  ...{ atMs: 1, account: "paper", orderId: id, attemptNumber, submitKey: `key-${attemptNumber}` },
});

const accepted = (attempt = 1): VenueEvent => ({
  ...{ type: "ACCEPTED", ...of(attempt), venueOrderId: `venue-${attempt}`, quantity: quantity("1") },
});
const filled = (fillId: string, filledQuantity = "1", attempt = 1): VenueEvent => ({
  ...{ type: "FILLED", ...of(attempt), venueFillId: fillId, quantity: quantity(filledQuantity) },
});
const cancelled = (): VenueEvent => ({ type: "ENDED", ...of(1) });

const order = (state: OrderState, cumQuantity: string): Order =>
  create(OrderSchema, {
    orderId: id,
    clientOrderId: "a",
    account: "paper",
    state,
    cumQuantity,
    size: { case: "baseQuantity", value: "1" },
  });
const listed = (fillId: string): Fill => create(FillSchema, { orderId: id, venueFillId: fillId, lastQuantity: "1" });
const told = (fields: Partial<Promised> = {}): Promised => ({
  clientOrderId: "a",
  account: "paper",
  acknowledged: true,
  cancelled: false,
  ...fields,
});

const good: Testimony = {
  promised: [told()],
  orders: [order(OrderState.FILLED, "1")],
  fills: [listed("f1")],
  events: [accepted(), filled("f1")],
};
const resting: Testimony = {
  promised: [told()],
  orders: [order(OrderState.CONFIRMING, "0")],
  fills: [],
  events: [accepted()],
};

describe("verdictOf, which a crash run's exit code hangs on", () => {
  it.each<{ given: string; testimony: Testimony; so: Partial<Record<"lost" | "duplicates" | "stuck", number>> }>([
    { given: "an order executed once", testimony: good, so: {} },
    { given: "an order that rests on both sides", testimony: resting, so: {} },
    {
      given: "an unacknowledged call that was not taken",
      testimony: { ...good, promised: [told(), told({ clientOrderId: "b", acknowledged: false })] },
      so: {},
    },
    {
      given: "an acknowledged order that nobody knows",
      testimony: { ...good, promised: [told(), told({ clientOrderId: "b" })] },
      so: { lost: 1 },
    },
    {
      given: "another account's order of that name",
      testimony: { ...good, promised: [told({ account: "other" })] },
      so: { lost: 1 },
    },
    {
      given: "a venue order that the service does not know",
      testimony: { ...good, promised: [], orders: [], fills: [] },
      so: { lost: 1 },
    },
    { given: "a fill that is not listed", testimony: { ...good, fills: [] }, so: { lost: 1 } },
    {
      given: "a cum_quantity short of the venue's",
      testimony: { ...good, orders: [order(OrderState.FILLED, "0.5")] },
      so: { lost: 1 },
    },
    {
      given: "an order that ended here and is open there",
      testimony: { ...resting, orders: [order(OrderState.CANCELLED, "0")] },
      so: { lost: 1 },
    },
    {
      given: "an order cancelled on both sides",
      testimony: { ...resting, orders: [order(OrderState.CANCELLED, "0")], events: [accepted(), cancelled()] },
      so: {},
    },
    {
      given: "a second attempt that the venue took, open there still",
      testimony: { ...good, events: [accepted(), accepted(2), filled("f1")] },
      so: { lost: 1, duplicates: 1 },
    },
    {
      given: "two attempts that both executed",
      testimony: {
        ...good,
        orders: [order(OrderState.FILLED, "2")],
        fills: [listed("f1"), listed("f2")],
        events: [accepted(), filled("f1"), accepted(2), filled("f2", "1", 2)],
      },
      so: { duplicates: 1 },
    },
    {
      given: "more filled than ordered",
      testimony: {
        ...good,
        orders: [order(OrderState.FILLED, "2")],
        fills: [listed("f1"), listed("f2")],
        events: [accepted(), filled("f1"), filled("f2")],
      },
      so: { duplicates: 1 },
    },
    {
      given: "a fill that is listed twice",
      testimony: { ...good, fills: [listed("f1"), listed("f1")] },
      so: { duplicates: 1 },
    },
    {
      given: "a fill that the venue never made",
      testimony: { ...good, fills: [listed("f1"), listed("f2")] },
      so: { duplicates: 1 },
    },
    {
      given: "an order in doubt",
      testimony: { ...resting, orders: [order(OrderState.IN_DOUBT, "0")] },
      so: { stuck: 1 },
    },
    {
      given: "an order that rests here and not there",
      testimony: { ...resting, events: [accepted(), cancelled()] },
      so: { stuck: 1 },
    },
    {
      given: "an order that rests though its cancel was acknowledged",
      testimony: { ...resting, promised: [told({ cancelled: true })] },
      so: { stuck: 1 },
    },
    {
      given: "a call that never got its answer",
      testimony: { ...good, promised: [told({ failure: "no answer" })] },
      so: { stuck: 1 },
    },
  ])("given $given, so it is counted", ({ testimony, so }) => {
    const { lost, duplicates, stuck } = verdictOf(testimony);
    expect({ lost: lost.length, duplicates: duplicates.length, stuck: stuck.length }).toEqual({
      ...{ lost: 0, duplicates: 0, stuck: 0 },
      ...so,
    });
  });
});
