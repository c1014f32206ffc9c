import { parseArgs } from "node:util";
import { type VenueKind, venueKinds } from "./venue/crash-venue.ts";

export interface CrashOptions {
  readonly kills: number;
  readonly venue: VenueKind;
  readonly store: "sqlite" | "postgres";
  readonly servers: number;
  readonly trackers: number;
  readonly seed: number;
  readonly json: boolean;
}

export const usage = `npm run crash -- [options]
  --kills N                how many times a process is killed or paused (default 10)
  --venue sim|ccxt         where they trade: the paper venue at its simulated exchange (default sim),
                           or ccxt's binance at the local exchange of stands/binance
  --store sqlite|postgres  where orders are kept (default sqlite); postgres takes a database of
                           its own beside the one that SUREFILL_POSTGRES_URL names
  --servers N              servers on that database (default 1; more than one needs postgres)
  --trackers N             trackers on that database (default 1; more than one needs postgres);
                           0: each server tracks in its own process, as with npm start
  --seed N                 of the orders, the faults on the lines and the kills (default 1); which
                           order a kill hits depends on the machine's pace as well
  --json                   end with one line of JSON
  --help                   this text

Ends with 0 only if no order was lost, doubled or stuck and no event missed; otherwise the
histories of the orders concerned are printed, the venue's beside the service's, and the folder
with all logs is kept.
`;

/** @throws Error naming the option that makes no sense. */
export function crashOptions(argv: readonly string[]): CrashOptions | "help" {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      kills: { type: "string", default: "10" },
      venue: { type: "string", default: "sim" },
      store: { type: "string", default: "sqlite" },
      servers: { type: "string", default: "1" },
      trackers: { type: "string", default: "1" },
      seed: { type: "string", default: "1" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  const { store, json } = values;
  const venue = venueKinds.find((kind) => kind === values.venue);
  if (venue === undefined) throw new Error(`--venue ${values.venue}: give ${venueKinds.join(" or ")}`);
  if (store !== "sqlite" && store !== "postgres") throw new Error(`--store ${store}: give sqlite or postgres`);
  const servers = wholeNumber("--servers", values.servers, 1, 8);
  const trackers = wholeNumber("--trackers", values.trackers, 0, 8);
  if (store === "sqlite" && (servers > 1 || trackers > 1)) {
    throw new Error("sqlite is for one server and one tracker; give --store postgres for more");
  }
  const kills = wholeNumber("--kills", values.kills, 1, 10_000);
  const seed = wholeNumber("--seed", values.seed, 0, 2 ** 32 - 1);
  return { kills, venue, store, servers, trackers, seed, json };
}

function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max)
    throw new Error(`${option} ${text}: give ${min} to ${max}`);
  return value;
}
