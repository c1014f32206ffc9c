import type { Plant } from "../src/plant/plant.ts";
import { replaced } from "../src/plant/replaced.ts";

export const surplusLeftAlone: Plant = {
  name: "surplus-left-alone",
  doc: "An attempt that turns up alive, though its order has gone on without it, is told and never cancelled.",
  breaks: ["converges", "end-agrees-with-venue"],
  store: (store) => replaced(store, { orders: replaced(store.orders, { surplusDue: async () => [] }) }),
};
