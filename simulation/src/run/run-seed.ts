import {
  accountId,
  attemptOf,
  auditAll,
  type Order,
  SeededRandom,
  type SubmitKey,
  type VenueId,
  venueId,
} from "@surefill/core";
import { MemoryTables, openMemoryStore } from "@surefill/core/testing";
import type { FaultCounts } from "../fault/fault-kind.ts";
import { Faults } from "../fault/faults.ts";
import type { Violation } from "../oracle/invariant.ts";
import { Oracle } from "../oracle/oracle.ts";
import type { TableRow } from "../oracle/progress.ts";
import type { Plant } from "../plant/plant.ts";
import type { Servers } from "../scenario/answered.ts";
import { Callers, isKeeper } from "../scenario/callers.ts";
import { cancelAllNowAndThen } from "../scenario/campaigns.ts";
import { chaos } from "../scenario/chaos.ts";
import { placeForConfirmation } from "../scenario/confirmations.ts";
import { Fleet } from "../scenario/fleet.ts";
import { drillHalt } from "../scenario/halt-drill.ts";
import { haltNowAndThen, resolveDoubts, ScopesInForce } from "../scenario/operators.ts";
import { placeStrangersOrders } from "../scenario/strangers.ts";
import { StreamReader } from "../scenario/stream-reader.ts";
import { MachineClock } from "../time/machine-clock.ts";
import { VirtualTime } from "../time/virtual-time.ts";
import { MarketPlace } from "../venue/market-place.ts";
import { type VenueCharacter, venueCharacter } from "../venue/venue-character.ts";
import type { World } from "../world.ts";

/** What one run showed. */
export interface SeedResult {
  readonly seed: number;
  readonly orders: number;
  readonly faults: FaultCounts;
  readonly transitions: Readonly<Partial<Record<TableRow, number>>>;
  readonly adopted: number;
  readonly provenAbsent: number;
  readonly lateFills: number;
  readonly violation?: Violation;
  /** Of the order that the violation names. */
  readonly history: readonly string[];
  /** Of all events, in the order in which they became durable. */
  readonly hash: string;
  readonly virtualMs: number;
}

const accounts = [accountId("alice"), accountId("bob")] as const;
const venueIds = [venueId("east"), venueId("west")] as const;

const ordersPerRun = 205;
/** While everything goes wrong; orders come until a little before its end. */
const stormMs = 32_000;
const faultsMin = 60;
const ordersMore = 20;
const moreMs = 4_000;
const stormMsMax = 4 * stormMs;
/** From the end of the faults until every order has ended: the bound of invariant 10. */
const convergenceMsMax = 180_000;
/** For what is late to come. */
const drainMs = 6_000;
/** A halt of everything at the end, and what was placed under it. */
const drillMsMax = 60_000;
const lastReadMs = 1_000;
/** The auditor reads every row again, which takes as long as a twentieth of a run: in one seed of so many. */
const auditedEvery = 3;

/** Runs one seed to its end, or to its first violation. */
export async function runSeed(seed: number, plant?: Plant): Promise<SeedResult> {
  const time = new VirtualTime();
  const faults = new Faults(new SeededRandom(seed));
  const tables = new MemoryTables();
  const storeClock = new MachineClock(time);
  const characters = new Map<VenueId, VenueCharacter>(
    venueIds.map((id, index) => [id, venueCharacter(faults, index, id, accounts)]),
  );
  const places: MarketPlace[] = [];
  const venueNow = (venue: VenueId) =>
    places.find(({ character }) => character.venueId === venue)?.clock.wall() ?? storeClock.wall();
  const oracle = new Oracle({
    tables,
    nowMs: () => time.nowMs,
    storeNow: () => storeClock.wall(),
    venueNow,
    characters,
  });
  for (const character of characters.values()) {
    const onEvent = (event: Parameters<typeof oracle.venueEvent>[1]) => oracle.venueEvent(character.venueId, event);
    const onForgotten = (submitKey: SubmitKey) => oracle.book.forgot(submitKey);
    const isAcknowledged = (submitKey: SubmitKey) => {
      const orderId = tables.orderIdsBySubmitKey.get(`${character.venueId}/${submitKey}`);
      const order = orderId && tables.orders.get(orderId);
      return order !== undefined && attemptOf(order)?.submitKey === submitKey && isAtVenue(order);
    };
    places.push(await MarketPlace.open({ character, time, faults, onEvent, isAcknowledged, onForgotten }));
  }
  let storeAwayUntilMs = -1;
  const isStoreAway = () => !faults.isCalm && time.nowMs < storeAwayUntilMs;
  const world: World = { time, faults, tables, storeClock, places, oracle, isStoreAway, plant };
  const fleet = new Fleet(world, faults.whole(1, 3), faults.whole(1, 2));
  const servers = () => fleet.servers;
  const callers = new Callers(world, servers);
  const reader = new StreamReader(world);

  void reader.read();
  callers.placeKeepers();
  void callers.placeMany(ordersPerRun, 0.9 * stormMs);
  void placeForConfirmation(world, servers, 0.8 * stormMs);
  void callers.placePoison(0.8 * stormMs);
  void placeStrangersOrders(world, 0.8 * stormMs);
  const scopes = new ScopesInForce();
  void haltNowAndThen(world, servers, callers, scopes);
  void cancelAllNowAndThen(world, servers, scopes);
  let isOver = false;
  void resolveDoubts(world, servers, () => isOver);
  void chaos(world, fleet, (untilMs) => {
    storeAwayUntilMs = untilMs;
  });
  const isBroken = () => oracle.violation !== undefined;
  await time.run(isBroken, stormMs);
  // Halts and dead servers make some runs quiet: these go on until enough has gone wrong.
  while (!isBroken() && faults.total < faultsMin && time.nowMs < stormMsMax) {
    void callers.placeMany(ordersMore, moreMs);
    await time.run(isBroken, time.nowMs + moreMs);
  }
  if (!isBroken()) await comeToRest(world, fleet, callers, scopes);
  isOver = true;
  // Nothing is written any more, so that the reader of the stream comes to its end.
  for (const process of fleet.all) process.kill();
  if (!isBroken() && seed % auditedEvery === 0) await audit(world);
  await time.run(() => false, time.nowMs + lastReadMs);
  reader.end();
  await time.run(() => false, time.nowMs + lastReadMs);
  if (!isBroken()) oracle.checkEnd(reader.events);

  const { progress, violation } = oracle;
  return {
    seed,
    orders: progress.orders,
    faults: faults.counts,
    transitions: Object.fromEntries(progress.transitions),
    adopted: progress.adopted,
    provenAbsent: progress.provenAbsent,
    lateFills: progress.lateFills,
    ...(violation === undefined ? {} : { violation }),
    history: violation === undefined ? [] : oracle.historyFor(violation.text),
    hash: progress.hash(),
    virtualMs: time.nowMs,
  };
}

/** The auditor that runs beside production must agree that all is well. */
async function audit({ storeClock, tables, oracle }: World): Promise<void> {
  for await (const { violations } of auditAll(openMemoryStore(storeClock, tables))) {
    for (const { invariant, orderId, subject, expected, stored } of violations) {
      const text = `${orderId ?? ""} ${invariant}: ${subject} should be ${expected}, but is ${stored}`;
      oracle.break("audit-finds-nothing", text.trimStart());
    }
  }
}

/** Ends the faults and follows every order to its end. */
async function comeToRest(world: World, fleet: Fleet, callers: Callers, scopes: ScopesInForce): Promise<void> {
  const { time, faults, oracle, places } = world;
  faults.calm();
  for (const place of places) place.storm = "NONE";
  for (const process of fleet.all) {
    process.clock.setRight();
    process.life.goOn();
  }
  oracle.checkAll();
  const isBroken = () => oracle.violation !== undefined;
  const haveEnded = (andKeepers: boolean) =>
    callers.isDone &&
    oracle.unendedCampaigns().length === 0 &&
    oracle.unended().every((order) => !andKeepers && isKeeper(order));
  callers.placeKeepers();
  // What a venue has forgotten, and shows again, is a fault until then.
  const lastFaultMs = Math.max(time.nowMs, ...places.map(({ forgotten }) => forgotten.lastUntilMs));
  for (const andKeepers of [false, true]) {
    const untilMs = (andKeepers ? time.nowMs : lastFaultMs) + convergenceMsMax;
    // A cancel that the venue refused is asked for again: that is for its caller to do.
    while (!isBroken() && !haveEnded(andKeepers) && time.nowMs < untilMs) {
      if (callers.isDone) callers.cancelRests(andKeepers);
      if (!andKeepers) callers.placeKeepers();
      await time.run(() => isBroken() || haveEnded(andKeepers), Math.min(untilMs, time.nowMs + 5_000));
    }
    if (!andKeepers && !isBroken()) await drill(world, () => fleet.servers, callers, scopes);
    await time.run(isBroken, time.nowMs + drainMs);
  }
  const drainedMs = time.nowMs + convergenceMsMax;
  while (!isBroken() && oracle.missesFills() && time.nowMs < drainedMs) await time.run(isBroken, time.nowMs + drainMs);
  const all = oracle.unended();
  // Keepers are cancelled once the others have ended: they are not to blame.
  const others = all.filter((order) => !isKeeper(order));
  const left = others.length > 0 ? others : all;
  const campaigns = oracle.unendedCampaigns();
  if (campaigns.length > 0) oracle.break("converges", `${campaigns.join(", ")} goes on`);
  if (left.length > 0 && !isBroken()) {
    const some = left.slice(0, 3).map(({ orderId, state, version }) => `${orderId} ${state} v${version}`);
    oracle.break(
      "converges",
      `${left.length} orders have not ended ${convergenceMsMax / 1_000} s after the faults: ${some.join(", ")}`,
    );
  }
}

/** Once nobody restricts trading any more. */
async function drill(world: World, servers: Servers, callers: Callers, scopes: ScopesInForce): Promise<void> {
  const { time, oracle } = world;
  let isOver = false;
  const isDone = () => oracle.violation !== undefined || (isOver && callers.isDone && oracle.unended().every(isKeeper));
  await time.run(() => scopes.isEmpty, time.nowMs + drillMsMax);
  void drillHalt(world, servers, callers).then(() => {
    isOver = true;
  });
  const untilMs = time.nowMs + drillMsMax;
  while (!isDone() && time.nowMs < untilMs) {
    if (isOver) callers.cancelRests(false);
    await time.run(isDone, Math.min(untilMs, time.nowMs + 5_000));
  }
}

function isAtVenue({ state }: Order): boolean {
  return state === "CONFIRMING" || state === "PARTIALLY_FILLED" || state === "CANCELLING";
}
