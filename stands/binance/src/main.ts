// A local exchange as its own process: node stands/binance/src/main.ts --port 9443 --control-port 9444 --log file
// It says where it is in one line of JSON once it can be called, and ends on SIGTERM or SIGINT.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { BinanceStand } from "./binance-stand.ts";
import { ControlServer } from "./control/control-server.ts";

const { values } = parseArgs({
  options: {
    /** Of the exchange; any that is free by default. */
    port: { type: "string", default: "0" },
    "control-port": { type: "string", default: "0" },
    /** Where it keeps what happened; without one it forgets. */
    log: { type: "string" },
    /** Its settings, as JSON (settings.ts). */
    settings: { type: "string" },
  },
});

const stopped = Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
const stand = await BinanceStand.open({
  port: Number(values.port),
  ...(values.log !== undefined && { logFile: values.log }),
  ...(values.settings !== undefined && { settings: JSON.parse(readFileSync(values.settings, "utf8")) }),
});
const control = await ControlServer.start(stand, Number(values["control-port"]));
const { origin, streamUrl } = stand;
process.stdout.write(`${JSON.stringify({ origin, streamUrl, control: control.origin })}\n`);

await stopped;
await control.close();
await stand.close();
