import { orderError } from "@surefill/core";
import type { Plant } from "../src/plant/plant.ts";
import { replaced } from "../src/plant/replaced.ts";

/** Submissions in a row without an answer that open it. */
const failuresMax = 2;

export const breakerBlocksCancel: Plant = {
  name: "breaker-blocks-cancel",
  doc: "A circuit breaker that new orders have opened holds cancels back too, until a new order is answered.",
  breaks: ["converges"],
  venue: (venue) => {
    let failures = 0;
    return replaced(venue, {
      submit: async (...call) => {
        const outcome = await venue.submit(...call);
        failures = outcome.kind === "UNKNOWN" || outcome.kind === "NOT_SENT" ? failures + 1 : 0;
        return outcome;
      },
      cancel: async (...call) => {
        if (failures < failuresMax) return venue.cancel(...call);
        return { kind: "REFUSED", error: orderError("VENUE_UNREACHABLE", "the circuit breaker is open") };
      },
    });
  },
};
