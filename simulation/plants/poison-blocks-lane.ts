import { venueAccountKey } from "@surefill/core";
import type { Plant } from "../src/plant/plant.ts";
import { replaced } from "../src/plant/replaced.ts";
import { isPoisonous } from "../src/scenario/poison.ts";

export const poisonBlocksLane: Plant = {
  name: "poison-blocks-lane",
  doc: "The due orders of an account are worked off in turn: one that always fails holds up all behind it.",
  breaks: ["converges"],
  store: (store) =>
    replaced(store, {
      orders: replaced(store.orders, {
        due: async (...query) => {
          const due = await store.orders.due(...query);
          const blocked = new Set(due.filter(isPoisonous).map(({ instruction }) => venueAccountKey(instruction)));
          return due.filter((order) => isPoisonous(order) || !blocked.has(venueAccountKey(order.instruction)));
        },
      }),
    }),
};
