import { describe, expect, it } from "vitest";
import type { VenueAccount } from "../account/venue-account.ts";
import type { LeaseAnswer } from "../store/lease-store.ts";
import type { LeaseFence, OrderChange } from "../store/order-change.ts";
import type { Store } from "../store/store.ts";
import { venueId } from "../venue/venue-id.ts";
import type { OpenedGetter } from "./order-store-conformance.ts";
import { freshAccount, placed, prepared, streamed, traceOf } from "./order-store-fixture.ts";

const ttlMs = 60_000;

function freshVenueAccount(): VenueAccount {
  return { venue: venueId("paper"), account: freshAccount() };
}

function held(epoch: number): LeaseAnswer {
  return { kind: "HELD", epoch };
}

export function describeLeases(get: OpenedGetter): void {
  describe("leases", () => {
    it("belong to who comes first, who keeps the epoch while renewing", async () => {
      const { leases } = get().store;
      const at = freshVenueAccount();
      expect(await leases.acquire(at, "one", ttlMs)).toEqual(held(1));
      expect(await leases.acquire(at, "two", ttlMs)).toEqual({ kind: "TAKEN", owner: "one" });
      expect(await leases.acquire(at, "one", ttlMs)).toEqual(held(1));
    });

    it("go to the next with a new epoch when they end, even to the same owner", async () => {
      const { store, passTime } = get();
      const at = freshVenueAccount();
      await store.leases.acquire(at, "one", ttlMs);
      await passTime(ttlMs - 1_000);
      expect(await store.leases.acquire(at, "two", ttlMs)).toEqual({ kind: "TAKEN", owner: "one" });
      await passTime(1_001);
      expect(await store.leases.acquire(at, "two", ttlMs)).toEqual(held(2));
      await passTime(ttlMs + 1);
      expect(await store.leases.acquire(at, "two", ttlMs)).toEqual(held(3));
    });

    it("are prolonged by renewing", async () => {
      const { store, passTime } = get();
      const at = freshVenueAccount();
      await store.leases.acquire(at, "one", ttlMs);
      await passTime(ttlMs - 1_000);
      await store.leases.acquire(at, "one", ttlMs);
      await passTime(ttlMs - 1_000);
      expect(await store.leases.acquire(at, "two", ttlMs)).toEqual({ kind: "TAKEN", owner: "one" });
    });

    it("are free after their owner gave them back, and only then", async () => {
      const { leases } = get().store;
      const at = freshVenueAccount();
      await leases.acquire(at, "one", ttlMs);
      await leases.release(at, "two");
      expect(await leases.held([at])).toEqual([at]);
      await leases.release(at, "one");
      expect(await leases.held([at])).toEqual([]);
      expect(await leases.acquire(at, "two", ttlMs)).toEqual(held(2));
    });

    it("are reported as held until they end", async () => {
      const { store, passTime } = get();
      const [one, two, never] = [freshVenueAccount(), freshVenueAccount(), freshVenueAccount()];
      await store.leases.acquire(one, "a", ttlMs);
      await store.leases.acquire(two, "b", 2 * ttlMs);
      expect(await store.leases.held([one, two, never])).toEqual([one, two]);
      await passTime(ttlMs + 1);
      expect(await store.leases.held([one, two, never])).toEqual([two]);
      expect(await store.leases.held([])).toEqual([]);
    });

    it("go to one of many processes that ask at once", async () => {
      const { store, another } = get();
      const other = await another();
      const at = freshVenueAccount();
      const asked = Array.from({ length: 10 }, (_, index) =>
        [store, other][index % 2]?.leases.acquire(at, `owner-${index}`, ttlMs),
      );
      const answers = await Promise.all(asked);
      await other.close();
      expect(answers.filter((answer) => answer?.kind === "HELD")).toEqual([held(1)]);
    });
  });

  describe("a change with a fence", () => {
    // Given a lease of epoch 1 …
    const cases: readonly (readonly [string, (store: Store, at: VenueAccount) => Promise<unknown>, number, string])[] =
      [
        ["is taken while the lease is held", async () => {}, 1, "COMMITTED"],
        ["is taken after renewing", (store, at) => store.leases.acquire(at, "one", ttlMs), 1, "COMMITTED"],
        ["is refused with an epoch from before", (store, at) => takeOver(store, at), 1, "STALE_LEASE"],
        ["is taken from the new owner", (store, at) => takeOver(store, at), 2, "COMMITTED"],
        ["is refused with an epoch to come", async () => {}, 2, "STALE_LEASE"],
        ["is refused when the lease was given back", (store, at) => store.leases.release(at, "one"), 1, "STALE_LEASE"],
        ["is refused when the lease has ended", () => get().passTime(ttlMs + 1), 1, "STALE_LEASE"],
      ];

    it.each(cases)("%s", async (_, happens, epoch, kind) => {
      const { store } = get();
      const at = freshVenueAccount();
      await store.leases.acquire(at, "one", ttlMs);
      const { first, fenced } = await pendingAt(store, at, epoch);
      const before = await traceOf(store, first.order);

      await happens(store, at);

      expect(await store.orders.commit(fenced)).toEqual({ kind });
      const after = await traceOf(store, first.order);
      expect(after.order).toEqual(kind === "COMMITTED" ? fenced.order : first.order);
      expect(kind === "COMMITTED" ? before : after).toEqual(before);
    });

    it("is refused where there never was a lease", async () => {
      const { store } = get();
      const { first, fenced } = await pendingAt(store, freshVenueAccount(), 1);
      expect(await store.orders.commit(fenced)).toEqual({ kind: "STALE_LEASE" });
      expect(await store.orders.attempts(first.order.orderId)).toEqual([]);
    });

    it("is refused alone among others with a good fence", async () => {
      const { store } = get();
      const [good, lost] = [freshVenueAccount(), freshVenueAccount()];
      for (const at of [good, lost]) await store.leases.acquire(at, "one", ttlMs);
      await takeOver(store, lost);
      const changes = await Promise.all([good, lost, good].map((at) => pendingAt(store, at, 1)));
      const results = await Promise.all(changes.map(({ fenced }) => store.orders.commit(fenced)));
      expect(results.map(({ kind }) => kind)).toEqual(["COMMITTED", "STALE_LEASE", "COMMITTED"]);
    });

    it("is refused also as a new order, whatever else is wrong with it", async () => {
      const { store } = get();
      const fence: LeaseFence = { venueAccount: freshVenueAccount(), epoch: 1 };
      const change: OrderChange = { ...placed({ account: fence.venueAccount.account }), fence };
      expect(await store.orders.commit(change)).toEqual({ kind: "STALE_LEASE" });
      expect(await store.orders.find(change.order.orderId)).toBeUndefined();
    });

    it("is ordered before a takeover that races it, or refused", async () => {
      const { store, another } = get();
      const other = await another();
      for (let round = 0; round < 10; round += 1) {
        const at = freshVenueAccount();
        const cursor = await store.events.head();
        await store.leases.acquire(at, "one", ttlMs);
        const ofOne = await Promise.all(Array.from({ length: 12 }, () => pendingAt(store, at, 1)));
        const ofTwo = await Promise.all(Array.from({ length: 4 }, () => pendingAt(store, at, 2)));

        const losing = (async () => {
          const kinds: string[] = [];
          for (const { fenced } of ofOne) kinds.push((await store.orders.commit(fenced)).kind);
          return kinds;
        })();
        await store.leases.release(at, "one");
        const takeover = await other.leases.acquire(at, "two", ttlMs);
        const winning = await Promise.all(ofTwo.map(({ fenced }) => other.orders.commit(fenced)));
        const kinds = await losing;

        expect(takeover).toEqual(held(2));
        expect(winning.map(({ kind }) => kind)).toEqual(ofTwo.map(() => "COMMITTED"));
        const committedByOne = kinds.filter((kind) => kind === "COMMITTED").length;
        expect(kinds.slice(committedByOne)).toEqual(kinds.slice(committedByOne).map(() => "STALE_LEASE"));
        const placedCount = ofOne.length + ofTwo.length;
        const all = await streamed(store, cursor, { account: at.account }, placedCount + committedByOne + ofTwo.length);
        const events = all.filter(({ from }) => from !== undefined);
        const ids = new Set(ofTwo.map(({ first }) => first.order.orderId));
        expect(events.map(({ orderId }) => (ids.has(orderId) ? 2 : 1))).toEqual([
          ...Array.from({ length: committedByOne }, () => 1),
          ...ofTwo.map(() => 2),
        ]);
      }
      await other.close();
    });
  });
}

async function takeOver({ leases }: Store, at: VenueAccount): Promise<void> {
  await leases.release(at, "one");
  await leases.acquire(at, "two", ttlMs);
}

/** A committed order in PENDING, and the change that would prepare it under the fence. */
async function pendingAt({ orders }: Store, venueAccount: VenueAccount, epoch: number) {
  const first = placed(venueAccount);
  await orders.commit(first);
  return { first, fenced: prepared(first, { fence: { venueAccount, epoch } }) };
}
