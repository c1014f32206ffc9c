import { type Fill, fillKey, venueFillId } from "@surefill/core";
import type { Plant } from "../src/plant/plant.ts";
import { replaced } from "../src/plant/replaced.ts";

export const fillDedupOff: Plant = {
  name: "fill-dedup-off",
  doc: "A fill that is told twice is counted twice.",
  breaks: ["fills-are-the-venue's"],
  store: (store) =>
    replaced(store, {
      orders: replaced(store.orders, {
        recordedFills: () => Promise.resolve(new Set<string>()),
        commit: async (change) => {
          const recorded = await store.orders.recordedFills(change.order.orderId);
          // Without a constraint in the database either.
          const fills = change.fills.map((fill) => (recorded.has(fillKey(fill)) ? again(fill, recorded.size) : fill));
          return store.orders.commit({ ...change, fills });
        },
      }),
    }),
};

function again(fill: Fill, count: number): Fill {
  return { ...fill, venueFillId: venueFillId(`${fill.venueFillId}+${count}`) };
}
