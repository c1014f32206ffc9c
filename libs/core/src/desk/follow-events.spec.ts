import { describe, expect, it, onTestFinished } from "vitest";
import { accountId } from "../account/account-id.ts";
import type { EventCursor, EventFilter } from "../event/event-log.ts";
import type { OrderId } from "../order/order-id.ts";
import { deskForTests, orderAfter, pathTo, type TestDesk } from "../testing/desk-for-tests.ts";
import { testAccount } from "../testing/order-fixtures.ts";
import { pass, settle } from "../testing/settle.ts";
import { type FollowedPage, followEvents } from "./follow-events.ts";

interface Following {
  readonly after?: EventCursor;
  readonly filter?: EventFilter;
  readonly heartbeatMs?: number;
}

/** A reader that takes pages as they come, and what it got; it goes away when its test ends. */
function reader(test: TestDesk, { filter = {}, heartbeatMs = 10_000, ...rest }: Following = {}) {
  const gone = new AbortController();
  const pages: FollowedPage[] = [];
  const ended = (async () => {
    const stream = followEvents(test.desk, { ...rest, filter, heartbeatMs, signal: gone.signal });
    for await (const page of stream) pages.push(page);
  })();
  onTestFinished(async () => {
    gone.abort();
    await settle();
    await ended;
  });
  const seen = () => pages.flatMap(({ events }) => events.map(({ orderId, version }) => `${orderId} ${version}`));
  return { pages, seen, gone, ended };
}

/** Every event there is, in commit order. */
const logged = ({ tables }: TestDesk) => tables.events.map(({ orderId, version }) => `${orderId} ${version}`);

describe("following events", () => {
  it("begins with an empty page that says where, and then only what comes after", async () => {
    const test = deskForTests();
    await orderAfter(test, pathTo.FILLED);
    const { pages, seen } = reader(test);
    await settle();
    expect(pages).toEqual([{ events: [], cursor: await test.store.events.head() }]);
    const before = logged(test).length;
    await orderAfter(test, pathTo.CONFIRMING);
    await pass(test.clock, 50, 5);
    expect(seen()).toEqual(logged(test).slice(before));
  });

  it("given the beginning, so everything that ever was, in pages of 500, in commit order", async () => {
    const test = deskForTests();
    const beginning = await test.store.events.head();
    for (let made = 0; made < 1_050; made += 1) await orderAfter(test);
    const { pages, seen } = reader(test, { after: beginning });
    await pass(test.clock, 50, 5);
    expect(seen()).toEqual(logged(test));
    expect(pages.map(({ events }) => events.length)).toEqual([0, 500, 500, 50]);
  });

  it("given what is committed at any moment of the reading, so no event is left out and none comes twice", async () => {
    const beside = deskForTests();
    let reads = 0;
    const test = deskForTests({
      beside,
      store: ({ events }) => ({
        events: {
          ...events,
          async head() {
            const head = await events.head();
            await orderAfter(beside);
            return head;
          },
          async after(...query) {
            const found = await events.after(...query);
            reads += 1;
            // Just behind what this read could see.
            if (reads <= 20) await orderAfter(beside);
            return found;
          },
        },
      }),
    });
    const { seen } = reader(test);
    await pass(test.clock, 1_000, 5);
    expect(logged(test)).toHaveLength(21);
    expect(seen()).toEqual(logged(test));
  });

  it("given a reader that comes back with the cursor of any page, so it gets just the rest", async () => {
    const test = deskForTests();
    const first = reader(test, { after: await test.store.events.head() });
    for (let made = 0; made < 10; made += 1) {
      await orderAfter(test);
      await pass(test.clock, 50, 5);
    }
    expect(first.pages.length).toBeGreaterThan(5);
    const all = logged(test);
    let before = 0;
    for (const { cursor, events } of first.pages) {
      before += events.length;
      const again = reader(test, { after: cursor });
      await pass(test.clock, 20, 5);
      expect(again.seen()).toEqual(all.slice(before));
    }
  });

  it("given a slow reader, so nothing is lost: its pace is the stream's", async () => {
    const test = deskForTests();
    const gone = new AbortController();
    const stream = followEvents(test.desk, { filter: {}, heartbeatMs: 60_000, signal: gone.signal });
    await stream.next();
    const before = logged(test).length;
    for (let made = 0; made < 7; made += 1) await orderAfter(test);
    const { value } = await stream.next();
    expect(value?.events).toHaveLength(logged(test).length - before);
    gone.abort();
    await settle();
    await stream.return(undefined);
  });
});

describe("the filter", () => {
  const bob = accountId("bob");

  it.each([
    ["nothing", () => ({}), [0, 1, 2]],
    ["an account", () => ({ account: bob }), [1]],
    ["orders", (ids: readonly OrderId[]) => ({ orderIds: ids.slice(1) }), [1, 2]],
    ["an account and orders", (ids: readonly OrderId[]) => ({ account: testAccount, orderIds: ids.slice(1) }), [2]],
    ["no orders", () => ({ orderIds: [] }), []],
  ] as const)("given %s, so only theirs", async (_given, filterOf, so) => {
    const test = deskForTests();
    const after = await test.store.events.head();
    const orders = [
      await orderAfter(test),
      await orderAfter(test, [], { account: bob }),
      await orderAfter(test, pathTo.PENDING),
    ];
    const { seen } = reader(test, { after, filter: filterOf(orders.map(({ orderId }) => orderId)) });
    await settle();
    expect(seen()).toEqual(
      orders.filter((_order, index) => so.some((n) => n === index)).map(({ orderId }) => `${orderId} 1`),
    );
  });
});

describe("signs of life", () => {
  it("given silence, so an empty page with the same cursor after each heartbeat", async () => {
    const test = deskForTests();
    const { pages } = reader(test, { heartbeatMs: 1_000 });
    await pass(test.clock, 3_200, 10);
    expect(pages.length).toBeGreaterThanOrEqual(3);
    expect(pages.length).toBeLessThanOrEqual(4);
    expect(new Set(pages.map(({ cursor }) => cursor)).size).toBe(1);
    expect(pages.every(({ events }) => events.length === 0)).toBe(true);
  });

  it("given events, so no sign of life is needed until it is silent again", async () => {
    const test = deskForTests();
    const { pages } = reader(test, { heartbeatMs: 1_000 });
    for (let made = 0; made < 6; made += 1) {
      await pass(test.clock, 500, 10);
      await orderAfter(test);
    }
    await pass(test.clock, 500, 10);
    expect(pages.slice(1).every(({ events }) => events.length > 0)).toBe(true);
  });
});

describe("wake-ups", () => {
  it("given a filter that nothing passes, so what was read is not read again", async () => {
    const test = deskForTests();
    const { pages } = reader(test, { filter: { account: accountId("nobody") }, heartbeatMs: 100 });
    await settle();
    const beginning = pages[0]?.cursor;
    await orderAfter(test, pathTo.FILLED);
    await pass(test.clock, 200, 5);
    expect(pages.at(-1)?.cursor).toBe(await test.store.events.head());
    expect(pages.at(-1)?.cursor).not.toBe(beginning);
  });

  it("given a commit, so it is told within 10 ms", async () => {
    const test = deskForTests();
    const { seen } = reader(test);
    await pass(test.clock, 1_000, 50);
    await orderAfter(test);
    await pass(test.clock, 10, 5);
    expect(seen()).toHaveLength(1);
  });

  it("given wake-ups that are lost, so it is told within 300 ms", async () => {
    const test = deskForTests({ store: () => ({ changes: { subscribe: () => () => {} } }) });
    const { seen } = reader(test);
    await pass(test.clock, 1_000, 50);
    await orderAfter(test);
    await pass(test.clock, 300, 5);
    expect(seen()).toHaveLength(1);
  });
});

describe("the end", () => {
  it("given a reader who goes away, so the stream ends at once, sleeps no more and listens no more", async () => {
    const test = deskForTests();
    const { gone, ended } = reader(test);
    await settle();
    gone.abort();
    await ended;
    expect(test.clock.sleepers).toBe(0);
    expect(test.tables.listeners.size).toBe(0);
  });

  it("given a reader who just stops reading, so it listens no more", async () => {
    const test = deskForTests();
    const { signal } = new AbortController();
    for await (const page of followEvents(test.desk, { filter: {}, heartbeatMs: 1_000, signal })) {
      expect(page.events).toEqual([]);
      break;
    }
    expect(test.tables.listeners.size).toBe(0);
  });

  it("given a log that fails, so the reader is told, and it listens no more", async () => {
    const test = deskForTests({
      store: ({ events }) => ({ events: { ...events, after: () => Promise.reject(new Error("no database")) } }),
    });
    const { signal } = new AbortController();
    const stream = followEvents(test.desk, { filter: {}, heartbeatMs: 1_000, signal });
    await stream.next();
    await expect(stream.next()).rejects.toThrow("no database");
    expect(test.tables.listeners.size).toBe(0);
  });
});
