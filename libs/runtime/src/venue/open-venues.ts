import {
  accountId,
  type Clock,
  type Instrument,
  type InstrumentId,
  type Log,
  loadVenue,
  type Random,
  SurefillError,
  type VenueDirectory,
  type VenueEntry,
  type VenueId,
  type VenuePlugin,
  venueId,
} from "@surefill/core";
import type { Config } from "../config/config.ts";

/** What venues get from the process. */
export interface VenueSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const instrumentsMsMax = 30_000;

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
  const environment = { ...surroundings, venue: id, accounts, http: fetch };
  const { manifest, venue } = await loadVenue(plugin, settings.config, environment);
  const instruments = await venue.instruments(AbortSignal.timeout(instrumentsMsMax));
  const bySymbol = new Map<InstrumentId, Instrument>(instruments.map((instrument) => [instrument.symbol, instrument]));
  const { concurrencyMax, collarBps } = settings;
  return {
    venueId: id,
    plugin: settings.plugin,
    manifest,
    venue,
    accounts,
    instruments: bySymbol,
    concurrencyMax,
    collarBps,
  };
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
