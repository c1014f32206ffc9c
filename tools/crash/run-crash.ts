import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { ControlService } from "@surefill/contracts/surefill/v1/control_service";
import { ExecutionService } from "@surefill/contracts/surefill/v1/execution_service";
import type { Fill, Order } from "@surefill/contracts/surefill/v1/order";
import { type AuditViolation, SeededRandom } from "@surefill/core";
import { openStore, type StoreConfig } from "@surefill/persistence";
import { pinoLog } from "@surefill/runtime";
import { runAudit } from "../audit/run-audit.ts";
import { everyPage } from "../demo/every-page.ts";
import { type TemporaryDatabase, temporaryDatabase } from "../launch/temporary-database.ts";
import { EventFollower } from "./event-follower.ts";
import { type Halt, Halter, openAfterCancelAll, sentWhileHalted } from "./halter.ts";
import { type HouseTerms, planHouse } from "./house.ts";
import { killPlan } from "./kill-plan.ts";
import { Killer } from "./killer.ts";
import type { CrashOptions } from "./options.ts";
import { plannedOrder } from "./order-plan.ts";
import { Patience } from "./patience.ts";
import type { Progress } from "./progress.ts";
import { Trader } from "./trader.ts";
import type { CrashVenue, RunningVenue } from "./venue/crash-venue.ts";
import type { VenueEvent } from "./venue/venue-event.ts";
import { type Finding, type Testimony, type Verdict, verdictOf } from "./verdict.ts";

type Execution = Client<typeof ExecutionService>;

/** Leases are short, so that a killed server's successor, its own restart as a rule, does not keep the run waiting. */
const terms: HouseTerms = {
  accounts: ["paper-1", "paper-2", "paper-3"],
  leaseTtlMs: 1_500,
  requestWindowMs: 2_500,
  flightMs: 120,
};
const longPauseMs = Math.max(terms.leaseTtlMs, terms.requestWindowMs) * 1.4;

const ordersPerKill = 20;
const killsPerHalt = 12;
const ordersUnderWayMax = 60;
const lookEveryMs = 40;
/** How long everything may take to come to its end once the faults have stopped. */
const convergeMsMax = 60_000;
const pageSize = 1_000;

/** All that a run came to. */
export interface CrashResult {
  readonly venue: CrashVenue;
  readonly testimony: Testimony & { readonly events: readonly VenueEvent[] };
  readonly verdict: Verdict;
  readonly killer: Killer;
  readonly failedStarts: number;
  readonly halts: readonly Halt[];
  readonly sentWhileHalted: readonly Finding[];
  readonly openAfterCancelAll: readonly Finding[];
  readonly repeats: number;
  /** Events that a follower of the stream never got. */
  readonly missedEvents: readonly string[];
  readonly resumedStreams: number;
  /** What the audit found in the database. */
  readonly violations: readonly AuditViolation[];
  /** How often every connection to the database was broken. */
  readonly databaseCuts: number;
  /** From the end of the faults until every order had ended or rested. */
  readonly convergedMs: number;
  readonly seconds: number;
  readonly client: Execution;
}

/** Runs the service under load and under blows, then holds what it says against the venue's log. `judge` still has it running. */
export async function runCrash<T>(
  options: CrashOptions,
  folder: string,
  progress: Progress,
  judge: (result: CrashResult) => Promise<T>,
): Promise<T> {
  const startedMs = performance.now();
  const database = options.store === "postgres" ? await temporaryDatabase("surefill_crash") : undefined;
  const store: StoreConfig =
    database === undefined
      ? { kind: "sqlite", file: join(folder, "surefill.db") }
      : { kind: "postgres", url: database.url };
  const house = await planHouse({ ...options, ...terms, folder, store });
  const { members, urls } = house;
  const venue = await house.openVenue({ faults: true });
  const onExit = () => {
    for (const member of members) member.destroyNow();
  };
  process.once("exit", onExit);
  const interrupted = Promise.withResolvers<never>();
  interrupted.promise.catch(() => {});
  const interrupt = () => interrupted.reject(new Error("interrupted"));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, interrupt);
  let follower: EventFollower | undefined;
  let patience: Patience<Execution> | undefined;
  let killer: Killer | undefined;
  try {
    await Promise.all(members.map((member) => member.start()));
    const transports = urls.map((baseUrl) => createGrpcTransport({ baseUrl }));
    const clients = transports.map((transport) => createClient(ExecutionService, transport));
    const [client] = clients;
    if (client === undefined) throw new Error("no server");
    follower = await EventFollower.start(clients);
    patience = new Patience(clients);
    const trader = new Trader(patience);
    const operators = transports.map((transport) => ({
      control: createClient(ControlService, transport),
      execution: createClient(ExecutionService, transport),
    }));
    const halter = new Halter(new Patience(operators));
    killer = new Killer(members, venue.wire, terms.flightMs);
    const striking = strikeUnderLoad(options, { venue: house.venue, trader, killer, halter, progress, database });
    striking.catch(() => {});
    const databaseCuts = await Promise.race([striking, interrupted.promise]);
    if (!venue.isAlive) throw new Error("the venue's process died: the run proves nothing");
    await venue.calm();
    await killer.allUp();
    await Promise.race([halter.done(), interrupted.promise]);
    progress.say("No more faults and blows; waiting until every order has ended or rests at the venue …");
    const calmMs = performance.now();
    const converging = converge(client, trader, venue, calmMs + convergeMsMax);
    const { testimony, verdict } = await Promise.race([converging, interrupted.promise]);
    const endMs = performance.now();
    const missedEvents = await follower.missed(client, testimony.orders);
    const violations = await violationsIn(store);
    const result = {
      ...{ venue: house.venue, testimony, verdict, killer, client, missedEvents, databaseCuts, violations },
      halts: halter.halts,
      sentWhileHalted: sentWhileHalted(halter.halts, testimony.events),
      openAfterCancelAll: openAfterCancelAll(halter.halts, testimony.events),
      failedStarts: members.reduce((sum, { failedStarts }) => sum + failedStarts, 0),
      repeats: patience.repeats,
      resumedStreams: follower.resumed,
    };
    const judged = await judge({ ...result, convergedMs: endMs - calmMs, seconds: (endMs - startedMs) / 1000 });
    for (const member of members) await member.stop();
    return judged;
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, interrupt);
    follower?.close();
    patience?.giveUp();
    killer?.giveUp();
    await Promise.all(members.map((member) => member.destroy()));
    process.off("exit", onExit);
    await venue.close();
    await database?.drop();
  }
}

/** Who acts in a run. */
interface Stage {
  readonly venue: CrashVenue;
  readonly trader: Trader;
  readonly killer: Killer;
  readonly halter: Halter;
  readonly progress: Progress;
  readonly database: TemporaryDatabase | undefined;
}

/** Trades until the last blow has fallen and every call has its answer. Returns how often the database was cut off. */
async function strikeUnderLoad(
  { kills, trackers, seed }: CrashOptions,
  { venue, trader, killer, halter, progress, database }: Stage,
): Promise<number> {
  let databaseCuts = 0;
  let isOver = false;
  let traded = 0;
  const load = async () => {
    const underWay = new Set<Promise<void>>();
    while (!isOver || traded < kills * ordersPerKill) {
      const trade = trader.trade(plannedOrder(seed, traded, { venue: venue.name, accounts: terms.accounts }));
      traded += 1;
      underWay.add(trade);
      void trade.then(() => underWay.delete(trade));
      await sleep(venue.orderEveryMs);
      while (underWay.size >= ordersUnderWayMax) await Promise.race(underWay);
    }
    await Promise.all(underWay);
  };
  const strike = async () => {
    for (const kill of killPlan({ kills, trackers, longPauseMs }, new SeededRandom(seed))) {
      while (traded < kill.number * ordersPerKill) await sleep(lookEveryMs);
      if (kill.cutsConnections && database !== undefined) {
        await database.cutConnections();
        databaseCuts += 1;
      }
      if (kill.number % killsPerHalt === 0) halter.halt(terms.accounts[kill.number % terms.accounts.length] ?? "");
      await killer.strike(kill);
      progress.struck(kill, traded, killer.onTheWire);
    }
  };
  const loading = load();
  await strike().finally(() => {
    isOver = true;
  });
  await loading;
  return databaseCuts;
}

/** Asks both sides until nothing is wrong any more, or until it must be. */
async function converge(client: Execution, { promised }: Trader, venue: RunningVenue, deadlineMs: number) {
  for (;;) {
    const orders = await everyOrder(client);
    const fills = await everyFill(client);
    const events = await venue.log();
    const testimony = { promised, orders, fills, events };
    const verdict = verdictOf(testimony);
    const isGood = verdict.lost.length + verdict.stuck.length + verdict.duplicates.length === 0;
    if (isGood || performance.now() > deadlineMs) return { testimony, verdict };
    await sleep(500);
  }
}

async function violationsIn(config: StoreConfig): Promise<readonly AuditViolation[]> {
  const store = await openStore(config, { log: pinoLog("audit", "warn") });
  try {
    return (await runAudit(store, undefined, { step: () => {}, violation: () => {} })).violations;
  } finally {
    await store.close();
  }
}

function everyOrder(client: Execution): Promise<readonly Order[]> {
  return everyPage(async (pageToken) => {
    const page = await client.listOrders({ pageSize, pageToken });
    return { items: page.orders, nextPageToken: page.nextPageToken };
  });
}

function everyFill(client: Execution): Promise<readonly Fill[]> {
  return everyPage(async (pageToken) => {
    const page = await client.listFills({ pageSize, pageToken });
    return { items: page.fills, nextPageToken: page.nextPageToken };
  });
}
