import { describe, expect, it } from "vitest";
import type { VenueAccount } from "../account/venue-account.ts";
import { instrumentId } from "../instrument/instrument.ts";
import { amount } from "../money/amount.ts";
import { price } from "../money/price.ts";
import { quantity } from "../money/quantity.ts";
import { venueFillId } from "../order/fill.ts";
import { submitKey, venueOrderId } from "../order/order-id.ts";
import type { UnmatchedFill } from "../store/unmatched-fills.ts";
import { addMs } from "../time/wall-time.ts";
import { venueId } from "../venue/venue-id.ts";
import type { OpenedGetter } from "./order-store-conformance.ts";
import { codeOf, freshAccount, placedAt } from "./order-store-fixture.ts";

function freshVenueAccount(): VenueAccount {
  return { venue: venueId("paper"), account: freshAccount() };
}

function unmatched(at: VenueAccount, id: string, rest: Partial<UnmatchedFill> = {}): UnmatchedFill {
  const fill = {
    venueFillId: venueFillId(id),
    venueOrderId: venueOrderId("V1"),
    lastQuantity: quantity("0.123456789012345678"),
    lastPrice: price("90000.5"),
    venueTime: placedAt,
  };
  return { ...at, fill, keptAt: placedAt, ...rest };
}

export function describeFills(get: OpenedGetter): void {
  describe("fill cursors", () => {
    it("given none was saved, so there is none; given one was, so it is read back until the next", async () => {
      const { fillCursors } = get().store;
      const [at, other] = [freshVenueAccount(), freshVenueAccount()];
      expect(await fillCursors.find(at)).toBeUndefined();
      await fillCursors.save(at, { since: placedAt });
      expect(await fillCursors.find(at)).toEqual({ since: placedAt });
      await fillCursors.save(at, { next: "page/2", since: addMs(placedAt, 1.001) });
      expect(await fillCursors.find(at)).toEqual({ next: "page/2", since: addMs(placedAt, 1.001) });
      expect(await fillCursors.find(other)).toBeUndefined();
    });

    it("are seen by another process", async () => {
      const { store, another } = get();
      const at = freshVenueAccount();
      await store.fillCursors.save(at, { next: "7", since: placedAt });
      const second = await another();
      expect(await second.fillCursors.find(at)).toEqual({ next: "7", since: placedAt });
      await second.close();
    });
  });

  describe("unmatched fills", () => {
    it("are kept with all they have, each once, in the order of keeping", async () => {
      const { unmatchedFills } = get().store;
      const at = freshVenueAccount();
      const bare = unmatched(at, "F1");
      const full = unmatched(at, "F2", {
        submitKey: submitKey("key"),
        instrument: instrumentId("BTC/USDT"),
        fill: {
          ...bare.fill,
          venueFillId: venueFillId("F2"),
          fee: { asset: "BNB", amount: amount("-0.001") },
          liquidity: "MAKER",
        },
      });
      await unmatchedFills.keep([bare]);
      await unmatchedFills.keep([full, { ...bare, keptAt: addMs(placedAt, 5) }]);
      const kept = await unmatchedFills.list(at, 10);
      expect(kept.map(({ seq: _, ...fill }) => fill)).toEqual([bare, full]);
      expect(await unmatchedFills.list(at, 1)).toEqual(kept.slice(0, 1));
      expect(await unmatchedFills.list(at, 10, kept[0]?.seq)).toEqual(kept.slice(1));
      expect(await unmatchedFills.list(freshVenueAccount(), 10)).toEqual([]);
    });

    it("given one id of two instruments, submit keys or venue orders, so these are different fills", async () => {
      const { unmatchedFills } = get().store;
      const at = freshVenueAccount();
      const one = unmatched(at, "F1");
      const fills = [
        one,
        { ...one, instrument: instrumentId("BTC/USDT") },
        { ...one, instrument: instrumentId("ETH/USDT") },
        { ...one, submitKey: submitKey("key") },
        { ...one, fill: { ...one.fill, venueOrderId: venueOrderId("V2") } },
      ];
      await unmatchedFills.keep(fills);
      await unmatchedFills.keep(fills);
      expect(await unmatchedFills.list(at, 10)).toHaveLength(5);
    });

    it("given some were applied, so these alone are gone, and may come again", async () => {
      const { unmatchedFills } = get().store;
      const at = freshVenueAccount();
      await unmatchedFills.keep([unmatched(at, "F1"), unmatched(at, "F2")]);
      const [first, second] = await unmatchedFills.list(at, 10);
      await unmatchedFills.remove([first?.seq ?? 0]);
      await unmatchedFills.remove([]);
      expect(await unmatchedFills.list(at, 10)).toEqual([second]);
      await unmatchedFills.keep([unmatched(at, "F1")]);
      expect((await unmatchedFills.list(at, 10)).map(({ fill }) => fill.venueFillId)).toEqual(["F2", "F1"]);
    });

    it("given pruning, so the old and the oldest beyond the count go, of that venue account alone", async () => {
      const { unmatchedFills } = get().store;
      const [at, other] = [freshVenueAccount(), freshVenueAccount()];
      const later = addMs(placedAt, 10);
      await unmatchedFills.keep([unmatched(at, "F0"), unmatched(other, "F0")]);
      await unmatchedFills.keep([1, 2, 3].map((n) => unmatched(at, `F${n}`, { keptAt: later })));
      expect(await unmatchedFills.prune(at, later, 10)).toBe(1);
      expect(await unmatchedFills.prune(at, later, 3)).toBe(0);
      expect(await unmatchedFills.prune(at, later, 1)).toBe(2);
      expect((await unmatchedFills.list(at, 10)).map(({ fill }) => fill.venueFillId)).toEqual(["F3"]);
      expect(await unmatchedFills.list(other, 10)).toHaveLength(1);
    });

    it("given none to keep, so nothing happens; given a store that is closed, so it says so", async () => {
      const { another } = get();
      const second = await another();
      await second.unmatchedFills.keep([]);
      await second.close();
      const at = freshVenueAccount();
      expect(await codeOf(second.unmatchedFills.list(at, 1))).toBe("STORE_UNAVAILABLE");
      expect(await codeOf(second.unmatchedFills.keep([unmatched(at, "F1")]))).toBe("STORE_UNAVAILABLE");
      expect(await codeOf(second.fillCursors.find(at))).toBe("STORE_UNAVAILABLE");
    });
  });
}
