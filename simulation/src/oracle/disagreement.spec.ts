import { type Order, quantity, submitKey, zeroQuantity } from "@surefill/core";
import { placed } from "@surefill/core/testing/order-store-fixture";
import { describe, expect, it } from "vitest";
import { disagreement } from "./disagreement.ts";
import type { KnownAttempt } from "./venue-book.ts";

function attempt(status: KnownAttempt["status"]): KnownAttempt {
  const nothing = { quantity: zeroQuantity, cumQuantity: zeroQuantity, venueOrderId: undefined };
  return { submitKey: submitKey("key"), validUntil: undefined, status, ...nothing, fills: new Map() };
}

/** An order for 2 that ended in `state`. */
function ended(state: "FILLED" | "CANCELLED" | "EXPIRED" | "REJECTED" | "FAILED", rest: Partial<Order> = {}): Order {
  return { ...placed().order, ...rest, state } as Order;
}

const wish = { cancelRequest: { at: placed().order.requestedAt, reason: "a wish" } };

describe("an order that has ended, against the venue", () => {
  it.each([
    ["FILLED there", ended("FILLED"), [attempt("FILLED")], false],
    ["FILLED there, cancelled here", ended("CANCELLED", wish), [attempt("FILLED")], true],
    ["CANCELLED there", ended("CANCELLED", wish), [attempt("CANCELLED")], false],
    ["CANCELLED there, filled here without the fills", ended("FILLED"), [attempt("CANCELLED")], true],
    [
      "CANCELLED there, filled by fills nobody asked for",
      ended("FILLED", { cumQuantity: quantity("2") }),
      [attempt("CANCELLED")],
      false,
    ],
    ["OPEN there", ended("EXPIRED"), [attempt("OPEN")], true],
    ["refused there", ended("REJECTED"), [attempt("REFUSED")], false],
    ["never there, and cancelled by wish", ended("CANCELLED", wish), [], false],
    ["never there, and cancelled by nobody", ended("CANCELLED"), [], true],
    ["never there, with fills", ended("FAILED", { cumQuantity: quantity("1") }), [attempt("UNDECIDED")], true],
  ] as const)("given one that is %s, so they disagree: %#", (_given, order, attempts, disagree) => {
    expect(disagreement(order, attempts, false) !== undefined).toBe(disagree);
    expect(disagreement(order, attempts, true)).toBeUndefined();
  });
});
