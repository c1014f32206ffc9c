import { describe, expect, it } from "vitest";
import type { TradingScope, TradingState } from "../account/trading-state.ts";
import type { VenueAccount } from "../account/venue-account.ts";
import { instrumentId } from "../instrument/instrument.ts";
import { positionId } from "../position/position-id.ts";
import type { Store } from "../store/store.ts";
import { venueId } from "../venue/venue-id.ts";
import type { OpenedGetter } from "./order-store-conformance.ts";
import { freshAccount, happyPath, placed, placedAt, prepared } from "./order-store-fixture.ts";

const ttlMs = 60_000;
const btc = instrumentId("BTC/USDT");

function freshVenueAccount(): VenueAccount {
  return { venue: venueId("paper"), account: freshAccount() };
}

function set({ tradingStates }: Store, scope: TradingScope, state: TradingState, reason = "conformance") {
  return tradingStates.set({ scope, state, operator: "op", reason, at: placedAt });
}

async function ofAccount({ tradingStates }: Store, { account }: VenueAccount) {
  return (await tradingStates.read()).restrictions.filter(({ scope }) => scope.account === account);
}

export function describeTrading(get: OpenedGetter): void {
  describe("trading states", () => {
    it("are read as they were set, by scope, without those that are ACTIVE", async () => {
      const { store, another } = get();
      const at = freshVenueAccount();
      const { account, venue } = at;
      const scopes: readonly TradingScope[] = [{ account }, at, { account, venue, instrument: btc }];
      const halted = [];
      for (const scope of scopes) halted.push(await set(store, scope, "HALTED"));
      expect(halted[0]).toEqual({
        ...{ scope: { account }, state: "HALTED", operator: "op", reason: "conformance", at: placedAt },
        epoch: halted[0]?.epoch,
      });
      const other = await another();
      expect(await ofAccount(other, at)).toEqual(halted);
      await set(other, at, "REDUCE_ONLY");
      await set(other, { account }, "ACTIVE");
      expect((await ofAccount(store, at)).map(({ scope, state }) => [scope, state])).toEqual([
        [{ account, venue, instrument: btc }, "HALTED"],
        [at, "REDUCE_ONLY"],
      ]);
      for (const scope of scopes) await set(store, scope, "ACTIVE");
      expect(await ofAccount(store, at)).toEqual([]);
      await other.close();
    });

    it("have an epoch that grows with each change, also of what stays as it is", async () => {
      const { store } = get();
      const scope = freshVenueAccount();
      const { epoch: before } = await store.tradingStates.read();
      for (const step of [1, 2, 3]) expect((await set(store, scope, "ACTIVE")).epoch).toBe(before + step);
      expect((await store.tradingStates.read()).epoch).toBe(before + 3);
    });

    it("change one after the other, whoever changes them, each told of once and in turn", async () => {
      const { store, another } = get();
      const other = await another();
      const scope = freshVenueAccount();
      const last = (await store.controlEvents.after(0, 1_000)).at(-1)?.number ?? 0;
      const states = ["HALTED", "ACTIVE", "REDUCE_ONLY", "HALTED", "ACTIVE"] as const;
      const epochs = await Promise.all(
        states.map((state, index) => set(index % 2 === 0 ? store : other, scope, state, `change ${index}`)),
      );
      expect(new Set(epochs.map(({ epoch }) => epoch)).size).toBe(states.length);
      const events = await other.controlEvents.after(last, 1_000);
      expect(events.map(({ number }) => number)).toEqual(states.map((_, index) => last + index + 1));
      const inTurn = [...epochs].sort((a, b) => a.epoch - b.epoch);
      expect(events.map(({ reason }) => reason)).toEqual(inTurn.map(({ reason }) => reason));
      expect(events[0]).toMatchObject({ scope, operator: "op", at: placedAt });
      const causes = events.map(({ cause }) => cause);
      expect(causes).toEqual(
        inTurn.map(({ state }, index) => ({
          ...{ type: "trading_state.changed", to: state },
          from: inTurn[index - 1]?.state ?? "ACTIVE",
        })),
      );
      expect(await store.controlEvents.after(last, 2)).toEqual(events.slice(0, 2));
      await set(store, scope, "ACTIVE");
      await other.close();
    });
  });

  describe("an attempt that was judged by an epoch", () => {
    const cases: readonly (readonly [string, -1 | 0 | 1, string])[] = [
      ["before the last change, is refused", -1, "STALE_TRADING_STATE"],
      ["of the last change, is taken", 0, "COMMITTED"],
      ["after it, is taken", 1, "COMMITTED"],
    ];

    it.each(cases)("%s", async (_given, distance, kind) => {
      const { store } = get();
      const at = freshVenueAccount();
      await store.leases.acquire(at, "one", ttlMs);
      const { epoch } = await set(store, at, "ACTIVE");
      const first = placed(at);
      await store.orders.commit(first);
      const fence = { venueAccount: at, epoch: 1, tradingEpoch: epoch + distance };
      expect(await store.orders.commit(prepared(first, { fence }))).toEqual({ kind });
      const { order } = first;
      expect(await store.orders.find(order.orderId)).toMatchObject({
        state: kind === "COMMITTED" ? "SUBMITTED" : "PENDING",
      });
      expect(await store.orders.attempts(order.orderId)).toHaveLength(kind === "COMMITTED" ? 1 : 0);
    });

    it("is refused for its lease first, and alone among others", async () => {
      const { store } = get();
      const at = freshVenueAccount();
      await store.leases.acquire(at, "one", ttlMs);
      const { epoch } = await set(store, at, "ACTIVE");
      const fences = [
        { venueAccount: at, epoch: 1, tradingEpoch: epoch },
        { venueAccount: at, epoch: 1, tradingEpoch: epoch - 1 },
        { venueAccount: at, epoch: 2, tradingEpoch: epoch - 1 },
        { venueAccount: at, epoch: 1 },
      ];
      const changes = fences.map((fence) => ({ first: placed(at), fence }));
      for (const { first } of changes) await store.orders.commit(first);
      const results = await Promise.all(
        changes.map(({ first, fence }) => store.orders.commit(prepared(first, { fence }))),
      );
      expect(results.map(({ kind }) => kind)).toEqual([
        ...["COMMITTED", "STALE_TRADING_STATE", "STALE_LEASE", "COMMITTED"],
      ]);
    });

    it("is refused after a change, though the lease was taken for the first time meanwhile", async () => {
      const { store } = get();
      const at = freshVenueAccount();
      const [{ epoch }] = await Promise.all([store.tradingStates.read(), store.leases.acquire(at, "one", ttlMs)]);
      await set(store, {}, "ACTIVE");
      const first = placed(at);
      await store.orders.commit(first);
      const fence = { venueAccount: at, epoch: 1, tradingEpoch: epoch };
      expect(await store.orders.commit(prepared(first, { fence }))).toEqual({ kind: "STALE_TRADING_STATE" });
    });

    it("never becomes durable once the change was acknowledged, whoever races it", async () => {
      const { store, another } = get();
      const other = await another();
      const at = freshVenueAccount();
      await store.leases.acquire(at, "one", ttlMs);
      for (let round = 0; round < 5; round += 1) {
        const { epoch } = await store.tradingStates.read();
        const firsts = Array.from({ length: 40 }, () => placed(at));
        await Promise.all(firsts.map((first) => store.orders.commit(first)));
        const fence = { venueAccount: at, epoch: 1, tradingEpoch: epoch };
        let isAcknowledged = false;
        const late: string[] = [];
        const sending = (async () => {
          for (const first of firsts) {
            const wasAcknowledged = isAcknowledged;
            const { kind } = await store.orders.commit(prepared(first, { fence }));
            if (wasAcknowledged) late.push(kind);
          }
        })();
        await set(other, at, "HALTED");
        isAcknowledged = true;
        const submitted = async () =>
          (await store.orders.findMany(firsts.map(({ order }) => order.orderId))).filter(
            ({ state }) => state === "SUBMITTED",
          ).length;
        const count = await submitted();
        await sending;
        expect(await submitted()).toBe(count);
        expect(late.filter((kind) => kind !== "STALE_TRADING_STATE")).toEqual([]);
        await set(other, at, "ACTIVE");
      }
      await other.close();
    });
  });

  describe("a position", () => {
    it("is found by its names, and is not there before its first fill", async () => {
      const { orders, positions } = get().store;
      const at = freshVenueAccount();
      const key = { ...at, instrument: btc, positionId: positionId("p-1") };
      expect(await positions.find(key)).toBeUndefined();
      for (const change of happyPath({ ...at, positionId: key.positionId, quantity: "2" })) await orders.commit(change);
      expect(await positions.find(key)).toMatchObject({ ...key, quantity: "2" });
      expect(await positions.find({ ...key, positionId: positionId("p-2") })).toBeUndefined();
      expect(await positions.find({ ...key, instrument: instrumentId("ETH/USDT") })).toBeUndefined();
    });

    it("has the live orders that name it", async () => {
      const { orders, positions } = get().store;
      const at = freshVenueAccount();
      const key = { ...at, instrument: btc, positionId: positionId("p-1") };
      const [one, two] = [placed({ ...at, positionId: key.positionId }), placed({ ...at, positionId: key.positionId })];
      const others = [
        placed(at),
        placed({ ...at, positionId: positionId("p-2") }),
        placed({ ...at, positionId: key.positionId, instrument: instrumentId("ETH/USDT") }),
        placed({ positionId: key.positionId }),
        placed({ ...at, venue: venueId("other"), positionId: key.positionId }),
        ...happyPath({ ...at, positionId: key.positionId }),
      ];
      for (const change of [one, two, ...others]) await orders.commit(change);
      const found = await positions.liveOrders(key, 10);
      expect(new Set(found.map(({ orderId }) => orderId))).toEqual(new Set([one.order.orderId, two.order.orderId]));
      expect(found).toContainEqual(one.order);
      expect(await positions.liveOrders(key, 1)).toHaveLength(1);
    });
  });
}
