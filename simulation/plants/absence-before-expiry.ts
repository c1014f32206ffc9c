import { addMs } from "@surefill/core";
import type { Plant } from "../src/plant/plant.ts";
import { replaced } from "../src/plant/replaced.ts";

/** "Nobody takes longer than that." */
const patienceMs = 1_000;

export const absenceBeforeExpiry: Plant = {
  name: "absence-before-expiry",
  doc: "An order not found a second after it was sent is given up, though its request is still valid.",
  breaks: ["one-alive-attempt", "end-agrees-with-venue"],
  venue: (venue, store, venueId) =>
    replaced(venue, {
      lookup: async (reference, signal) => {
        const answer = await venue.lookup(reference, signal);
        if (answer.kind !== "NOT_FOUND") return answer;
        const order = await store.orders.findBySubmitKey(venueId, reference.submitKey);
        const attempts = order === undefined ? [] : await store.orders.attempts(order.orderId);
        const attempt = attempts.find(({ submitKey }) => submitKey === reference.submitKey);
        if (attempt?.validUntil === undefined || answer.asOf < addMs(attempt.preparedAt, patienceMs)) return answer;
        return { ...answer, asOf: addMs(attempt.validUntil, 1) };
      },
    }),
};
