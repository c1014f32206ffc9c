import { type VenueManifest, venueApiVersion } from "@surefill/core";
import type { CcxtConfig } from "./config.ts";
import type { ExchangeProfile } from "./exchange-profile.ts";
import { profileOf } from "./profile-of.ts";
import { untested } from "./untested-capabilities.ts";

/** What the library claims before it is known which exchange it stands for; `manifestFor` says what it is configured as. */
export const manifest: VenueManifest = {
  apiVersion: venueApiVersion,
  name: "ccxt",
  simulated: false,
  capabilities: untested,
  rateLimits: [],
};

/** What a profile claims for so many instruments. */
export function manifestOf(profile: ExchangeProfile, instruments: number): VenueManifest {
  const { capabilities, rateLimits } = profile;
  return { ...manifest, name: `ccxt-${profile.id}`, capabilities, rateLimits: rateLimits(instruments) };
}

/** What the library claims as it is configured; asks no exchange anything. */
export async function manifestFor({ exchange, mode, instruments }: CcxtConfig): Promise<VenueManifest> {
  const claimed = manifestOf(profileOf(exchange), instruments.length);
  if (mode === "prices") {
    // Nothing is traded there, so there is nothing to follow either.
    return { ...claimed, capabilities: { ...claimed.capabilities, bulkQueries: false, cancelAll: false } };
  }
  return mode === "live" ? claimed : { ...claimed, simulated: true };
}
