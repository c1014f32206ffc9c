import { quantity } from "@surefill/core";
import { describe, expect, it } from "vitest";
import { type Halt, openAfterCancelAll, sentWhileHalted } from "./halter.ts";
import type { VenueEvent } from "./venue/venue-event.ts";

const of = (key: string, atMs: number, account = "paper") => ({
  ...{ atMs, account, submitKey: key, orderId: key, attemptNumber: 1 },
});

const accepted = (key: string, atMs: number, account?: string): VenueEvent => ({
  ...{ type: "ACCEPTED", ...of(key, atMs, account), venueOrderId: `venue-${key}`, quantity: quantity("1") },
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

const ended = (key: string, atMs: number): VenueEvent => ({ type: "ENDED", ...of(key, atMs) });
const filled = (key: string, atMs: number, filledQuantity: string): VenueEvent => ({
  ...{ type: "FILLED", ...of(key, atMs), venueFillId: `fill-${atMs}`, quantity: quantity(filledQuantity) },
});

describe("openAfterCancelAll", () => {
  it.each<{ given: string; events: VenueEvent[]; halts?: Halt[]; so: string[] }>([
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
