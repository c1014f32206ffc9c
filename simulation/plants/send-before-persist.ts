import type { CommitResult } from "@surefill/core";
import type { Plant } from "../src/plant/plant.ts";
import { replaced } from "../src/plant/replaced.ts";

export const sendBeforePersist: Plant = {
  name: "send-before-persist",
  doc: "An attempt is sent while it is being written, which is faster.",
  breaks: ["durable-before-sent"],
  store: (store) =>
    replaced(store, {
      orders: replaced(store.orders, {
        commit: (change) => {
          const commit = store.orders.commit(change);
          if (change.attempt?.kind !== "PREPARED") return commit;
          commit.catch(() => undefined);
          return Promise.resolve<CommitResult>({ kind: "COMMITTED" });
        },
      }),
    }),
};
