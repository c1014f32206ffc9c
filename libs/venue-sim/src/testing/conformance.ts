import type { VenueConformance } from "@surefill/venue-testkit";
import { plugin } from "../index.ts";
import { SimStand } from "./sim-stand.ts";

/** The paper venue on the paper exchange, for `npm run conformance -- sim`. */
export const conformance: VenueConformance = { plugin, limits: {}, openStand: () => SimStand.open() };
