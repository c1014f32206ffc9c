import { describe, expect, it } from "vitest";
import { SeededRandom } from "../id/seeded-random.ts";
import { uuidV7 } from "../id/uuid-v7.ts";
import { orderId } from "../order/order-id.ts";
import { wallTime } from "../time/wall-time.ts";
import { Setbacks } from "./setbacks.ts";

const random = new SeededRandom(1);
const order = (version = 1) => ({ orderId: orderId(uuidV7(wallTime(0), random)), version });

describe("setbacks", () => {
  it("given an order that fails again and again, so it waits twice as long each time, at most half a minute", () => {
    const setbacks = new Setbacks();
    const failing = order();
    const waits: number[] = [];
    let nowMs = 0;
    for (let failures = 0; failures < 9; failures += 1) {
      setbacks.add(failing, nowMs);
      const from = nowMs;
      while (setbacks.holds(failing, nowMs)) nowMs += 50;
      waits.push(nowMs - from);
    }
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it("given another order, so nothing holds it", () => {
    const setbacks = new Setbacks();
    setbacks.add(order(), 0);
    expect(setbacks.holds(order(), 0)).toBe(false);
  });

  it("given an order that has moved since, so it is taken up at once, and starts anew", () => {
    const setbacks = new Setbacks();
    const before = order();
    setbacks.add(before, 0);
    setbacks.add(before, 0);
    const moved = { ...before, version: 2 };
    expect(setbacks.holds(moved, 0)).toBe(false);
    setbacks.add(moved, 0);
    expect(setbacks.holds(moved, 249)).toBe(true);
    expect(setbacks.holds(moved, 250)).toBe(false);
  });

  it("given more orders than it remembers, so the oldest are taken up sooner", () => {
    const setbacks = new Setbacks();
    const [first, ...others] = Array.from({ length: 10_001 }, () => order());
    if (first === undefined) throw new Error("no order");
    setbacks.add(first, 0);
    for (const other of others.slice(0, -1)) setbacks.add(other, 0);
    expect(setbacks.holds(first, 0)).toBe(true);
    setbacks.add(others.at(-1) ?? first, 0);
    expect(setbacks.holds(first, 0)).toBe(false);
    expect(others.every((other) => setbacks.holds(other, 0))).toBe(true);
  });
});
