import { describe, expect, it } from "vitest";
import type { Attempt, Order } from "../order/order.ts";
import { orderId, submitKey, venueOrderId } from "../order/order-id.ts";
import type { Phase } from "../order/order-state.ts";
import { liveOrderOf } from "../store/live-order.ts";
import { after, firstAttempt, orderIn } from "../testing/order-fixtures.ts";
import { LiveOrders } from "./live-orders.ts";

const id = (n: number) => orderId(`019b7700-0000-7000-8000-00000000000${n}`);
const attempt = (n: number, rest: Partial<Attempt> = {}): Attempt => ({
  ...{ ...firstAttempt, submitKey: submitKey(`key-${n}`), preparedAt: after(n * 1_000) },
  ...rest,
});

/** Order number `n` in a phase, under the key `key-n` since `n` seconds after the start. */
function order(n: number, phase: Phase, version = 1, last: Attempt = attempt(n)): Order {
  const base = orderIn(phase, { orderId: id(n), version });
  return "attempt" in base ? { ...base, attempt: last } : base;
}

function indexOf(...orders: readonly Order[]): LiveOrders {
  const live = new LiveOrders();
  for (const each of orders) live.take(each);
  return live;
}

const ids = (live: LiveOrders) => [...live.all()].map(({ orderId: found }) => found);

describe("the index of live orders", () => {
  it("has what is live, and forgets what has ended", () => {
    const live = indexOf(order(1, "PENDING"), order(2, "CONFIRMING"), order(3, "FILLED"));
    expect(ids(live)).toEqual([id(1), id(2)]);
    expect(live.size).toBe(2);
    live.take(order(2, "CANCELLED", 2));
    expect(ids(live)).toEqual([id(1)]);
    expect(live.ofSubmitKey(submitKey("key-2"))).toBeUndefined();
  });

  it.each([
    ["older", 4, 5],
    ["of the same version", 5, 5],
    ["newer", 6, 6],
  ])("given what is %s, so the newest stands", (_, version, stands) => {
    const live = indexOf(order(1, "CONFIRMING", 5));
    expect(live.put(liveOrderOf(order(1, "IN_DOUBT", version)))).toBe(true);
    expect(live.find(id(1))).toMatchObject({ version: stands, state: version < 5 ? "CONFIRMING" : "IN_DOUBT" });
  });

  it.each([
    [4, true],
    [5, false],
    [6, false],
  ])("given an end at version %i of what is known at 5, so it stays: %s", (version, stays) => {
    const live = indexOf(order(1, "CONFIRMING", 5));
    live.take(order(1, "FILLED", version));
    expect(live.find(id(1)) !== undefined).toBe(stays);
  });

  it("given no room, so one more is refused, and what is there goes on", () => {
    const live = new LiveOrders(1);
    expect(live.put(liveOrderOf(order(1, "PENDING")))).toBe(true);
    expect(live.put(liveOrderOf(order(2, "PENDING")))).toBe(false);
    expect(live.put(liveOrderOf(order(1, "SUBMITTED", 2)))).toBe(true);
    expect(ids(live)).toEqual([id(1)]);
    live.take(order(1, "FILLED", 3));
    expect(live.put(liveOrderOf(order(2, "PENDING")))).toBe(true);
  });

  it("given a pass, so what it did not see is forgotten, whatever its version", () => {
    const live = indexOf(order(1, "CONFIRMING", 9), order(2, "CONFIRMING", 9));
    live.beginPass();
    live.take(order(2, "CONFIRMING", 8));
    live.endPass();
    expect(ids(live)).toEqual([id(2)]);
    expect(live.ofSubmitKey(submitKey("key-1"))).toBeUndefined();
  });
});

describe("the names of live orders", () => {
  const named = (n: number, name: string) => attempt(n, { venueOrderId: venueOrderId(name) });

  it("are the last attempt's key and the venue's id", () => {
    const live = indexOf(order(1, "CONFIRMING", 1, named(1, "V1")), order(2, "IN_DOUBT"));
    expect(live.ofSubmitKey(submitKey("key-1"))?.orderId).toBe(id(1));
    expect(live.ofVenueOrderId(venueOrderId("V1"))?.orderId).toBe(id(1));
    expect(live.ofSubmitKey(submitKey("key-2"))?.orderId).toBe(id(2));
    expect(live.ofVenueOrderId(venueOrderId("V2"))).toBeUndefined();
  });

  it("given another attempt, so those of the one before are forgotten", () => {
    const live = indexOf(order(1, "CONFIRMING", 1, named(1, "V1")));
    live.take(order(1, "CONFIRMING", 2, named(3, "V3")));
    expect(live.ofSubmitKey(submitKey("key-1"))).toBeUndefined();
    expect(live.ofVenueOrderId(venueOrderId("V1"))).toBeUndefined();
    expect(live.ofSubmitKey(submitKey("key-3"))?.orderId).toBe(id(1));
    expect(live.ofVenueOrderId(venueOrderId("V3"))?.orderId).toBe(id(1));
  });

  it("given a venue's id that two instruments use, so the end of the first order does not hide the second", () => {
    const live = indexOf(order(1, "CONFIRMING", 1, named(1, "V1")), order(2, "CONFIRMING", 1, named(2, "V1")));
    live.take(order(1, "FILLED", 2, named(1, "V1")));
    expect(live.ofVenueOrderId(venueOrderId("V1"))?.orderId).toBe(id(2));
    live.take(order(2, "FILLED", 2, named(2, "V1")));
    expect(live.ofVenueOrderId(venueOrderId("V1"))).toBeUndefined();
  });
});

describe("since when", () => {
  it("given nothing, so never", () => {
    expect(indexOf().doubtSince()).toBeUndefined();
  });

  it.each(["SUBMITTED", "IN_DOUBT"] as const)("a %s attempt may be there unknown: since it was prepared", (phase) => {
    const live = indexOf(order(3, phase), order(2, phase), order(1, "CONFIRMING"), order(4, phase));
    expect(live.doubtSince()).toBe(after(2_000));
    live.take(order(2, "CONFIRMING", 2));
    expect(live.doubtSince()).toBe(after(3_000));
    live.take(order(3, "CANCELLED", 2));
    live.take(order(4, "CONFIRMING", 2));
    expect(live.doubtSince()).toBeUndefined();
  });
});
