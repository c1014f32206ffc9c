import { orderError, type SubmitKey } from "@surefill/core";
import type { Plant } from "../src/plant/plant.ts";
import { replaced } from "../src/plant/replaced.ts";

const error = orderError("VENUE_BUSY", "no answer");

export const retryAfterEvidence: Plant = {
  name: "retry-after-evidence",
  doc: "The answer is lost; that the stream has shown the order meanwhile does not keep it from being sent again.",
  breaks: ["one-alive-attempt"],
  venue: (venue, store, venueId) => {
    const forgotten = new Set<SubmitKey>();
    return replaced(venue, {
      submit: async (account, attempt, signal) => {
        const { submitKey } = attempt;
        const outcome = await venue.submit(account, attempt, signal);
        if (outcome.kind !== "UNKNOWN") return outcome;
        const order = await store.orders.findBySubmitKey(venueId, submitKey);
        if (order?.state !== "CONFIRMING") return outcome;
        forgotten.add(submitKey);
        return { kind: "REJECTED", error };
      },
      // Core alone would not retry: it looks up what was shown and is refused.
      lookup: async (reference, signal) => {
        const { submitKey } = reference;
        if (!forgotten.has(submitKey)) return venue.lookup(reference, signal);
        return { kind: "FOUND", report: { submitKey, evidence: { kind: "REJECTED", error }, fills: [] } };
      },
    });
  },
};
