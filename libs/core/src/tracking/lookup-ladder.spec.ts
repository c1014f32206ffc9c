import { describe, expect, it } from "vitest";
import { orderId } from "../order/order-id.ts";
import { orderIn } from "../testing/order-fixtures.ts";
import { LookupLadder } from "./lookup-ladder.ts";

const doubtful = orderIn("IN_DOUBT");
const live = orderIn("CONFIRMING");

/** When an order is asked about within two minutes, in milliseconds, if it is whenever it is due. */
function askedAt(ladder: LookupLadder, order = live): readonly number[] {
  const asked: number[] = [];
  for (let ms = 0; ms <= 120_000; ms += 100) {
    if (!ladder.isDue(order, ms)) continue;
    ladder.lookedUp(order, ms);
    asked.push(ms);
  }
  return asked;
}

describe("when an order that does not move is asked about", () => {
  it("given one that is in doubt, so at once, then after waits that double up to half a minute", () => {
    expect(askedAt(new LookupLadder(), doubtful)).toEqual([
      0, 500, 1_500, 3_500, 7_500, 15_500, 31_500, 61_500, 91_500,
    ]);
  });

  it("given any other, so first after half a second, for its stream may tell", () => {
    expect(askedAt(new LookupLadder(), live)).toEqual([
      500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 62_000, 92_000,
    ]);
  });

  it("given that it is due and is not asked about, so it stays due", () => {
    const ladder = new LookupLadder();
    expect([0, 500, 501, 9_999].map((ms) => ladder.isDue(live, ms))).toEqual([false, true, true, true]);
  });
});

describe("an order that moves", () => {
  it("given another version, so it begins at the bottom again", () => {
    const ladder = new LookupLadder();
    askedAt(ladder, live);
    const moved = { ...live, version: live.version + 1 };
    expect(ladder.isDue(moved, 120_000)).toBe(false);
    expect(ladder.isDue(moved, 120_500)).toBe(true);
    ladder.lookedUp(moved, 120_500);
    expect(ladder.isDue(moved, 120_999)).toBe(false);
    expect(ladder.isDue(moved, 121_000)).toBe(true);
  });

  it("given that it moves on all the time, so it is asked about all the same", () => {
    const ladder = new LookupLadder();
    const isDue = (version: number, ms: number) => ladder.isDue({ ...live, version }, ms);
    expect([isDue(1, 0), isDue(2, 300), isDue(3, 600)]).toEqual([false, false, true]);
    ladder.lookedUp({ ...live, version: 3 }, 600);
    expect([isDue(4, 900), isDue(5, 1_200)]).toEqual([false, true]);
  });

  it("given that it went in doubt, so it is due at once", () => {
    const ladder = new LookupLadder();
    expect(ladder.isDue(orderIn("SUBMITTED"), 0)).toBe(false);
    expect(ladder.isDue({ ...doubtful, version: 8 }, 1)).toBe(true);
  });
});

describe("orders that have ended", () => {
  it("are forgotten, and others are not", () => {
    const ladder = new LookupLadder();
    const other = { ...live, orderId: orderId("019b7700-0000-7000-8000-000000000002") };
    ladder.isDue(live, 0);
    ladder.isDue(other, 0);
    ladder.keepOnly((id) => id === other.orderId);
    expect(ladder.isDue(live, 500)).toBe(false);
    expect(ladder.isDue(other, 500)).toBe(true);
  });
});
