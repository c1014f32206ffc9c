import { trace } from "@opentelemetry/api";
import {
  type AccountId,
  type Desk,
  defaultRetryPolicy,
  Executor,
  guardVenue,
  Observer,
  OrderTelemetry,
  SeededRandom,
  SurefillError,
  type Venue,
  type VenueEntry,
  type VenueId,
  venueAccounts,
} from "@surefill/core";
import { openMemoryStore } from "@surefill/core/testing";
import { plugin, SimVenue } from "@surefill/venue-sim";
import { poisonedStore } from "../store/poisoned-store.ts";
import { type FlushFate, type VolatileStore, volatileStore } from "../store/volatile-store.ts";
import { watchedStore } from "../store/watched-store.ts";
import { MachineClock } from "../time/machine-clock.ts";
import { FaultyLine } from "../venue/faulty-line.ts";
import { type MarketPlace, silentLog } from "../venue/market-place.ts";
import { UnrulyVenue } from "../venue/unruly-venue.ts";
import type { World } from "../world.ts";
import { Life } from "./life.ts";
import { lived, type Weather } from "./lived.ts";

export type Role = "SERVER" | "TRACKER";

const telemetry = new OrderTelemetry(trace.getTracer("simulation"), { newSpanId: () => "", presetNext() {} });
const flushOdds = { commit_lost: 0.012, commit_outcome_unknown: 0.015, slow_commit: 0.015 } as const;
/** A year: where requests don't expire. */
const foreverMs = 365 * 86_400_000;
/** Until what a dead process had under way has come to its end. */
const burialMs = 60_000;

/** A server or a tracker, as the real ones are composed, which can be stopped and killed. */
export class SimulatedProcess {
  readonly owner: string;
  readonly role: Role;
  readonly life = new Life();
  readonly clock: MachineClock;
  readonly desk: Desk;
  readonly executor: Executor | undefined;
  readonly #world: World;
  readonly #store: VolatileStore;
  readonly #observers: readonly Observer[];
  readonly #gone = new AbortController();

  constructor(world: World, role: Role, owner: string) {
    const { time, faults, plant } = world;
    this.#world = world;
    this.owner = owner;
    this.role = role;
    this.clock = new MachineClock(time, faults.between(-500, 500), (goOn) => this.life.admit(goOn));
    this.#store = this.#openStore();
    const reached = lived(this.#store, this.life, "store", this.#storeWeather);
    const store = plant?.store?.(reached) ?? reached;
    const entries = world.places.map((place) =>
      guardVenue(
        this.#entryOf(place, (venue, venueId) => plant?.venue?.(venue, reached, venueId) ?? venue),
        { clock: this.clock, log: silentLog, rates: store.rates },
      ),
    );
    this.desk = {
      store,
      venues: new Map(entries.map((entry) => [entry.venueId, entry])),
      clock: this.clock,
      random: new SeededRandom(faults.whole(0, 0xffff_ffff)),
      log: silentLog,
      telemetry,
      retryPolicy: defaultRetryPolicy,
    };
    this.executor = role === "SERVER" ? new Executor(this.desk, owner) : undefined;
    const { desk } = this;
    this.#observers =
      role === "TRACKER"
        ? venueAccounts(desk.venues).flatMap((venueAccount) => {
            const entry = desk.venues.get(venueAccount.venue);
            return entry === undefined ? [] : [new Observer(desk, entry, venueAccount)];
          })
        : [];
  }

  start(): void {
    void this.executor?.start();
    for (const observer of this.#observers) observer.start();
  }

  /** SIGKILL: it does nothing more, and what it had not written is lost. */
  kill(): void {
    this.life.kill();
    this.#store.lose(this.#world.faults.happens(0.5) ? "WRITTEN" : "LOST");
    this.#gone.abort();
    this.#world.time.after(burialMs, () => void this.#store.close());
  }

  #openStore(): VolatileStore {
    const { tables, storeClock, faults, oracle, plant } = this.#world;
    return volatileStore(watchedStore(poisonedStore(openMemoryStore(storeClock, tables)), oracle), {
      clock: storeClock,
      fate: (): FlushFate => {
        const fault = this.#world.isStoreAway() ? "commit_lost" : faults.draw(flushOdds);
        const durableAfterMs = fault === "slow_commit" ? faults.between(500, 6_000) : 1;
        const kind = fault === "commit_lost" ? "LOST" : fault === "commit_outcome_unknown" ? "UNTOLD" : "WRITTEN";
        return { kind, durableAfterMs, toldAfterMs: faults.happens(0.1) ? faults.between(1, 50) : 0 };
      },
      onJudged: (change, result) => {
        if (result !== "REFUSED" && result.kind === "COMMITTED") oracle.committed(this.owner, change);
      },
      ...(plant?.judge === undefined ? {} : { judge: plant.judge }),
    });
  }

  /** Reads fail while the store is away; commits have fates of their own. */
  readonly #storeWeather: Weather = async (name, call) => {
    if (this.#world.isStoreAway() && !name.endsWith(".commit")) {
      throw new SurefillError("STORE_UNAVAILABLE", "the store is away");
    }
    return call();
  };

  #entryOf(place: MarketPlace, planted: (venue: Venue, venueId: VenueId) => Venue): VenueEntry {
    const { time, faults, oracle } = this.#world;
    const { character } = place;
    const { venueId, accounts, capabilities, concurrencyMax, requestWindowMs, rateLimits } = character;
    const witness = {
      asked: (account: AccountId) => oracle.asked(venueId, account),
      sent: (_account: string, payload: Uint8Array) => oracle.sent(venueId, payload),
      turnedAway: (payload: Uint8Array) => oracle.turnedAway(payload),
      lied: (payload: Uint8Array) => oracle.lied(payload),
    };
    const line = new FaultyLine(place, time, faults, witness, this.#gone.signal);
    const paper = new SimVenue(line, { requestWindowMs: capabilities.requestsExpire ? requestWindowMs : foreverMs });
    const venue = new UnrulyVenue(paper, character, faults, place.lateRefusals);
    const { manifest } = plugin;
    return {
      venueId,
      plugin: "@surefill/venue-sim",
      manifest: { ...manifest, rateLimits, capabilities: { ...manifest.capabilities, ...capabilities } },
      venue: planted(lived<Venue>(venue, this.life, "venue"), venueId),
      accounts,
      instruments: new Map(character.settings.instruments.map((instrument) => [instrument.symbol, instrument])),
      concurrencyMax,
      collarBps: 5_000,
    };
  }
}
