import type { Order, ReportedFill, Store, SubmitKey, Venue, VenueFill, VenueId } from "@surefill/core";
import { replaced } from "./replaced.ts";
import { withReports } from "./translated-reports.ts";

/** A venue whose new fills are dropped where `isIgnored` says so of the order as it is stored. */
export function withoutFillsOf(
  venue: Venue,
  store: Store,
  venueId: VenueId,
  isIgnored: (order: Order, fill: VenueFill) => boolean,
): Venue {
  const kept = async (submitKey: SubmitKey | undefined, fills: readonly VenueFill[]) => {
    if (submitKey === undefined || fills.length === 0) return fills;
    const order = await store.orders.findBySubmitKey(venueId, submitKey);
    return order === undefined ? fills : fills.filter((fill) => !isIgnored(order, fill));
  };
  const told = withReports(venue, async (report) => ({ ...report, fills: await kept(report.submitKey, report.fills) }));
  return replaced(told, {
    fillsSince: async (...call) => {
      const page = await venue.fillsSince(...call);
      const fills: ReportedFill[] = [];
      for (const reported of page.fills) {
        if ((await kept(reported.submitKey, [reported.fill])).length > 0) fills.push(reported);
      }
      return { ...page, fills };
    },
  });
}
