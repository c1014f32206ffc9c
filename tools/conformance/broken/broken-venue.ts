import type { Venue, VenueEnvironment, VenuePlugin } from "@surefill/core";
import { conformance as sim } from "@surefill/venue-sim/conformance";
import type { VenueConformance, VenueStand } from "@surefill/venue-testkit";

/** The paper venue with one mistake of the kind that real libraries make, and the cards that must notice. */
export interface BrokenVenue {
  readonly mistake: string;
  /** Ids of the cards that fail: these, and no others. */
  readonly cards: readonly string[];
  /** The methods that are wrong, over those that are sound. */
  readonly venue?: (sound: Venue, environment: VenueEnvironment) => Partial<Venue>;
  readonly configSchema?: (sound: VenuePlugin["configSchema"]) => VenuePlugin["configSchema"];
  /** What must not be told, beside what the stand has. */
  readonly secrets?: readonly string[];
}

/** The broken library on the paper venue's stand. */
export function brokenConformance({ venue, configSchema, secrets }: BrokenVenue): VenueConformance {
  const plugin: VenuePlugin = {
    manifest: sim.plugin.manifest,
    configSchema: configSchema?.(sim.plugin.configSchema) ?? sim.plugin.configSchema,
    create: async (config, environment) => {
      const sound = delegating(await sim.plugin.create(config, environment));
      return { ...sound, ...venue?.(sound, environment) };
    },
  };
  const openStand = async () => (secrets === undefined ? sim.openStand() : guarding(await sim.openStand(), secrets));
  return { ...sim, plugin, openStand };
}

/** The venue as an object of its own, whose methods can be replaced one by one. */
function delegating(venue: Venue): Venue {
  const { watch, cancelAll } = venue;
  return {
    instruments: (signal) => venue.instruments(signal),
    prices: (instruments, signal) => venue.prices(instruments, signal),
    balances: (account, signal) => venue.balances(account, signal),
    prepare: (request, signal) => venue.prepare(request, signal),
    submit: (account, attempt, signal) => venue.submit(account, attempt, signal),
    lookup: (attempt, signal) => venue.lookup(attempt, signal),
    cancel: (attempt, signal) => venue.cancel(attempt, signal),
    openOrders: (account, signal) => venue.openOrders(account, signal),
    fillsSince: (account, after, limit, signal) => venue.fillsSince(account, after, limit, signal),
    ...(watch === undefined ? {} : { watch: watch.bind(venue) }),
    ...(cancelAll === undefined ? {} : { cancelAll: cancelAll.bind(venue) }),
    close: () => venue.close(),
  };
}

/** The stand, with secrets to be guarded. */
function guarding(stand: VenueStand, secrets: readonly string[]): VenueStand {
  return new Proxy(stand, {
    get: (target, name) => {
      if (name === "secrets") return secrets;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
