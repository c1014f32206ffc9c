import { describe, expect, it } from "vitest";
import type { EventCursor, EventFilter, LoggedEvent } from "../event/event-log.ts";
import type { OrderEventRecord } from "../order/order-event-record.ts";
import type { Store } from "../store/store.ts";
import type { OpenedGetter } from "./order-store-conformance.ts";
import {
  codeOf,
  commitOpen,
  filled,
  freshAccount,
  happyPath,
  placed,
  streamed,
  streamWaitMsMax,
} from "./order-store-fixture.ts";

export function describeEvents(get: OpenedGetter): void {
  describe("the event log", () => {
    it("gives what was committed after a cursor, in commit order, and a cursor behind each event", async () => {
      const { store } = get();
      const { orders, events } = store;
      const account = freshAccount();
      await orders.commit(placed());
      const head = await events.head();
      const changes = happyPath({ account });
      for (const change of changes) await orders.commit(change);

      const found = await streamed(store, head, { account }, changes.length);
      expect(found.map(withoutCursor)).toStrictEqual(changes.flatMap(({ records }) => records));
      for (const [index, { cursor }] of found.entries()) {
        expect(await events.after(cursor, { account }, 100)).toEqual(found.slice(index + 1));
        expect(cursor.length).toBeLessThanOrEqual(128);
      }
      expect(await events.after(await events.head(), { account }, 100)).toEqual([]);
    });

    it("gives at most as many as asked for", async () => {
      const { store } = get();
      const account = freshAccount();
      const head = await store.events.head();
      await store.orders.commit(filled(await commitOpen(store, { account })));
      await streamed(store, head, { account }, 6);
      const firstTwo = await store.events.after(head, { account }, 2);
      expect(firstTwo.map(({ version }) => version)).toEqual([1, 2]);
      const rest = await store.events.after(cursorAfter(firstTwo, head), { account }, 3);
      expect(rest.map(({ version }) => version)).toEqual([2, 3, 4]);
    });

    it("narrows by account and by orders", async () => {
      const { store } = get();
      const account = freshAccount();
      const head = await store.events.head();
      const [one, two, alien] = [placed({ account }), placed({ account }), placed()];
      for (const change of [one, alien, two]) await store.orders.commit(change);
      const orderIds = [one, two, alien].map(({ order }) => order.orderId);
      await streamed(store, head, { orderIds }, 3);
      const ids = async (filter: EventFilter) =>
        (await store.events.after(head, filter, 100)).map(({ orderId }) => orderId);

      expect(await ids({ account })).toEqual([one.order.orderId, two.order.orderId]);
      expect(await ids({ orderIds: [alien.order.orderId, two.order.orderId] })).toEqual([
        alien.order.orderId,
        two.order.orderId,
      ]);
      expect(await ids({ account, orderIds: [alien.order.orderId, two.order.orderId] })).toEqual([two.order.orderId]);
      expect(await ids({ orderIds: [] })).toEqual([]);
    });

    it("narrows by states: what leads into them, happens in them or leads out of them, with what else narrows", async () => {
      const { store } = get();
      const account = freshAccount();
      const head = await store.events.head();
      const changes = happyPath({ account });
      for (const change of changes) await store.orders.commit(change);
      await store.orders.commit(placed({ account }));
      const [{ order }] = changes;
      const total = changes.flatMap(({ records }) => records).length + 1;
      await streamed(store, head, { account }, total);
      const transitions = async (filter: EventFilter) =>
        (await store.events.after(head, { account, ...filter }, 100))
          .filter(({ type }) => type === "order.transition")
          .map(({ from, to }) => `${from ?? "nothing"} ${to}`);

      expect(await transitions({ states: ["CONFIRMING"] })).toEqual(["SUBMITTED CONFIRMING", "CONFIRMING FILLED"]);
      expect(await transitions({ states: ["IN_DOUBT"] })).toEqual([]);
      expect(await transitions({ states: [] })).toEqual([]);
      expect(await transitions({ states: ["PENDING", "FILLED"] })).toEqual([
        ...["nothing PENDING", "PENDING SUBMITTED", "CONFIRMING FILLED", "nothing PENDING"],
      ]);
      const ofOne = { orderIds: [order.orderId], states: ["PENDING"] } as const;
      expect(await transitions(ofOne)).toEqual(["nothing PENDING", "PENDING SUBMITTED"]);
    });

    it("gives the history of one order page by page", async () => {
      const { store } = get();
      const changes = happyPath();
      for (const change of changes) await store.orders.commit(change);
      const { orderId } = changes[0].order;
      const first = await store.events.ofOrder(orderId, 3);
      const second = await store.events.ofOrder(orderId, 3, first.at(-1)?.cursor);
      expect([...first, ...second].map(withoutCursor)).toStrictEqual(changes.flatMap(({ records }) => records));
      expect(await store.events.ofOrder(orderId, 3, second.at(-1)?.cursor)).toEqual([]);
    });

    it.each(["", "x", "0", "-1", "1.", "1.2.3", "memory.", "memory.1e3", "é", "1".repeat(129)])(
      "refuses %j, which is no cursor",
      async (text) => {
        const { events } = get().store;
        const cursor = text as EventCursor;
        const { orderId } = placed().order;
        expect(await codeOf(events.after(cursor, {}, 10))).toBe("CURSOR_INVALID");
        expect(await codeOf(events.ofOrder(orderId, 10, cursor))).toBe("CURSOR_INVALID");
      },
    );

    it("keeps cursors of the stream and of a history apart, for a history may be ahead of the stream", async () => {
      const { store } = get();
      const head = await store.events.head();
      const change = placed();
      await store.orders.commit(change);
      const { orderId } = change.order;
      const inHistory = cursorAfter(await store.events.ofOrder(orderId, 10), head);
      expect(await codeOf(store.events.after(inHistory, {}, 10))).toBe("CURSOR_INVALID");
      expect(await codeOf(store.events.ofOrder(orderId, 10, head))).toBe("CURSOR_INVALID");
    });

    it("has no gap for a reader that follows while several processes write", async () => {
      const { store, another } = get();
      const writers = [store, await another(), await another()];
      const account = freshAccount();
      const head = await store.events.head();
      const lives = Array.from({ length: 150 }, () => happyPath({ account }));
      const total = lives.flat().flatMap(({ records }) => records).length;

      const progress = { isWritten: false };
      const writing = Promise.all(
        lives.map(async (life, index) => {
          for (const change of life) await writers[index % 3]?.orders.commit(change);
        }),
      ).finally(() => {
        progress.isWritten = true;
      });
      const seen = await follow(store, head, account, total, progress);
      await writing;
      await Promise.all(writers.slice(1).map((writer) => writer.close()));

      expect(seen).toHaveLength(total);
      expect(new Set(seen.map(({ orderId, version, type }) => `${orderId}/${version}/${type}`)).size).toBe(total);
      const versions = new Map<string, number>();
      for (const { orderId, version, type } of seen) {
        if (type !== "order.transition") {
          expect(version).toBe(versions.get(orderId));
          continue;
        }
        expect(version).toBe((versions.get(orderId) ?? 0) + 1);
        versions.set(orderId, version);
      }
    });
  });

  describe("the change feed", () => {
    it("wakes after commits of this process and of others", async () => {
      const { store, another } = get();
      const other = await another();
      for (const writer of [store, other]) {
        const woken = wakes(store);
        await writer.orders.commit(placed());
        await woken;
      }
      await other.close();
    });

    it("is silent once unsubscribed, while others still hear", async () => {
      const { store } = get();
      let heard = 0;
      const unsubscribe = store.changes.subscribe(() => {
        heard += 1;
      });
      unsubscribe();
      const woken = wakes(store);
      await store.orders.commit(placed());
      await woken;
      expect(heard).toBe(0);
    });
  });

  describe("close", () => {
    it("waits for the commits under way, then refuses every call", async () => {
      const { another, store } = get();
      const closing = await another();
      const changes = Array.from({ length: 50 }, () => placed());
      const commits = changes.map((change) => closing.orders.commit(change));
      await closing.close();

      expect(await Promise.all(commits)).toEqual(changes.map(() => ({ kind: "COMMITTED" })));
      const ids = changes.map(({ order }) => order.orderId);
      expect(await store.orders.findMany(ids)).toHaveLength(50);
      const { order } = placed();
      const { account, venue } = order.instruction;
      const calls: readonly (() => Promise<unknown>)[] = [
        () => closing.orders.commit(placed()),
        () => closing.orders.find(order.orderId),
        () => closing.orders.due([{ venue, account }], order.updatedAt, 1),
        () => closing.lists.orders({}, { size: 1 }),
        () => closing.events.head(),
        () => closing.leases.acquire({ venue, account }, "one", 1_000),
        async () => closing.changes.subscribe(() => {}),
      ];
      for (const call of calls) expect(await codeOf(call())).toBe("STORE_UNAVAILABLE");
      await closing.close();
    });
  });
}

/** Everything behind `head`: reads while there are writers, then until `count` events are there or none come any more. */
async function follow(
  { events }: Store,
  head: EventCursor,
  account: string,
  count: number,
  progress: { readonly isWritten: boolean },
): Promise<LoggedEvent[]> {
  const seen: LoggedEvent[] = [];
  let cursor = head;
  let giveUpMs = Number.POSITIVE_INFINITY;
  while (!progress.isWritten || (seen.length < count && performance.now() < giveUpMs)) {
    const page = await events.after(cursor, { account }, 100);
    seen.push(...page);
    cursor = cursorAfter(page, cursor);
    if (progress.isWritten) giveUpMs = Math.min(giveUpMs, performance.now() + streamWaitMsMax);
    await new Promise(setImmediate);
  }
  return seen;
}

function wakes(store: Store): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = store.changes.subscribe(() => {
      unsubscribe();
      resolve();
    });
  });
}

function cursorAfter(page: readonly LoggedEvent[], before: EventCursor): EventCursor {
  return page.at(-1)?.cursor ?? before;
}

function withoutCursor({ cursor: _, ...record }: LoggedEvent): OrderEventRecord {
  return record;
}
