// The venue as a process of its own, which nobody kills: node main.ts <VenueSettings as JSON>. It ends with its parent.

import { accountId, loadVenue, venueId } from "@surefill/core";
import { pinoLog, SystemClock, SystemRandom } from "@surefill/runtime";
import { plugin } from "@surefill/venue-sim";
import type { WireMessage } from "../wire-message.ts";
import { Line } from "./line.ts";
import { calm, type VenueSettings } from "./settings.ts";

const settings: VenueSettings = JSON.parse(process.argv[2] ?? "{}");
const { sim, lines, ...common } = settings;
await loadVenue(
  plugin,
  { ...sim, exchange: { port: settings.exchangePort } },
  {
    venue: venueId("sim"),
    accounts: [accountId("paper")],
    clock: new SystemClock(),
    random: new SystemRandom(),
    log: pinoLog("venue", "warn"),
    http: fetch,
    signal: new AbortController().signal,
  },
);
const onWire = (message: WireMessage) => process.send?.(message);
const open = await Promise.all(lines.map((line) => Line.open({ ...common, ...line, onWire })));
process.on("message", (message) => {
  if (message === calm) for (const line of open) line.calm();
});
process.once("disconnect", () => process.exit(0));
process.stdout.write("the venue is open\n");
