import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { phaseOf } from "../order/order.ts";
import { submitKey } from "../order/order-id.ts";
import { phases } from "../order/order-state.ts";
import type { CommitResult, OrderChange } from "../store/order-change.ts";
import { venueId } from "../venue/venue-id.ts";
import { orderEventTypes, orderLives, orderNoticeTypes } from "./order-lives.ts";
import type { OpenedGetter } from "./order-store-conformance.ts";
import { freshAccount, happyPath, placed, prepared, traceOf, transitionVersions } from "./order-store-fixture.ts";

const committed: CommitResult = { kind: "COMMITTED" };
const staleVersion: CommitResult = { kind: "STALE_VERSION" };

export function describeCommits(get: OpenedGetter): void {
  describe("commits", () => {
    it("keep lives through all rows of the transition table exactly as they were handed in", patient, async () => {
      const { orders, events } = get().store;
      const [seenPhases, seenCauses] = [new Set<string>(), new Set<string>()];
      await fc.assert(
        fc.asyncProperty(orderLives, async (life) => {
          for (const change of life) {
            expect(await orders.commit(change)).toEqual(committed);
            expect(await orders.find(change.order.orderId)).toStrictEqual(change.order);
            seenPhases.add(phaseOf(change.order));
          }
          const history = await events.ofOrder(life[0].order.orderId, 1_000);
          const records = life.flatMap((change) => change.records);
          for (const { cause } of records) seenCauses.add(cause.type);
          expect(history.map(({ cursor: _, ...record }) => record)).toStrictEqual(records);
        }),
        { numRuns: 300, seed: 4, endOnFailure: true },
      );
      expect([...seenPhases].sort()).toEqual([...phases].sort());
      expect([...seenCauses].sort()).toEqual(["PLACED", ...orderEventTypes, ...orderNoticeTypes].sort());
    });

    it("refuse a version that is not the stored one and leave nothing of the change", async () => {
      const { store } = get();
      const [first, second, third, fourth] = happyPath();
      for (const change of [first, second, third]) await store.orders.commit(change);
      const before = await traceOf(store, third.order);

      for (const version of [1, 2, 4]) {
        expect(await store.orders.commit(rebased(fourth, version))).toEqual(staleVersion);
      }

      expect(await traceOf(store, third.order)).toEqual(before);
      expect(await store.orders.commit(fourth)).toEqual(committed);
    });

    it("refuse a change of an order that is not there", async () => {
      const change = prepared(placed());
      expect(await get().store.orders.commit(change)).toEqual(staleVersion);
      expect(await get().store.orders.find(change.order.orderId)).toBeUndefined();
    });

    it("let one of several equal changes through that come at the same time, and record that one alone", async () => {
      const { orders, events } = get().store;
      const first = placed();
      await orders.commit(first);
      const { orderId } = first.order;
      const rivals = ["a", "b", "c"].map((key) => prepared(first, { submitKey: submitKey(`${key}-${orderId}`) }));

      const results = await Promise.all(rivals.map((rival) => orders.commit(rival)));

      expect(results.map(({ kind }) => kind).sort()).toEqual(["COMMITTED", "STALE_VERSION", "STALE_VERSION"]);
      const winner = rivals[results.findIndex(({ kind }) => kind === "COMMITTED")];
      expect(await orders.find(orderId)).toEqual(winner?.order);
      expect(await orders.attempts(orderId)).toHaveLength(1);
      expect(transitionVersions(await events.ofOrder(orderId, 10))).toEqual([1, 2]);
    });

    it("let one of two equal changes through that two processes make", async () => {
      const { store, another } = get();
      const other = await another();
      const first = placed();
      await store.orders.commit(first);
      const { orderId } = first.order;
      const rivals = ["a", "b"].map((key) => prepared(first, { submitKey: submitKey(`${key}-${orderId}`) }));

      const results = await Promise.all(rivals.map((rival, index) => [store, other][index]?.orders.commit(rival)));
      await other.close();

      expect(results.map((result) => result?.kind).sort()).toEqual(["COMMITTED", "STALE_VERSION"]);
      const winner = rivals[results.findIndex((result) => result?.kind === "COMMITTED")];
      expect(await store.orders.find(orderId)).toEqual(winner?.order);
    });

    it("take changes of one order in turn that are handed in together", async () => {
      const { orders } = get().store;
      const changes = happyPath();
      const results = await Promise.all(changes.map((change) => orders.commit(change)));
      expect(results).toEqual([committed, committed, committed, committed]);
      expect(await orders.find(changes[3].order.orderId)).toEqual(changes[3].order);
    });

    it("take a new order and its first attempt in one", async () => {
      const { orders, events } = get().store;
      const first = placed();
      const { versionBefore: _, ...second } = prepared(first);
      expect(await orders.commit({ ...second, records: [...first.records, ...second.records] })).toEqual(committed);
      expect(await orders.find(first.order.orderId)).toEqual(second.order);
      expect(await orders.attempts(first.order.orderId)).toHaveLength(1);
      expect(transitionVersions(await events.ofOrder(first.order.orderId, 10))).toEqual([1, 2]);
    });

    it("give one (account, client order id) to one order, however many ask at once", async () => {
      const { store } = get();
      const account = freshAccount();
      const one = placed({ account });
      const { clientOrderId } = one.order.instruction;
      const rivals = [one, ...Array.from({ length: 9 }, () => placed({ account, clientOrderId }))];

      const results = await Promise.all(rivals.map((rival) => store.orders.commit(rival)));

      const winners = rivals.filter((_, index) => results[index]?.kind === "COMMITTED");
      expect(winners).toHaveLength(1);
      expect(results.filter(({ kind }) => kind === "DUPLICATE_ORDER")).toHaveLength(9);
      expect(await store.orders.findByClientOrderId(account, clientOrderId)).toEqual(winners[0]?.order);
      const losers = rivals.filter((rival) => rival !== winners[0]).map(({ order }) => order.orderId);
      expect(await store.orders.findMany(losers)).toEqual([]);
      for (const loser of losers) expect(await store.events.ofOrder(loser, 10)).toEqual([]);
      expect((await store.lists.orders({ account }, { size: 100 })).items).toHaveLength(1);
    });

    it("tell that the same new order comes again", async () => {
      const { orders } = get().store;
      const first = placed();
      await orders.commit(first);
      expect(await orders.commit(first)).toEqual({ kind: "DUPLICATE_ORDER" });
    });

    it("let two accounts use the same client order id", async () => {
      const { orders } = get().store;
      const one = placed();
      const { clientOrderId } = one.order.instruction;
      expect(await orders.commit(one)).toEqual(committed);
      expect(await orders.commit(placed({ clientOrderId }))).toEqual(committed);
    });

    it("let two venues use the same submit key", async () => {
      const { orders } = get().store;
      const elsewhere = venueId("elsewhere");
      const [here, there] = [placed(), placed({ venue: elsewhere })];
      const key = submitKey(`shared-${here.order.orderId}`);
      for (const change of [here, there, prepared(here, { submitKey: key }), prepared(there, { submitKey: key })]) {
        expect(await orders.commit(change)).toEqual(committed);
      }
      expect((await orders.findBySubmitKey(elsewhere, key))?.orderId).toBe(there.order.orderId);
      expect((await orders.findBySubmitKey(venueId("paper"), key))?.orderId).toBe(here.order.orderId);
    });
  });
}

/** Thousands of commits in turn, each of which waits for the disk. */
const patient = { timeout: 60_000 };

/** The same change, made from another version. */
function rebased(change: OrderChange, versionBefore: number): OrderChange {
  const version = versionBefore + 1;
  const records = change.records.map((record) => ({ ...record, version }));
  return { ...change, versionBefore, order: { ...change.order, version }, records };
}
