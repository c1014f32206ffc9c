import type { Plant } from "../src/plant/plant.ts";
import { replaced } from "../src/plant/replaced.ts";

export const cancelNotFoundIsCancelled: Plant = {
  name: "cancel-not-found-is-cancelled",
  doc: "An order that the venue can't find to cancel counts as cancelled, though it may be filled, or not seen yet.",
  breaks: ["end-agrees-with-venue"],
  venue: (venue) =>
    replaced(venue, {
      cancel: async (reference, signal) => {
        const outcome = await venue.cancel(reference, signal);
        if (outcome.kind !== "NOT_OPEN") return outcome;
        const { submitKey } = reference;
        return { kind: "ACCEPTED", report: { submitKey, evidence: { kind: "CANCELLED" }, fills: [] } };
      },
    }),
};
