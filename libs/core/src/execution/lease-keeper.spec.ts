import { describe, expect, it, onTestFinished } from "vitest";
import { type AccountId, accountId } from "../account/account-id.ts";
import { type VenueAccount, venueAccountKey } from "../account/venue-account.ts";
import { SurefillError } from "../error/surefill-error.ts";
import { deskForTests, type TestDesk, venueAccount } from "../testing/desk-for-tests.ts";
import { testVenue } from "../testing/order-fixtures.ts";
import { pass, settle } from "../testing/settle.ts";
import { addMs } from "../time/wall-time.ts";
import { LeaseKeeper } from "./lease-keeper.ts";

const bob: AccountId = accountId("bob");
const bobs: VenueAccount = { venue: testVenue, account: bob };

/** A keeper that ends with its test, and the venue accounts it told that it took, in turn. */
function keeperOf(
  test: TestDesk,
  owner = "server-1",
  wanted: readonly VenueAccount[] = [venueAccount],
  recover: (venueAccount: VenueAccount) => Promise<void> = async () => {},
  ttlMs?: number,
) {
  const acquired: string[] = [];
  const onAcquired = async (taken: VenueAccount) => {
    acquired.push(venueAccountKey(taken));
    await recover(taken);
  };
  const keeper = new LeaseKeeper(test.desk, owner, wanted, onAcquired, ttlMs);
  onTestFinished(async () => {
    const stopping = keeper.stop();
    await pass(test.clock, 0);
    await stopping;
  });
  return { keeper, acquired };
}

/** A desk whose lease store fails while `isAway` says so. */
function deskWithOutages() {
  const outage = { isAway: false };
  const test = deskForTests({
    store: ({ leases }) => ({
      leases: {
        ...leases,
        async acquire(...call) {
          if (outage.isAway) throw new SurefillError("STORE_UNAVAILABLE", "away");
          return leases.acquire(...call);
        },
      },
    }),
  });
  return { ...test, outage };
}

describe("the lease of a venue account", () => {
  it("given that it is free, so it is held once recovery is done, and not before", async () => {
    const test = deskForTests();
    const recovered = Promise.withResolvers<void>();
    const { keeper, acquired } = keeperOf(test, "server-1", [venueAccount], () => recovered.promise);
    const starting = keeper.start();
    await settle();
    expect(acquired).toEqual(["paper/alice"]);
    expect(keeper.fence(venueAccount)).toBeUndefined();
    recovered.resolve();
    await starting;
    expect(keeper.fence(venueAccount)).toEqual({ venueAccount, epoch: 1 });
    expect(keeper.owned()).toEqual([venueAccount]);
  });

  it("given that another holds it, so it is not ours, until the other gives it back: then within 3 s, by the next epoch", async () => {
    const test = deskForTests();
    const first = keeperOf(test, "server-1");
    const second = keeperOf(test, "server-2");
    await first.keeper.start();
    await second.keeper.start();
    expect(second.keeper.fence(venueAccount)).toBeUndefined();
    await pass(test.clock, 60_000, 500);
    expect(second.keeper.owned()).toEqual([]);
    const stopping = first.keeper.stop();
    await pass(test.clock, 3_000, 500);
    await stopping;
    expect(first.keeper.fence(venueAccount)).toBeUndefined();
    expect(second.keeper.fence(venueAccount)).toEqual({ venueAccount, epoch: 2 });
    expect(second.acquired).toEqual(["paper/alice"]);
  });

  it("given that it is renewed, so it is held for ever under one epoch, and recovery ran once", async () => {
    const test = deskForTests();
    const { keeper, acquired } = keeperOf(test);
    await keeper.start();
    for (let second = 0; second < 120; second += 1) {
      await pass(test.clock, 1_000, 1_000);
      expect(keeper.fence(venueAccount)).toEqual({ venueAccount, epoch: 1 });
    }
    expect(acquired).toHaveLength(1);
  });

  it("given a short time to live, so an owner that dies is followed within it and one renewal, not before", async () => {
    const test = deskWithOutages();
    const first = keeperOf(test, "server-1", [venueAccount], undefined, 1_000);
    await first.keeper.start();
    await pass(test.clock, 5_000, 100);
    expect(first.keeper.fence(venueAccount)).toEqual({ venueAccount, epoch: 1 });
    const second = keeperOf(deskForTests({ beside: test }), "server-2", [venueAccount], undefined, 1_000);
    await second.keeper.start();
    test.outage.isAway = true;
    await pass(test.clock, 500, 100);
    expect(first.keeper.owned()).toEqual([venueAccount]);
    await pass(test.clock, 800, 100);
    expect(first.keeper.owned()).toEqual([]);
    expect(second.keeper.fence(venueAccount)).toEqual({ venueAccount, epoch: 2 });
  });

  it("given an account nobody wanted, so there is no proof for it", async () => {
    const { keeper } = keeperOf(deskForTests());
    await keeper.start();
    expect(keeper.fence(bobs)).toBeUndefined();
  });
});

describe("a database that can't be reached", () => {
  it("given that the lease can't be renewed, so it is not relied on in its last two seconds", async () => {
    const test = deskWithOutages();
    const { keeper } = keeperOf(test);
    await keeper.start();
    test.outage.isAway = true;
    await pass(test.clock, 7_999, 50);
    expect(keeper.fence(venueAccount)).toBeDefined();
    await pass(test.clock, 1, 1);
    expect(keeper.fence(venueAccount)).toBeUndefined();
    expect(keeper.owned()).toEqual([]);
  });

  it("given that it comes back while the lease is still ours, so it is held again, without recovery", async () => {
    const test = deskWithOutages();
    const { keeper, acquired } = keeperOf(test);
    await keeper.start();
    test.outage.isAway = true;
    await pass(test.clock, 8_500, 100);
    test.outage.isAway = false;
    await pass(test.clock, 1_000, 100);
    expect(keeper.fence(venueAccount)).toEqual({ venueAccount, epoch: 1 });
    expect(acquired).toHaveLength(1);
  });

  it("given that it comes back when the lease has ended, so recovery comes before its use", async () => {
    const test = deskWithOutages();
    const { keeper, acquired } = keeperOf(test);
    await keeper.start();
    test.outage.isAway = true;
    await pass(test.clock, 20_000, 500);
    test.outage.isAway = false;
    await pass(test.clock, 3_000, 500);
    expect(keeper.fence(venueAccount)).toEqual({ venueAccount, epoch: 2 });
    expect(acquired).toHaveLength(2);
  });

  it("given that another took it meanwhile, so it is lost", async () => {
    const test = deskWithOutages();
    const { keeper } = keeperOf(test);
    await keeper.start();
    test.outage.isAway = true;
    await pass(test.clock, 11_000, 500);
    const other = await deskForTests({ beside: test }).store.leases.acquire(venueAccount, "server-2", 10_000);
    expect(other).toEqual({ kind: "HELD", epoch: 2 });
    test.outage.isAway = false;
    await pass(test.clock, 3_000, 500);
    expect(keeper.fence(venueAccount)).toBeUndefined();
  });

  it("given a database whose clock jumps on, so that another takes the lease while we still count on it, so it is lost at once", async () => {
    const test = deskForTests();
    const { keeper } = keeperOf(test);
    await keeper.start();
    test.clock.setWall(addMs(test.clock.wall(), 3_600_000));
    await test.store.leases.acquire(venueAccount, "server-2", 600_000);
    await pass(test.clock, 3_000, 500);
    expect(keeper.fence(venueAccount)).toBeUndefined();
  });

  it("given that a lease can't be given back, so stopping ends all the same", async () => {
    const test = deskForTests({
      store: ({ leases }) => ({ leases: { ...leases, release: () => Promise.reject(new Error("away")) } }),
    });
    const { keeper } = keeperOf(test);
    await keeper.start();
    await keeper.stop();
    expect(keeper.owned()).toEqual([]);
    expect(test.complaints).toHaveLength(1);
  });
});

describe("recovery that takes long", () => {
  it("given one account's that outlasts leases, so the others' are renewed meanwhile, and it is held when it is done", async () => {
    const test = deskForTests();
    const recovered = Promise.withResolvers<void>();
    const { keeper, acquired } = keeperOf(test, "server-1", [venueAccount, bobs], async ({ account }) => {
      if (account !== bob) await recovered.promise;
    });
    const starting = keeper.start();
    for (let second = 0; second < 60; second += 1) {
      await pass(test.clock, 1_000, 500);
      expect(keeper.owned()).toEqual([bobs]);
    }
    recovered.resolve();
    await pass(test.clock, 6_000, 500);
    await starting;
    expect(keeper.owned()).toEqual([venueAccount, bobs]);
    // Its lease had ended by then, so it was taken anew, and what was left behind meanwhile was taken up.
    expect(acquired).toEqual(["paper/alice", "paper/bob", "paper/alice"]);
  });
});

describe("recovery that fails", () => {
  it("given that it fails, so the lease is not used, and recovery is tried again until it is done", async () => {
    const test = deskForTests();
    let failures = 2;
    const { keeper, acquired } = keeperOf(test, "server-1", [venueAccount], async () => {
      failures -= 1;
      if (failures >= 0) throw new Error("no database");
    });
    await keeper.start();
    expect(keeper.owned()).toEqual([]);
    await pass(test.clock, 3_000, 500);
    expect(keeper.owned()).toEqual([]);
    await pass(test.clock, 3_000, 500);
    expect(keeper.owned()).toEqual([venueAccount]);
    expect(acquired).toHaveLength(3);
  });

  it("given that it fails for one account, so the others are held", async () => {
    const test = deskForTests();
    const { keeper } = keeperOf(test, "server-1", [venueAccount, bobs], async ({ account }) => {
      if (account !== bob) throw new Error("poison");
    });
    await keeper.start();
    expect(keeper.owned()).toEqual([bobs]);
  });
});
