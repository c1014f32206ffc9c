import { addMs } from "@surefill/core";
import type { Plant } from "../src/plant/plant.ts";
import { replaced } from "../src/plant/replaced.ts";

const aYearMs = 365 * 86_400_000;

export const notFoundIsAbsence: Plant = {
  name: "not-found-is-absence",
  doc: "An order that the venue does not show is believed not to be there, whenever it was asked.",
  breaks: ["one-alive-attempt", "end-agrees-with-venue"],
  venue: (venue) =>
    replaced(venue, {
      lookup: async (...call) => {
        const answer = await venue.lookup(...call);
        return answer.kind === "NOT_FOUND" ? { ...answer, asOf: addMs(answer.asOf, aYearMs) } : answer;
      },
    }),
};
