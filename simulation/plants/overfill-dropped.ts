import type { Plant } from "../src/plant/plant.ts";
import { withoutFillsOf } from "../src/plant/without-fills-of.ts";

export const overfillDropped: Plant = {
  name: "overfill-dropped",
  doc: "A fill beyond what was ordered can't be, and is dropped.",
  breaks: ["no-fill-is-missing"],
  venue: (venue, store, venueId) => withoutFillsOf(venue, store, venueId, ({ state }) => state === "FILLED"),
};
