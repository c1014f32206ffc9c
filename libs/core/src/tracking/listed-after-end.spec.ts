import { describe, expect, it } from "vitest";
import type { Order } from "../order/order.ts";
import { deskForTests } from "../testing/desk-for-tests.ts";
import { orderIn } from "../testing/order-fixtures.ts";
import { addMs } from "../time/wall-time.ts";
import { ListedAfterEnd } from "./listed-after-end.ts";

const hourMs = 3_600_000;

/** An order that ended `ms` from now by the clock that wrote it. */
function setUp(ms: number) {
  const test = deskForTests();
  const listed = new ListedAfterEnd(test.desk);
  const order: Order = { ...orderIn("CANCELLED"), updatedAt: addMs(test.clock.wall(), ms) };
  const isFresh = (of = order) => {
    listed.begin();
    return listed.isFresh(of, test.clock.wall());
  };
  return { ...test, listed, order, isFresh };
}

describe("a list of open orders that names one which has ended", () => {
  it.each([
    [0, true],
    [-4_999, true],
    [-5_000, false],
    [-hourMs, false],
  ])("given it ended at %d ms, so that the list may be older is %s", (ms, fresh) => {
    expect(setUp(ms).isFresh()).toBe(fresh);
  });

  it("given the end was written by a clock an hour ahead, so its age counts from when it was first listed", () => {
    const test = setUp(hourMs);
    expect(test.isFresh()).toBe(true);
    test.clock.advance(4_999);
    expect(test.isFresh()).toBe(true);
    test.clock.advance(1);
    expect(test.isFresh()).toBe(false);
  });

  it("given it has changed since, or was not listed in between, so its age begins anew", () => {
    const test = setUp(hourMs);
    test.isFresh();
    test.clock.advance(5_000);
    expect(test.isFresh({ ...test.order, version: test.order.version + 1 })).toBe(true);
    test.listed.begin();
    test.clock.advance(5_000);
    expect(test.isFresh()).toBe(true);
  });
});
