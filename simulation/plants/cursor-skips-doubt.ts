import type { Plant } from "../src/plant/plant.ts";
import { replaced } from "../src/plant/replaced.ts";
import { withoutFillsOf } from "../src/plant/without-fills-of.ts";

export const cursorSkipsDoubt: Plant = {
  name: "cursor-skips-doubt",
  doc: "The fill cursor goes on past fills of orders in doubt, which are never asked for again.",
  breaks: ["no-fill-is-missing", "converges"],
  venue: (venue, store, venueId) => {
    const { fillsSince } = withoutFillsOf(
      venue,
      store,
      venueId,
      ({ state }) => state === "IN_DOUBT" || state === "SUBMITTED",
    );
    return replaced(venue, { fillsSince });
  },
};
