import { changeOrder, orderError } from "@surefill/core";
import type { Plant } from "../src/plant/plant.ts";
import { replaced } from "../src/plant/replaced.ts";

export const recoveryResends: Plant = {
  name: "recovery-resends",
  doc: "A start finds an order that was being sent, and sends it again.",
  breaks: ["one-alive-attempt"],
  store: (store) =>
    replaced(store, {
      orders: replaced(store.orders, {
        commit: async (change) => {
          const isRecovery = change.records.some(({ type }) => type === "order.recovered");
          const before = isRecovery ? await store.orders.find(change.order.orderId) : undefined;
          if (before?.state !== "SUBMITTED" || change.order.state !== "IN_DOUBT") return store.orders.commit(change);
          const at = change.order.updatedAt;
          const error = orderError("VENUE_UNREACHABLE", "the process that sent it is gone");
          const again = changeOrder(before, [{ type: "RETRY_SCHEDULED", error, retryAt: at }], at);
          return store.orders.commit({ versionBefore: before.version, ...again });
        },
      }),
    }),
};
