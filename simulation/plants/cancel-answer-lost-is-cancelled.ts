import type { Plant } from "../src/plant/plant.ts";
import { replaced } from "../src/plant/replaced.ts";

export const cancelAnswerLostIsCancelled: Plant = {
  name: "cancel-answer-lost-is-cancelled",
  doc: "A cancel without an answer counts as done.",
  breaks: ["end-agrees-with-venue"],
  venue: (venue) =>
    replaced(venue, {
      cancel: async (reference, signal) => {
        const outcome = await venue.cancel(reference, signal);
        if (outcome.kind !== "UNKNOWN") return outcome;
        const { submitKey } = reference;
        return { kind: "ACCEPTED", report: { submitKey, evidence: { kind: "CANCELLED" }, fills: [] } };
      },
    }),
};
