import { describe, expect, it } from "vitest";
import { instrumentId } from "../instrument/instrument.ts";
import type { OrderChange } from "../store/order-change.ts";
import type { OrderFilter, Page, PageRequest } from "../store/order-lists.ts";
import { addMs } from "../time/wall-time.ts";
import { venueId } from "../venue/venue-id.ts";
import type { OpenedGetter } from "./order-store-conformance.ts";
import {
  accepted,
  codeOf,
  commitOpen,
  commitRetrying,
  filled,
  freshAccount,
  inDoubt,
  placed,
  placedAt,
  prepared,
} from "./order-store-fixture.ts";

const all: PageRequest = { size: 1_000 };

export function describeLists(get: OpenedGetter): void {
  describe("lists", () => {
    it("give orders, newest first", async () => {
      const { store } = get();
      const account = freshAccount();
      const changes = [20, 30, 10].map((ms) => placed({ account, at: addMs(placedAt, ms) }));
      for (const change of changes) await store.orders.commit(change);
      const [second, first, third] = changes;
      const { items } = await store.lists.orders({ account }, all);
      expect(items).toStrictEqual([first?.order, second?.order, third?.order]);
    });

    it("narrow orders by what the filter names, all of it together", async () => {
      const { store } = get();
      const account = freshAccount();
      const plain = placed({ account });
      const elsewhere = placed({ account, venue: venueId("elsewhere") });
      const ether = placed({ account, instrument: instrumentId("ETH/USDT") });
      const strategic = placed({ account, strategyId: "trend" });
      for (const change of [plain, elsewhere, ether, strategic]) await store.orders.commit(change);
      const retrying = await commitRetrying(store, { account });
      const done = filled(await commitOpen(store, { account, strategyId: "trend" }));
      await store.orders.commit(done);

      const cases: readonly (readonly [OrderFilter, readonly OrderChange[]])[] = [
        [{ venue: "elsewhere" }, [elsewhere]],
        [{ instrument: "ETH/USDT" }, [ether]],
        [{ strategyId: "trend" }, [strategic, done]],
        [{ states: ["FAILED", "FILLED"] }, [retrying, done]],
        [{ strategyId: "trend", states: ["PENDING"] }, [strategic]],
        [{ states: [] }, []],
        [{ venue: "elsewhere", strategyId: "trend" }, []],
      ];
      for (const [filter, expected] of cases) {
        const { items } = await store.lists.orders({ account, ...filter }, all);
        const ids = expected.map(({ order }) => order.orderId);
        expect(new Set(items.map(({ orderId }) => orderId))).toEqual(new Set(ids));
        expect(items).toHaveLength(ids.length);
      }
    });

    it("give orders in doubt, the oldest doubt first, page by page, whenever they were placed", async () => {
      const { store } = get();
      const account = freshAccount();
      const doubted = async (placedMs: number, doubtedMs: number, venue = venueId("paper")) => {
        const first = placed({ account, venue, at: addMs(placedAt, placedMs) });
        const second = prepared(first);
        const third = inDoubt(second, addMs(placedAt, doubtedMs));
        for (const change of [first, second, third]) await store.orders.commit(change);
        return third;
      };
      const late = await doubted(1, 5_000);
      const early = await doubted(10, 1_000);
      const middle = [await doubted(20, 3_000), await doubted(30, 3_000)];
      const elsewhere = await doubted(40, 9_000, venueId("elsewhere"));
      // Found again, and never in doubt.
      await store.orders.commit(accepted(await doubted(50, 2_000)));
      await commitOpen(store, { account });

      const expected = [early, ...middle, late, elsewhere].map(({ order }) => order);
      expect((await store.lists.inDoubt({ account }, all)).items).toStrictEqual(expected);
      expect(await paged((page) => store.lists.inDoubt({ account }, page))).toStrictEqual(expected);
      const { items } = await store.lists.inDoubt({ account, venue: "elsewhere" }, all);
      expect(items).toStrictEqual([elsewhere.order]);
      expect((await store.lists.inDoubt({ account: freshAccount() }, all)).items).toEqual([]);
      const { nextPageToken: token = "" } = await store.lists.inDoubt({ account }, { size: 1 });
      expect(await codeOf(store.lists.orders({ account }, { size: 1, token }))).toBe("PAGE_TOKEN_INVALID");
    });

    it("count open orders by venue and state, with the time since when one has been in it longest", async () => {
      const { store } = get();
      const venue = venueId(`v-${freshAccount()}`);
      expect((await store.lists.openCounts()).filter((count) => count.venue === venue)).toEqual([]);
      const open = [await commitOpen(store, { venue, at: addMs(placedAt, 50) }), await commitOpen(store, { venue })];
      await store.orders.commit(placed({ venue }));
      await store.orders.commit(filled(await commitOpen(store, { venue })));
      const counts = (await store.lists.openCounts()).filter((count) => count.venue === venue);
      expect([...counts].sort((a, b) => (a.state < b.state ? -1 : 1))).toEqual([
        { venue, state: "CONFIRMING", orders: 2, since: open[1]?.order.updatedAt },
        { venue, state: "PENDING", orders: 1, since: placedAt },
      ]);
    });

    it("give fills, newest first, narrowed by what the filter names", async () => {
      const { store } = get();
      const account = freshAccount();
      const open = await commitOpen(store, { account });
      const one = filled(open, { quantity: "0.5", fillId: "one", feeInBase: "0.001" });
      const two = filled(one, { quantity: "0.25", fillId: "two" });
      const other = filled(await commitOpen(store, { account, at: addMs(placedAt, 60_000) }));
      for (const change of [one, two, other]) await store.orders.commit(change);
      const [ofOne, ofTwo, ofOther] = [one, two, other].map(({ fills }) => fills[0]);

      expect((await store.lists.fills({ account }, all)).items).toStrictEqual([ofOther, ofTwo, ofOne]);
      const { orderId, positionId } = open.order;
      for (const filter of [
        { orderId },
        { positionId },
        { orderId, account, venue: "paper", instrument: "BTC/USDT" },
      ]) {
        expect((await store.lists.fills(filter, all)).items).toStrictEqual([ofTwo, ofOne]);
      }
      for (const filter of [{ venue: "elsewhere" }, { instrument: "ETH/USDT" }]) {
        expect((await store.lists.fills({ account, ...filter }, all)).items).toEqual([]);
      }
    });

    it("give positions and holdings, the last opened first, narrowed by venue", async () => {
      const { store } = get();
      const account = freshAccount();
      const instruments = ["A/USDT", "B/USDT", "C/USDT"].map(instrumentId);
      for (const [index, instrument] of instruments.entries()) {
        const open = await commitOpen(store, { account, instrument, at: addMs(placedAt, index * 100) });
        await store.orders.commit(filled(open, { quantity: "1" }));
        await store.orders.commit(filled(filled(open, { quantity: "1" }), { quantity: "0.5" }));
      }
      const newest = [...instruments].reverse();
      const { positions, holdings } = store.lists;
      expect((await positions({ account }, all)).items.map(({ instrument }) => instrument)).toEqual(newest);
      expect((await holdings({ account }, all)).items.map(({ instrument }) => instrument)).toEqual(newest);
      expect((await holdings({ account, venue: "paper" }, all)).items).toHaveLength(3);
      expect((await positions({ account, venue: "elsewhere" }, all)).items).toEqual([]);
      expect((await holdings({ account, venue: "elsewhere" }, all)).items).toEqual([]);
    });

    it("come page by page without repeating or leaving anything out, also among rows of one time", async () => {
      const { store } = get();
      const account = freshAccount();
      for (let count = 0; count < 7; count += 1) {
        await store.orders.commit(filled(await commitOpen(store, { account })));
      }
      const { lists } = store;
      expect(await paged((page) => lists.orders({ account }, page))).toEqual(
        (await lists.orders({ account }, all)).items,
      );
      expect(await paged((page) => lists.fills({ account }, page))).toEqual(
        (await lists.fills({ account }, all)).items,
      );
      const { items } = await lists.positions({ account }, all);
      expect(await paged((page) => lists.positions({ account }, page))).toEqual(items);
      expect(items).toHaveLength(7);
    });

    it("give no token with the last page, full or not", async () => {
      const { store } = get();
      const account = freshAccount();
      for (let count = 0; count < 4; count += 1) await store.orders.commit(placed({ account }));
      const pages = [
        await store.lists.orders({ account }, { size: 4 }),
        await store.lists.orders({ account }, { size: 5 }),
      ];
      for (const page of pages) {
        expect(page.items).toHaveLength(4);
        expect(page).not.toHaveProperty("nextPageToken");
      }
    });

    it("take orders into the pages that were placed while paging neither twice nor instead of others", async () => {
      const { store } = get();
      const account = freshAccount();
      const at = (ms: number) => ({ account, at: addMs(placedAt, ms) });
      const changes = [1, 2, 3, 4].map((ms) => placed(at(ms)));
      for (const change of changes) await store.orders.commit(change);
      const first = await store.lists.orders({ account }, { size: 2 });
      await store.orders.commit(placed(at(5)));
      const second = await store.lists.orders({ account }, pageAfter(first, 2));
      const ids = [...first.items, ...second.items].map(({ orderId }) => orderId);
      expect(ids).toEqual(changes.map(({ order }) => order.orderId).reverse());
    });

    it("refuse tokens of another filter, another list, or nobody", async () => {
      const { store } = get();
      const account = freshAccount();
      for (let count = 0; count < 3; count += 1)
        await store.orders.commit(filled(await commitOpen(store, { account })));
      const { lists } = store;
      const page = pageAfter(await lists.orders({ account }, { size: 1 }), 1);
      expect((await lists.orders({ account }, { ...page, size: 2 })).items).toHaveLength(2);
      const refused: readonly Promise<unknown>[] = [
        lists.orders({ account, venue: "paper" }, page),
        lists.orders({}, page),
        lists.fills({ account }, page),
        lists.positions({ account }, page),
        ...["", "x", `${page.token}x`, page.token?.slice(1) ?? "", "é"].map((token) =>
          lists.orders({ account }, { size: 1, token }),
        ),
      ];
      for (const call of refused) expect(await codeOf(call)).toBe("PAGE_TOKEN_INVALID");
    });
  });
}

/** All items, read in pages of two. */
async function paged<T>(list: (page: PageRequest) => Promise<Page<T>>): Promise<readonly T[]> {
  const items: T[] = [];
  let page = await list({ size: 2 });
  for (let pages = 0; pages < 100; pages += 1) {
    items.push(...page.items);
    if (page.nextPageToken === undefined) return items;
    page = await list(pageAfter(page, 2));
  }
  throw new Error("pages without end");
}

function pageAfter({ nextPageToken }: Page<unknown>, size: number): PageRequest {
  if (nextPageToken === undefined) throw new Error("no next page");
  return { size, token: nextPageToken };
}
