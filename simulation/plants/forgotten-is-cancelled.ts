import { changeOrder } from "@surefill/core";
import type { Plant } from "../src/plant/plant.ts";
import { replaced } from "../src/plant/replaced.ts";

export const forgottenIsCancelled: Plant = {
  name: "forgotten-is-cancelled",
  doc: "What the venue had and has not shown for a minute counts as cancelled there, though it may rest on, unseen.",
  breaks: ["end-agrees-with-venue"],
  store: (store) =>
    replaced(store, {
      orders: replaced(store.orders, {
        commit: async (change) => {
          const hasVanished = change.records.some(({ cause }) => cause.type === "VANISHED");
          const before = hasVanished ? await store.orders.find(change.order.orderId) : undefined;
          if (before === undefined || before.version !== change.versionBefore) return store.orders.commit(change);
          const ended = changeOrder(before, [{ type: "CANCELLED" }], change.order.updatedAt);
          return store.orders.commit({ versionBefore: before.version, ...ended });
        },
      }),
    }),
};
