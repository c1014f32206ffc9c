import { wallTime } from "@surefill/core";
import type { Plant } from "../src/plant/plant.ts";
import { replaced } from "../src/plant/replaced.ts";

export const campaignDoneAfterOneRead: Plant = {
  name: "campaign-done-after-one-read",
  doc: "A CancelAll is done once one read of the venue's list shows nothing of it, whatever is still on its way there.",
  breaks: ["campaign-leaves-nothing"],
  store: (store) =>
    replaced(store, {
      cancelAlls: replaced(store.cancelAlls, {
        savePart: (campaignId, part) => {
          if (part.progress.cleanReads === 0) return store.cancelAlls.savePart(campaignId, part);
          return store.cancelAlls.savePart(campaignId, { endedAt: wallTime(0), ...part, state: "DONE" });
        },
      }),
    }),
};
