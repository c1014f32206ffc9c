import { SurefillError } from "../error/surefill-error.ts";
import { type VenueManifest, venueApiVersion } from "./capabilities.ts";
import type { VenueEnvironment, VenuePlugin } from "./plugin.ts";
import type { Venue } from "./venue.ts";

/** A venue that is ready to trade, with what its library claims. */
export interface LoadedVenue {
  readonly manifest: VenueManifest;
  readonly venue: Venue;
}

/**
 * Checks a library and its configuration, then makes the venue. @throws SurefillError CONFIG_INVALID naming what is
 * wrong: another API version, claims that don't hold together, a configuration its schema refuses.
 */
export async function loadVenue(
  plugin: VenuePlugin,
  config: unknown,
  environment: VenueEnvironment,
): Promise<LoadedVenue> {
  checkManifest(plugin.manifest, environment);
  const parsed = await plugin.configSchema["~standard"].validate(config);
  if (parsed.issues !== undefined) {
    const issues = parsed.issues.map((issue) => `${pathOf(issue.path)}${issue.message}`).join("; ");
    throw refusal(environment, `its config is refused: ${issues}`);
  }
  const manifest = (await plugin.manifestFor?.(parsed.value)) ?? plugin.manifest;
  checkManifest(manifest, environment);
  const venue = await plugin.create(parsed.value, environment);
  if (manifest.capabilities.streams && venue.watch === undefined) {
    throw refusal(environment, `${manifest.name} claims streams but has no watch()`);
  }
  if (manifest.capabilities.cancelAll !== false && venue.cancelAll === undefined) {
    throw refusal(environment, `${manifest.name} claims cancelAll but has no cancelAll()`);
  }
  return { manifest, venue };
}

function checkManifest(manifest: VenueManifest, environment: VenueEnvironment): void {
  const fault = manifestFault(manifest);
  if (fault !== undefined) throw refusal(environment, `${manifest.name}: ${fault}`);
}

function manifestFault({ apiVersion, capabilities, rateLimits }: VenueManifest): string | undefined {
  if (apiVersion !== venueApiVersion) {
    return `made for version ${apiVersion} of the venue port, this is version ${venueApiVersion}`;
  }
  if (capabilities.orderTypes.length === 0) return "claims no order type";
  if (capabilities.timesInForce.length === 0) return "claims no time in force";
  const waiting = capabilities.orderTypes.find((type) => type === "STOP_LOSS" || type === "TAKE_PROFIT");
  if (waiting !== undefined && !capabilities.timesInForce.includes("GTC")) {
    return `claims ${waiting} orders, but not GTC, as they wait`;
  }
  const { fillHistoryMs } = capabilities;
  if (fillHistoryMs !== undefined && !(Number.isSafeInteger(fillHistoryMs) && fillHistoryMs > 0)) {
    return `claims a fillHistoryMs of ${fillHistoryMs}; give whole milliseconds, more than 0`;
  }
  const canRest = capabilities.orderTypes.includes("LIMIT") && capabilities.timesInForce.includes("GTC");
  if (capabilities.postOnly && !canRest) return "claims postOnly, but no LIMIT orders that are GTC";
  if (capabilities.lookupBySubmitKey && !capabilities.clientOrderIds) {
    return "claims look-up by submit key, but not that its orders carry one (clientOrderIds)";
  }
  const names = rateLimits.map(({ name }) => name);
  const twice = names.find((name, place) => names.indexOf(name) < place);
  return twice === undefined ? undefined : `has two rate limits called ${JSON.stringify(twice)}`;
}

function pathOf(path: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined): string {
  if (path === undefined || path.length === 0) return "";
  return `${path.map((part) => String(typeof part === "object" ? part.key : part)).join(".")}: `;
}

function refusal({ venue }: VenueEnvironment, text: string): SurefillError {
  return new SurefillError("CONFIG_INVALID", `venue ${venue}: ${text}`, { context: { field: "venues", venue } });
}
