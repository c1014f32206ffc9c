// Hosts a hosted exchange until it is killed: node host-process.ts <config as JSON>.

import { SeededRandom, venueId } from "@surefill/core";
import { connect } from "../client.ts";
import { configSchema } from "../config.ts";
import { systemClock } from "./system-clock.ts";

const config = configSchema.parse(JSON.parse(process.argv[2] ?? "{}"));
const log = { debug: () => {}, info: () => {}, warn: () => {}, error: console.error };
await connect(config, {
  ...{ venue: venueId("sim"), accounts: [], clock: systemClock, random: new SeededRandom(1), log, http: fetch },
  signal: new AbortController().signal,
});
process.stdout.write("hosting\n");
