import type { Plant } from "../src/plant/plant.ts";
import { replaced } from "../src/plant/replaced.ts";

export const clockAheadPostpones: Plant = {
  name: "clock-ahead-postpones",
  doc: "What a machine whose clock was an hour ahead has put off by a second is put off by an hour, on all machines.",
  breaks: ["converges"],
  store: (store) =>
    replaced(store, {
      orders: replaced(store.orders, {
        scanLive: (venueAccount, limit, options) =>
          options?.states?.includes("CANCELLING") === true
            ? Promise.resolve([])
            : store.orders.scanLive(venueAccount, limit, options),
      }),
    }),
};
