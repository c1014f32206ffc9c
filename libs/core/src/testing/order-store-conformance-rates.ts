import { describe, expect, it } from "vitest";
import type { VenueAccount } from "../account/venue-account.ts";
import { emptyRateLedger, type RateLedger } from "../gate/rate-ledger.ts";
import { addMs, wallTime } from "../time/wall-time.ts";
import { venueId } from "../venue/venue-id.ts";
import type { OpenedGetter } from "./order-store-conformance.ts";
import { freshAccount } from "./order-store-fixture.ts";

const until = wallTime(1_800_000_000_000_001);
const one: RateLedger = { counted: { orders: [{ until, tokens: 3 }], weight: [{ until, tokens: 40 }] } };
const two: RateLedger = { counted: {}, pausedUntil: addMs(until, 1) };

function freshVenueAccount(): VenueAccount {
  return { venue: venueId("paper"), account: freshAccount() };
}

export function describeRates(get: OpenedGetter): void {
  describe("ledgers of requests", () => {
    it("are empty, of version 0, until they are written", async () => {
      const { rates } = get().store;
      expect(await rates.read(freshVenueAccount())).toMatchObject({ version: 0, ledger: emptyRateLedger });
    });

    it("are replaced as a whole, and read by every process", async () => {
      const { store, another } = get();
      const other = await another();
      const at = freshVenueAccount();
      expect(await store.rates.replace(at, 0, one)).toBe(true);
      expect(await other.rates.read(at)).toMatchObject({ version: 1, ledger: one });
      expect(await other.rates.replace(at, 1, two)).toBe(true);
      expect(await store.rates.read(at)).toMatchObject({ version: 2, ledger: two });
      await other.close();
    });

    it("are replaced only from the version that is stored", async () => {
      const { rates } = get().store;
      const at = freshVenueAccount();
      expect(await rates.replace(at, 1, one)).toBe(false);
      expect(await rates.replace(at, 0, one)).toBe(true);
      expect(await rates.replace(at, 0, two)).toBe(false);
      expect(await rates.replace(at, 2, two)).toBe(false);
      expect(await rates.read(at)).toMatchObject({ version: 1, ledger: one });
    });

    it("are replaced by one of many processes that try at once", async () => {
      const { store, another } = get();
      const other = await another();
      const at = freshVenueAccount();
      for (let version = 0; version < 5; version += 1) {
        const tries = Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? store : other));
        const written = await Promise.all(tries.map(({ rates }) => rates.replace(at, version, one)));
        expect(written.filter((isWritten) => isWritten)).toHaveLength(1);
      }
      await other.close();
    });

    it("belong to one venue account each", async () => {
      const { rates } = get().store;
      const at = freshVenueAccount();
      await rates.replace(at, 0, one);
      expect(await rates.read({ ...at, venue: venueId("elsewhere") })).toMatchObject({ version: 0 });
      expect(await rates.read(freshVenueAccount())).toMatchObject({ version: 0 });
    });

    it("of a venue are none of its accounts'", async () => {
      const { rates } = get().store;
      const at = freshVenueAccount();
      const venue = venueId(`v-${at.account}`.slice(0, 36).toLowerCase());
      expect(await rates.replace({ venue }, 0, one)).toBe(true);
      expect(await rates.read({ venue, account: at.account })).toMatchObject({ version: 0 });
      expect(await rates.replace({ venue, account: at.account }, 0, two)).toBe(true);
      expect(await rates.replace({ venue }, 1, one)).toBe(true);
      expect(await rates.read({ venue })).toMatchObject({ version: 2, ledger: one });
      expect(await rates.read({ venue: venueId("elsewhere") })).toMatchObject({ version: 0 });
    });

    it("come with a clock that goes on", async () => {
      const { rates } = get().store;
      const at = freshVenueAccount();
      const before = await rates.read(at);
      const after = await rates.read(at);
      expect(after.now).toBeGreaterThanOrEqual(before.now);
    });
  });
}
