import {
  accountId,
  type Clock,
  type GateMetrics,
  guardVenue,
  type Log,
  loadVenue,
  meteredVenue,
  type OrderMetrics,
  overridden,
  type PriceFeed,
  type Random,
  type RateLedgerStore,
  type RetryPolicy,
  SurefillError,
  type VenueDirectory,
  type VenueEntry,
  type VenueEnvironment,
  type VenueId,
  type VenuePlugin,
  venueId,
} from "@surefill/core";
import type { Config } from "../config/config.ts";
import { readInstruments } from "./read-instruments.ts";

/** What venues get from the process. */
export interface VenueSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The books of what may still be asked, shared with the other processes. */
  readonly rates: RateLedgerStore;
  /** Counts what venues are asked, where it is given. */
  readonly metrics?: OrderMetrics;
  /** Counts what is held back from them, where it is given. */
  readonly gateMetrics?: GateMetrics;
  /** What venues and their accounts may override. */
  readonly retry: RetryPolicy;
  readonly signal: AbortSignal;
}

/**
 * Loads the venues of the configuration by package name; no other file knows any of them. A venue that asks for another
 * one's prices while it is made waits until that one is open.
 * @throws SurefillError CONFIG_INVALID for a package that is not there or no venue library, a config it refuses, or
 * venues that wait for each other.
 */
export async function openVenues(venues: Config["venues"], surroundings: VenueSurroundings): Promise<VenueDirectory> {
  const opened = new Map<string, Promise<VenueEntry>>();
  /** `path`: who waits for whom, `name` at the end. */
  const open = (name: string, settings: VenueSettings, path: readonly string[]): Promise<VenueEntry> => {
    const known = opened.get(name);
    if (known !== undefined) return known;
    const prices = async (other: string) => {
      const priced = Object.hasOwn(venues, other) ? venues[other] : undefined;
      if (priced === undefined) throw notPriced(name, `there is no venue ${other} to take prices from`, venues);
      if (path.includes(other)) {
        throw notPriced(name, `venues that take prices from each other: ${[...path, other].join(" → ")}`, venues);
      }
      return feedOf(await open(other, priced, [...path, other]));
    };
    const opening = openVenue(venueId(name), settings, { ...surroundings, prices });
    opened.set(name, opening);
    return opening;
  };
  const directory = new Map<VenueId, VenueEntry>();
  for (const [name, settings] of Object.entries(venues)) {
    directory.set(venueId(name), await open(name, settings, [name]));
  }
  return directory;
}

type VenueSettings = Config["venues"][string];

function feedOf({ venue, instruments }: VenueEntry): PriceFeed {
  return { instruments: [...instruments.values()], prices: (symbols, signal) => venue.prices(symbols, signal) };
}

function notPriced(venue: string, text: string, venues: Config["venues"]): SurefillError {
  const known = Object.keys(venues).join(", ");
  return new SurefillError("CONFIG_INVALID", `venue ${venue}: ${text}; there are: ${known}`, {
    context: { field: "venues", venue },
  });
}

async function openVenue(
  id: VenueId,
  settings: VenueSettings,
  surroundings: VenueSurroundings & Required<Pick<VenueEnvironment, "prices">>,
): Promise<VenueEntry> {
  const plugin = await importPlugin(id, settings.plugin);
  const accounts = settings.accounts.map(accountId);
  const { rates, retry, metrics, gateMetrics, ...given } = surroundings;
  const environment = { ...given, venue: id, accounts, http: fetch };
  const { manifest, venue: library } = await loadVenue(plugin, settings.config, environment);
  // Below the guard: what it holds back is no request.
  const venue = metrics === undefined ? library : meteredVenue(id, library, { metrics, clock: given.clock });
  const { concurrencyMax, collarBps, rateBudget, breaker } = settings;
  const entry: VenueEntry = {
    venueId: id,
    plugin: settings.plugin,
    manifest,
    venue,
    accounts,
    instruments: new Map(),
    concurrencyMax,
    collarBps,
    retryPolicies: new Map(
      accounts.map((account) => {
        const ofVenue = overridden(retry, settings.retry);
        return [account, overridden(ofVenue, settings.retryByAccount[account] ?? {})];
      }),
    ),
  };
  const ports = {
    clock: given.clock,
    log: given.log,
    rates,
    ...(gateMetrics === undefined ? {} : { metrics: gateMetrics }),
  };
  const guarded = guardVenue(entry, ports, { rateBudget, breaker });
  const instruments = await readInstruments(guarded.venue, id, surroundings);
  return { ...guarded, instruments: new Map(instruments.map((instrument) => [instrument.symbol, instrument])) };
}

async function importPlugin(id: VenueId, packageName: string): Promise<VenuePlugin> {
  const refuse = (text: string, cause?: unknown) =>
    new SurefillError("CONFIG_INVALID", `venue ${id}: ${text}`, { context: { venue: id, plugin: packageName }, cause });
  let module: { readonly plugin?: unknown };
  try {
    module = await import(packageName);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refuse(`can't load ${packageName} (${reason}); install it or correct venues.${id}.plugin`, error);
  }
  if (!isPlugin(module.plugin)) throw refuse(`${packageName} exports no \`plugin\` made with defineVenue`);
  return module.plugin;
}

function isPlugin(value: unknown): value is VenuePlugin {
  return (
    typeof value === "object" && value !== null && "manifest" in value && "configSchema" in value && "create" in value
  );
}
