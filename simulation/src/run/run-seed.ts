import { accountId, auditAll, SeededRandom, type VenueId, venueId } from "@surefill/core";
import { MemoryTables, openMemoryStore } from "@surefill/core/testing";
import type { FaultCounts } from "../fault/fault-kind.ts";
import { Faults } from "../fault/faults.ts";
import type { Violation } from "../oracle/invariant.ts";
import { Oracle } from "../oracle/oracle.ts";
import type { TableRow } from "../oracle/progress.ts";
import type { Plant } from "../plant/plant.ts";
import { Callers } from "../scenario/callers.ts";
import { chaos } from "../scenario/chaos.ts";
import { placeForConfirmation } from "../scenario/confirmations.ts";
import { Fleet } from "../scenario/fleet.ts";
import { haltNowAndThen, resolveDoubts } from "../scenario/operators.ts";
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
const lastReadMs = 1_000;

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
    places.push(await MarketPlace.open({ character, time, faults, onEvent }));
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
  void haltNowAndThen(world, servers);
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
  if (!isBroken()) await comeToRest(world, fleet, callers);
  isOver = true;
  // Nothing is written any more, so that the reader of the stream comes to its end.
  for (const process of fleet.all) process.kill();
  if (!isBroken()) await audit(world);
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
async function comeToRest({ time, faults, oracle, places }: World, fleet: Fleet, callers: Callers): Promise<void> {
  faults.calm();
  for (const place of places) place.storm = "NONE";
  for (const process of fleet.all) process.life.goOn();
  oracle.checkAll();
  const untilMs = time.nowMs + convergenceMsMax;
  const isBroken = () => oracle.violation !== undefined;
  const isKeeper = (name: string) => name.startsWith("keeper-");
  const haveEnded = (andKeepers: boolean) =>
    callers.isDone && oracle.unended().every(({ instruction }) => !andKeepers && isKeeper(instruction.clientOrderId));
  for (const andKeepers of [false, true]) {
    // A cancel that the venue refused is asked for again: that is for its caller to do.
    while (!isBroken() && !haveEnded(andKeepers) && time.nowMs < untilMs) {
      if (callers.isDone) callers.cancelRests(andKeepers);
      await time.run(() => isBroken() || haveEnded(andKeepers), Math.min(untilMs, time.nowMs + 5_000));
    }
    await time.run(isBroken, time.nowMs + drainMs);
  }
  while (!isBroken() && oracle.missesFills() && time.nowMs < untilMs) await time.run(isBroken, time.nowMs + drainMs);
  const all = oracle.unended();
  // Keepers are cancelled once the others have ended: they are not to blame.
  const others = all.filter(({ instruction }) => !isKeeper(instruction.clientOrderId));
  const left = others.length > 0 ? others : all;
  if (left.length > 0 && !isBroken()) {
    const some = left.slice(0, 3).map(({ orderId, state, version }) => `${orderId} ${state} v${version}`);
    oracle.break(
      "converges",
      `${left.length} orders have not ended ${convergenceMsMax / 1_000} s after the faults: ${some.join(", ")}`,
    );
  }
}
