import { describe, expect, it } from "vitest";
import { isTerminal, type Order } from "../order/order.ts";
import { deskForTests, orderAfter, pathTo, stored, type TestDesk } from "../testing/desk-for-tests.ts";
import { pass, settle } from "../testing/settle.ts";
import { OrderWaiter } from "./order-waiter.ts";
import { requestCancel } from "./request-cancel.ts";

const patient = new AbortController().signal;
const never = () => false;

/** A wait, and what it gave once it gave something. */
function waiting(promise: Promise<Order>) {
  const given: Order[] = [];
  void promise.then((order) => given.push(order));
  return given;
}

/** A server whose waiter hears of its own changes, and another process on the same database. */
function setUp() {
  const waiters: OrderWaiter[] = [];
  const server = deskForTests({ desk: { onCommitted: (_before, { order }) => waiters[0]?.observed(order) } });
  const waiter = new OrderWaiter(server.desk);
  waiters.push(waiter);
  return { server, waiter, other: deskForTests({ beside: server }) };
}

async function endedBy(test: TestDesk, order: Order): Promise<Order> {
  return requestCancel(test.desk, await stored(test, order), "test");
}

describe("waiting for an order", () => {
  it("given that it is there already, so at once, without a read or a sleep", async () => {
    const { server, waiter } = setUp();
    const order = await orderAfter(server, pathTo.CANCELLED);
    expect(await waiter.until(order, isTerminal, 60_000, patient)).toBe(order);
    expect(server.clock.sleepers).toBe(0);
  });

  it("given a store that does not give the order any more, so the order as it was known, when the time has passed", async () => {
    const test = deskForTests({
      store: ({ orders }) => ({ orders: { ...orders, find: async () => undefined, findMany: async () => [] } }),
    });
    const order = await orderAfter(test);
    const given = waiting(new OrderWaiter(test.desk).until(order, isTerminal, 1_000, patient));
    await pass(test.clock, 999, 111);
    expect(given).toEqual([]);
    await pass(test.clock, 1);
    expect(given).toEqual([order]);
  });

  it("given no time to wait, so the order as it is known", async () => {
    const { server, waiter } = setUp();
    const order = await orderAfter(server);
    expect(await waiter.until(order, isTerminal, 0, patient)).toBe(order);
    expect(await waiter.until(order, isTerminal, 60_000, AbortSignal.abort())).toBe(order);
  });

  it("given a change of this process, so at once, without time passing", async () => {
    const { server, waiter } = setUp();
    const order = await orderAfter(server);
    const given = waiting(waiter.until(order, isTerminal, 60_000, patient));
    await settle();
    const ended = await endedBy(server, order);
    await settle();
    expect(given).toEqual([ended]);
  });

  it("given a change of another process, so as soon as the next read, 5 ms after the wake-up", async () => {
    const { server, waiter, other } = setUp();
    const order = await orderAfter(server);
    const given = waiting(waiter.until(order, isTerminal, 60_000, patient));
    await pass(server.clock, 100);
    const ended = await endedBy(other, order);
    await pass(server.clock, 5, 5);
    expect(given).toEqual([ended]);
  });

  it("given a change of another process while its read is under way, so the next read comes at once", async () => {
    const reads: (() => void)[] = [];
    const test = deskForTests({
      store: ({ orders }) => ({
        orders: {
          ...orders,
          async findMany(ids) {
            const found = await orders.findMany(ids);
            const { promise, resolve } = Promise.withResolvers<void>();
            reads.push(resolve);
            await promise;
            return found;
          },
        },
      }),
    });
    const waiter = new OrderWaiter(test.desk);
    const order = await orderAfter(test);
    const given = waiting(waiter.until(order, isTerminal, 60_000, patient));
    await pass(test.clock, 300, 50);
    const ended = await endedBy(deskForTests({ beside: test }), order);
    reads.shift()?.();
    await pass(test.clock, 10, 5);
    reads.shift()?.();
    await settle();
    expect(given).toEqual([ended]);
  });

  it("given a wake-up that is lost, so the change is found within a quarter of a second", async () => {
    const test = deskForTests({ store: () => ({ changes: { subscribe: () => () => {} } }) });
    const waiter = new OrderWaiter(test.desk);
    const order = await orderAfter(test);
    const given = waiting(waiter.until(order, isTerminal, 60_000, patient));
    await pass(test.clock, 10);
    const ended = await endedBy(test, order);
    await pass(test.clock, 255, 5);
    expect(given).toEqual([ended]);
  });

  it("given a change that is not what is waited for, so it waits on", async () => {
    const { server, waiter } = setUp();
    const order = await orderAfter(server, pathTo.CONFIRMING);
    const given = waiting(waiter.until(order, isTerminal, 60_000, patient));
    await requestCancel(server.desk, order, "test");
    await pass(server.clock, 1_000, 50);
    expect(given).toEqual([]);
  });
});

describe("the end of a wait", () => {
  it("given that time is up, so the order as it is then, and not a moment earlier", async () => {
    const { server, waiter, other } = setUp();
    const order = await orderAfter(server, pathTo.CONFIRMING);
    const given = waiting(waiter.until(order, never, 1_000, patient));
    await pass(server.clock, 900, 50);
    const asked = await requestCancel(other.desk, order, "test");
    await pass(server.clock, 99, 33);
    expect(given).toEqual([]);
    await pass(server.clock, 1, 1);
    expect(given).toEqual([asked]);
  });

  it("given a caller who goes away, so at once", async () => {
    const { server, waiter } = setUp();
    const order = await orderAfter(server);
    const caller = new AbortController();
    const given = waiting(waiter.until(order, isTerminal, 60_000, caller.signal));
    await settle();
    caller.abort();
    await settle();
    expect(given).toEqual([order]);
  });

  it("given a waiter that closes, so everyone gets the order as it is, and nothing sleeps on", async () => {
    const { server, waiter } = setUp();
    const orders = [await orderAfter(server), await orderAfter(server)];
    const given = orders.map((order) => waiting(waiter.until(order, isTerminal, 60_000, patient)));
    await settle();
    await waiter.close();
    await settle();
    expect(given).toEqual(orders.map((order) => [order]));
    expect(server.clock.sleepers).toBe(0);
    const [order] = orders;
    expect(order && (await waiter.until(order, isTerminal, 60_000, patient))).toBe(order);
  });

  it("given nobody who waits any more, so nothing is read any more", async () => {
    const { server, waiter } = setUp();
    const order = await orderAfter(server);
    const given = waiting(waiter.until(order, isTerminal, 100, patient));
    await pass(server.clock, 1_000, 50);
    expect(given).toHaveLength(1);
    expect(server.clock.sleepers).toBe(0);
  });
});

describe("many who wait", () => {
  it("given two for one order and one for another, so each gets what it waits for", async () => {
    const { server, waiter } = setUp();
    const [first, second] = [await orderAfter(server, pathTo.CONFIRMING), await orderAfter(server)];
    const cancelling = waiting(waiter.until(first, ({ state }) => state === "CANCELLING", 60_000, patient));
    const ended = waiting(waiter.until(first, isTerminal, 60_000, patient));
    const other = waiting(waiter.until(second, isTerminal, 60_000, patient));
    await requestCancel(server.desk, first, "test");
    await settle();
    expect([cancelling.length, ended.length, other.length]).toEqual([1, 0, 0]);
    await endedBy(server, second);
    await settle();
    expect([cancelling.length, ended.length, other.length]).toEqual([1, 0, 1]);
  });

  it("given a read that fails, so it is tried again", async () => {
    let failures = 2;
    const test = deskForTests({
      store: ({ orders }) => ({
        orders: {
          ...orders,
          async findMany(ids) {
            failures -= 1;
            if (failures >= 0) throw new Error("no database");
            return orders.findMany(ids);
          },
        },
      }),
    });
    const waiter = new OrderWaiter(test.desk);
    const order = await orderAfter(test);
    const given = waiting(waiter.until(order, isTerminal, 60_000, patient));
    await settle();
    await endedBy(test, order);
    await pass(test.clock, 1_000, 50);
    expect(given).toHaveLength(1);
    expect(test.complaints).toHaveLength(2);
  });
});
