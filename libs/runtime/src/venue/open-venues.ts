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
  type Random,
  type RateLedgerStore,
  type RetryPolicy,
  SurefillError,
  type VenueDirectory,
  type VenueEntry,
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
 * Loads the venues of the configuration by package name; no other file knows any of them.
 * @throws SurefillError CONFIG_INVALID for a package that is not there or no venue library, or a config it refuses.
 */
export async function openVenues(venues: Config["venues"], surroundings: VenueSurroundings): Promise<VenueDirectory> {
  const directory = new Map<VenueId, VenueEntry>();
  for (const [name, settings] of Object.entries(venues)) {
    directory.set(venueId(name), await openVenue(venueId(name), settings, surroundings));
  }
  return directory;
}

async function openVenue(
  id: VenueId,
  settings: Config["venues"][string],
  surroundings: VenueSurroundings,
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
