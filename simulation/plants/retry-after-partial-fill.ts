import { type ExecutionReport, orderError, type Venue } from "@surefill/core";
import type { Plant } from "../src/plant/plant.ts";
import { replaced } from "../src/plant/replaced.ts";
import { withReports } from "../src/plant/translated-reports.ts";

/** Polls for which a fill is left for later, "for the end tells it anyway". */
const pollsLater = 6;

export const retryAfterPartialFill: Plant = {
  name: "retry-after-partial-fill",
  doc: "What an IOC did not fill is tried again in full, before its fills are counted.",
  breaks: ["one-alive-attempt"],
  venue: (venue) => {
    const polls = new Map<string, number>();
    const fillsSince: Venue["fillsSince"] = async (account, after, limit, signal) => {
      const page = await venue.fillsSince(account, after, limit, signal);
      const counts = page.fills.map(({ fill }) => {
        const key = `${fill.venueOrderId}/${fill.venueFillId}`;
        const count = (polls.get(key) ?? 0) + 1;
        polls.set(key, count);
        return count;
      });
      return typeof after === "string" && counts.some((count) => count < pollsLater)
        ? { fills: [], next: after }
        : page;
    };
    return withReports(replaced(venue, { fillsSince }), async (report) => triedAgain(report));
  },
};

function triedAgain(report: ExecutionReport): ExecutionReport {
  const { submitKey, evidence, cumQuantity = "0", fills } = report;
  if (evidence.kind === "OPEN") return { submitKey, evidence, fills: [] };
  if (evidence.kind !== "EXPIRED" || (cumQuantity === "0" && fills.length === 0)) return report;
  return { submitKey, evidence: { kind: "REJECTED", error: orderError("VENUE_BUSY", "not all filled") }, fills: [] };
}
