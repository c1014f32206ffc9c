import { orderError } from "@surefill/core";
import type { Plant } from "../src/plant/plant.ts";
import { replaced } from "../src/plant/replaced.ts";

export const retryAfterEvidence: Plant = {
  name: "retry-after-evidence",
  doc: "The answer is lost; that the stream has shown the order meanwhile does not keep it from being sent again.",
  breaks: ["one-alive-attempt"],
  venue: (venue, store, venueId) =>
    replaced(venue, {
      submit: async (account, attempt, signal) => {
        const outcome = await venue.submit(account, attempt, signal);
        if (outcome.kind !== "UNKNOWN") return outcome;
        const order = await store.orders.findBySubmitKey(venueId, attempt.submitKey);
        if (order?.state !== "CONFIRMING") return outcome;
        return { kind: "REJECTED", error: orderError("VENUE_BUSY", outcome.error.message) };
      },
    }),
};
