import {
  attemptOf,
  isTerminal,
  type Order,
  type OrderChange,
  type Store,
  type SubmitKey,
  type VenueId,
} from "@surefill/core";
import type { Plant } from "../src/plant/plant.ts";
import { withReports } from "../src/plant/translated-reports.ts";

export const staleSnapshotResurrects: Plant = {
  name: "stale-snapshot-resurrects",
  doc: "The latest message is believed, though it is older than what is known: an ended order is open again.",
  breaks: ["events-replay"],
  venue: (venue, store, venueId) =>
    withReports(venue, async (report) => {
      if (report.evidence.kind === "OPEN") await resurrect(store, venueId, report.submitKey);
      return report;
    }),
};

async function resurrect(store: Store, venueId: VenueId, submitKey: SubmitKey): Promise<void> {
  const order = await store.orders.findBySubmitKey(venueId, submitKey);
  const attempt = order && attemptOf(order);
  if (order === undefined || attempt === undefined || !isTerminal(order)) return;
  await store.orders.commit(reopened({ ...order, version: order.version + 1, state: "CONFIRMING", attempt }, order));
}

function reopened(order: Order, before: Order): OrderChange {
  const { orderId, instruction, version, updatedAt, state: to } = order;
  const { clientOrderId, account, venue } = instruction;
  const cause = { type: "ACCEPTED" } as const;
  const names = { orderId, clientOrderId, account, venue };
  const record = {
    ...names,
    version,
    type: "order.transition",
    cause,
    from: before.state,
    to,
    attemptNumber: 1,
    at: updatedAt,
  } as const;
  return { versionBefore: before.version, order, records: [record], fills: [], postings: [] };
}
