import { defineVenue } from "@surefill/core";
import { connect } from "./client.ts";
import { configSchema } from "./config.ts";
import { manifest } from "./manifest.ts";
import { SimVenue } from "./venue.ts";

export type { SimConfig } from "./config.ts";
export { refusalError } from "./error-map.ts";
export { parseSimSubmitKey, simSubmitKey } from "./submit-key.ts";
export { SimVenue } from "./venue.ts";

/** The paper venue. */
export const plugin = defineVenue({
  manifest,
  configSchema,
  create: async (config, environment) => new SimVenue(await connect(config, environment), config),
});
