import { describe, expect, it } from "vitest";
import { type OrderId, orderId } from "../order/order-id.ts";
import { settle } from "../testing/settle.ts";
import { Lane } from "./lane.ts";

const idOf = (n: number): OrderId => orderId(`019b7700-0000-7000-8000-${String(n).padStart(12, "0")}`);

/** Tasks that run until they are told to end, and the numbers of those that started, in turn. */
function tasks() {
  const started: number[] = [];
  const ends = new Map<number, () => void>();
  const task = (n: number) => () => {
    started.push(n);
    const { promise, resolve } = Promise.withResolvers<void>();
    ends.set(n, resolve);
    return promise;
  };
  const end = async (n: number) => {
    ends.get(n)?.();
    await settle();
  };
  return { started, task, end };
}

describe("a lane", () => {
  it.each([1, 3])("given room for %i, so that many run at a time, first come, first served", async (concurrencyMax) => {
    const { started, task, end } = tasks();
    const lane = new Lane(concurrencyMax);
    for (const n of [1, 2, 3, 4, 5]) expect(lane.add(idOf(n), task(n))).toBe(true);
    expect(started).toEqual([1, 2, 3, 4, 5].slice(0, concurrencyMax));
    await end(1);
    expect(started).toEqual([1, 2, 3, 4, 5].slice(0, concurrencyMax + 1));
  });

  it("given an order that waits or runs, so it is not taken twice, and again once it is through", async () => {
    const { started, task, end } = tasks();
    const lane = new Lane(1);
    lane.add(idOf(1), task(1));
    lane.add(idOf(2), task(2));
    expect([lane.has(idOf(1)), lane.has(idOf(2)), lane.has(idOf(3))]).toEqual([true, true, false]);
    expect(lane.add(idOf(1), task(1))).toBe(false);
    expect(lane.add(idOf(2), task(2))).toBe(false);
    await end(1);
    expect(lane.has(idOf(1))).toBe(false);
    expect(lane.add(idOf(1), task(1))).toBe(true);
    await end(2);
    expect(started).toEqual([1, 2, 1]);
  });

  it("given 10,000 that wait, so it takes no more until one starts", async () => {
    const { task, end } = tasks();
    const lane = new Lane(1);
    lane.add(idOf(0), task(0));
    for (let n = 1; n <= 10_000; n += 1) expect(lane.add(idOf(n), task(n))).toBe(true);
    expect(lane.add(idOf(10_001), task(10_001))).toBe(false);
    await end(0);
    expect(lane.add(idOf(10_001), task(10_001))).toBe(true);
  });

  it("given that it closes, so what waits is dropped, what runs ends, and nothing is taken any more", async () => {
    const { started, task, end } = tasks();
    const lane = new Lane(1);
    lane.add(idOf(1), task(1));
    lane.add(idOf(2), task(2));
    let closed = false;
    const closing = lane.close().then(() => {
      closed = true;
    });
    await settle();
    expect(closed).toBe(false);
    expect(lane.add(idOf(3), task(3))).toBe(false);
    await end(1);
    await closing;
    expect(started).toEqual([1]);
    expect([1, 2, 3].map((n) => lane.has(idOf(n)))).toEqual([false, false, false]);
  });
});
