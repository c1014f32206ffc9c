import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { StoreConfig } from "@surefill/persistence";
import { freePort } from "../launch/free-port.ts";
import { onlyConfig, serverProcess, trackerProcess } from "../launch/launch-service.ts";
import type { Role } from "./kill-plan.ts";
import { lastingPort } from "./lasting-port.ts";
import { Member } from "./member.ts";
import type { CrashVenue, LinePlan, RunningVenue, VenueKind } from "./venue/crash-venue.ts";
import { planVenue } from "./venue/plan-venue.ts";

/** Filled by processes that end in peace, so that those that are started again after a blow are up sooner. */
const compileCache = resolve(import.meta.dirname, "../../node_modules/.cache/surefill-crash");

/** What everybody in a run agrees on; durations in milliseconds. */
export interface HouseTerms {
  readonly accounts: readonly string[];
  readonly leaseTtlMs: number;
  /** How long an attempt is valid. */
  readonly requestWindowMs: number;
  /** How long a submission takes to the venue and back, as a rule. */
  readonly flightMs: number;
}

export interface HouseOptions extends HouseTerms {
  readonly venue: VenueKind;
  readonly servers: number;
  /** 0: each server tracks in its own process. */
  readonly trackers: number;
  readonly seed: number;
  readonly folder: string;
  readonly store: StoreConfig;
}

/** The processes of a run, none of them started yet. */
export interface House {
  /** Servers first. */
  readonly members: readonly Member[];
  /** Of the servers. */
  readonly urls: readonly string[];
  readonly venue: CrashVenue;
  /** Starts the venue, with the lines of all of them. */
  readonly openVenue: (options: { readonly faults: boolean }) => Promise<RunningVenue>;
}

/** Plans servers and trackers on one database, each with a configuration, a port and a line to the venue of its own. */
export async function planHouse(options: HouseOptions): Promise<House> {
  const { servers, trackers, folder } = options;
  const venue = await planVenue(options.venue, options);
  const members: Member[] = [];
  const urls: string[] = [];
  const lines: LinePlan[] = [];
  const plan = async (role: Role, number: number) => {
    const name = `${role}-${number}`;
    const [port, linePort] = [await lastingPort(), await freePort()];
    const file = join(folder, `${name}.json`);
    await writeFile(file, JSON.stringify(configOf(options, venue, port, linePort), null, 2));
    const env = { ...venue.env, ...onlyConfig(file), NODE_COMPILE_CACHE: compileCache };
    const kind = role === "server" ? serverProcess : trackerProcess;
    const flags = role === "server" && trackers === 0 ? ["--with-tracker"] : [];
    members.push(new Member(role, { ...kind, command: [...kind.command, ...flags], name, folder, env }));
    lines.push({ name, port: linePort });
    if (role === "server") urls.push(`http://127.0.0.1:${port}`);
  };
  for (let number = 1; number <= servers; number += 1) await plan("server", number);
  for (let number = 1; number <= trackers; number += 1) await plan("tracker", number);
  return { members, urls, venue, openVenue: (faults) => venue.open(lines, faults) };
}

/** A process's configuration; it believes to find the exchange at the port of its line. */
function configOf({ accounts, leaseTtlMs, store }: HouseOptions, venue: CrashVenue, port: number, linePort: number) {
  return {
    server: { port, shutdownGraceMs: 5_000 },
    store,
    lease: { ttlMs: leaseTtlMs },
    retry: { attemptsMax: 30, delayMs: 200, delayMsMax: 1_000 },
    log: { level: "warn" },
    venues: { [venue.name]: { ...venue.configOf(linePort), accounts, concurrencyMax: 8 } },
  };
}
