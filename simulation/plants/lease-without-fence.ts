import type { Plant } from "../src/plant/plant.ts";
import { replaced } from "../src/plant/replaced.ts";

export const leaseWithoutFence: Plant = {
  name: "lease-without-fence",
  doc: "Who held the lease goes on writing when it has ended: the store is not told which owner writes.",
  breaks: ["one-owner"],
  store: (store) =>
    replaced(store, {
      orders: replaced(store.orders, {
        commit: ({ fence, ...change }) => store.orders.commit(change),
      }),
    }),
};
