import {
  addQuantity,
  compare,
  type ExecutionReport,
  price,
  remainingQuantity,
  venueFillId,
  venueOrderId,
  wallTime,
  zeroQuantity,
} from "@surefill/core";
import type { Plant } from "../src/plant/plant.ts";
import { withReports } from "../src/plant/translated-reports.ts";

export const reconcileInventsFill: Plant = {
  name: "reconcile-invents-fill",
  doc: "Where the venue's count is more than the fills it shows, the difference is booked as a fill of its own.",
  breaks: ["fills-are-the-venue's"],
  venue: (venue) => withReports(venue, async (report) => completed(report)),
};

function completed(report: ExecutionReport): ExecutionReport {
  const { cumQuantity, fills, venueOrderId: id } = report;
  const shown = fills.reduce((sum, { lastQuantity }) => addQuantity(sum, lastQuantity), zeroQuantity);
  if (cumQuantity === undefined || compare(shown, cumQuantity) >= 0) return report;
  const invented = {
    venueFillId: venueFillId(`inferred-${cumQuantity}`),
    venueOrderId: id ?? venueOrderId("unknown"),
    lastQuantity: remainingQuantity(cumQuantity, shown),
    lastPrice: price("1"),
    venueTime: wallTime(0),
  };
  return { ...report, fills: [...fills, invented] };
}
