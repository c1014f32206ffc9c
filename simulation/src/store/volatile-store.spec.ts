import { MemoryTables, openMemoryStore } from "@surefill/core/testing";
import { describeOrderStore } from "@surefill/core/testing/order-store-conformance";
import { placed, prepared } from "@surefill/core/testing/order-store-fixture";
import { describe, expect, it } from "vitest";
import { MachineClock } from "../time/machine-clock.ts";
import { VirtualTime } from "../time/virtual-time.ts";
import { type FlushFate, volatileStore } from "./volatile-store.ts";

const sound: FlushFate = { kind: "WRITTEN", durableAfterMs: 2, toldAfterMs: 1 };

/** A store over tables of its own, and time that goes on by itself while the test waits. */
function opened(fate: () => FlushFate = () => sound) {
  const time = new VirtualTime();
  const clock = new MachineClock(time);
  const tables = new MemoryTables();
  const another = () => volatileStore(openMemoryStore(clock, tables), { clock, fate });
  return { time, tables, another, store: another() };
}

describeOrderStore("volatile", async () => {
  const { time, store, another } = opened();
  let isOpen = true;
  const goOn = async () => {
    while (isOpen) await time.run(() => false, time.nowMs + 1);
  };
  void goOn();
  return {
    store,
    another: async () => another(),
    passTime: async (ms) => {
      await time.run(() => false, time.nowMs + ms);
    },
    dispose: async () => {
      await store.close();
      isOpen = false;
    },
  };
});

describe("a process that dies", () => {
  it("given a change that waits behind a flush, so it is lost, and what was flushed is not", async () => {
    const { time, tables, store } = opened();
    const first = placed();
    void store.orders.commit(first);
    await time.run(() => false, 1);
    void store.orders.commit(prepared(first));
    store.lose("WRITTEN");
    await time.run(() => false, 100);
    expect(tables.orders.get(first.order.orderId)?.version).toBe(1);
  });

  it("given a flush under way that does not make it, so nothing of it is durable and nobody hears of it as written", async () => {
    const { time, tables, store } = opened();
    const told: unknown[] = [];
    store.orders.commit(placed()).then(
      (result) => told.push(result.kind),
      (error) => told.push(error.code),
    );
    store.lose("LOST");
    await time.run(() => false, 100);
    expect(tables.orders.size).toBe(0);
    expect(told).toEqual(["STORE_UNAVAILABLE"]);
  });
});

describe("a commit whose outcome is unknown", () => {
  it.each([
    ["LOST", 0],
    ["UNTOLD", 1],
  ] as const)("given %s, so its caller hears that nobody knows, and %i orders are durable", async (kind, durable) => {
    const { time, tables, store } = opened(() => ({ ...sound, kind }));
    const commit = store.orders.commit(placed());
    const heard = expect(commit).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    await time.run(() => false, 100);
    await heard;
    expect(tables.orders.size).toBe(durable);
  });
});
