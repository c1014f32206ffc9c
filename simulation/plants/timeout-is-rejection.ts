import { orderError } from "@surefill/core";
import type { Plant } from "../src/plant/plant.ts";
import { replaced } from "../src/plant/replaced.ts";

export const timeoutIsRejection: Plant = {
  name: "timeout-is-rejection",
  doc: "An answer that does not come is taken for a refusal, and the order is sent again.",
  breaks: ["one-alive-attempt"],
  venue: (venue) =>
    replaced(venue, {
      submit: async (...call) => {
        const outcome = await venue.submit(...call);
        if (outcome.kind !== "UNKNOWN") return outcome;
        return { kind: "REJECTED", error: orderError("VENUE_BUSY", outcome.error.message) };
      },
    }),
};
