import type { VenueFill } from "@surefill/core";
import type { Plant } from "../src/plant/plant.ts";
import { replaced } from "../src/plant/replaced.ts";
import { withReports } from "../src/plant/translated-reports.ts";

export const fillDedupByTradeIdOnly: Plant = {
  name: "fill-dedup-by-trade-id-only",
  doc: "Fills are told apart by the venue's trade id alone, which some venues count anew in each order.",
  breaks: ["no-fill-is-missing", "converges"],
  venue: (venue) => {
    const seen = new Map<string, string>();
    const isNew = ({ venueFillId, venueOrderId }: VenueFill) => {
      const first = seen.get(venueFillId);
      if (first === undefined) seen.set(venueFillId, venueOrderId);
      return first === undefined || first === venueOrderId;
    };
    const told = withReports(venue, async (report) => ({ ...report, fills: report.fills.filter(isNew) }));
    return replaced(told, {
      fillsSince: async (...call) => {
        const page = await venue.fillsSince(...call);
        return { ...page, fills: page.fills.filter(({ fill }) => isNew(fill)) };
      },
    });
  },
};
