import type { Plant } from "../src/plant/plant.ts";
import { withoutFillsOf } from "../src/plant/without-fills-of.ts";

export const lateFillDropped: Plant = {
  name: "late-fill-dropped",
  doc: "An order that has ended takes no more fills.",
  breaks: ["no-fill-is-missing"],
  venue: (venue, store, venueId) =>
    withoutFillsOf(venue, store, venueId, ({ state }) => ["CANCELLED", "EXPIRED", "REJECTED"].includes(state)),
};
