import type { Plant } from "../src/plant/plant.ts";
import { replaced } from "../src/plant/replaced.ts";

export const campaignByClock: Plant = {
  name: "campaign-by-clock",
  doc: "What a CancelAll means is told by comparing times, of machines whose clocks differ.",
  breaks: ["campaign-leaves-nothing"],
  store: (store) =>
    replaced(store, {
      cancelAlls: replaced(store.cancelAlls, {
        targets: async (part, kind, ...page) => {
          const found = await store.cancelAlls.targets(part, kind, ...page);
          const campaign = await store.cancelAlls.find(part.campaignId);
          const ids = found.flatMap((target) => ("orderId" in target ? [target.orderId] : []));
          const late = (await store.orders.findMany(ids)).filter(
            ({ requestedAt }) => campaign !== undefined && requestedAt > campaign.requestedAt,
          );
          const lateIds = new Set(late.map(({ orderId }) => orderId));
          return found.filter((target) => !("orderId" in target && lateIds.has(target.orderId)));
        },
      }),
    }),
};
