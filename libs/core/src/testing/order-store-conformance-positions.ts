import { describe, expect, it } from "vitest";
import { addSignedQuantity, signedQuantity } from "../money/signed-quantity.ts";
import { positionId } from "../position/position-id.ts";
import type { OpenedGetter } from "./order-store-conformance.ts";
import { commitOpen, filled, freshAccount } from "./order-store-fixture.ts";

const page = { size: 1_000 };

export function describePositions(get: OpenedGetter): void {
  describe("positions and holdings", () => {
    it("are the sums of the postings, net of fees taken in base", async () => {
      const { store } = get();
      const account = freshAccount();
      const name = { account, positionId: positionId("p") };
      const entry = await commitOpen(store, { ...name, quantity: "2" });
      const partly = filled(entry, { quantity: "0.5", feeInBase: "0.0005" });
      const rest = filled(partly, { quantity: "1.5", feeInBase: "-0.0001" });
      const exit = await commitOpen(store, { ...name, quantity: "1", side: "SELL" });
      const sold = filled(exit, { quantity: "1" });
      for (const change of [partly, rest, sold]) await store.orders.commit(change);

      const { venue, instrument } = entry.order.instruction;
      const updatedAt = Math.max(rest.order.updatedAt, sold.order.updatedAt);
      const sum = { venue, account, instrument, quantity: "0.9996", simulated: true, updatedAt };
      const openedAt = partly.order.updatedAt;
      const { items: positions } = await store.lists.positions({ account }, page);
      expect(positions).toStrictEqual([{ ...sum, positionId: positionId("p"), openedAt }]);
      expect((await store.lists.holdings({ account }, page)).items).toStrictEqual([sum]);
    });

    it("end at zero, spelt canonically, when all is sold", async () => {
      const { store } = get();
      const account = freshAccount();
      const name = { account, positionId: positionId("p") };
      for (const side of ["BUY", "SELL"] as const) {
        const order = await commitOpen(store, { ...name, quantity: "1.5", side });
        await store.orders.commit(filled(order, { quantity: "1.5" }));
      }
      expect((await store.lists.positions({ account }, page)).items.map(({ quantity }) => quantity)).toEqual(["0"]);
      expect((await store.lists.holdings({ account }, page)).items.map(({ quantity }) => quantity)).toEqual(["0"]);
    });

    it("add up when several processes post to them at once, refused changes not counted", async () => {
      const { store, another } = get();
      const account = freshAccount();
      const stores = [store, await another(), await another()];
      const name = { account, positionId: positionId("p") };
      const orders = await Promise.all(Array.from({ length: 60 }, () => commitOpen(store, name)));
      const fills = orders.map((order) => filled(order, { quantity: "0.1", feeInBase: "0.0001" }));

      // Each fill is handed to two of the stores: one of the two is refused.
      const results = await Promise.all(
        fills.flatMap((fill, index) => [0, 1].map((shift) => stores[(index + shift) % 3]?.orders.commit(fill))),
      );
      await Promise.all(stores.slice(1).map((other) => other.close()));

      const outcomes = results.map((result) => result?.kind);
      expect(outcomes.filter((kind) => kind === "COMMITTED")).toHaveLength(60);
      expect(outcomes.filter((kind) => kind === "STALE_VERSION")).toHaveLength(60);
      const expected = Array.from({ length: 60 }, () => signedQuantity("0.0999")).reduce(addSignedQuantity);
      const { items: positions } = await store.lists.positions({ account }, page);
      expect(positions.map(({ quantity }) => quantity)).toEqual([expected]);
      expect((await store.lists.holdings({ account }, page)).items.map(({ quantity }) => quantity)).toEqual([expected]);
    });
  });
}
