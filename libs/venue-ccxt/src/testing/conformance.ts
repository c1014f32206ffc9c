import { Secret } from "@surefill/core";
import { openVenueStand, type StandReach, venueStandLimits } from "@surefill/stand-binance";
import type { VenueConformance } from "@surefill/venue-testkit";
import { plugin } from "../index.ts";

/** A configuration of ccxt's binance that reaches a local one. */
export function localConfig({ origin, instruments, credentials }: StandReach): unknown {
  const secrets = Object.entries(credentials).map(([account, { apiKey, secret }]) => [
    account,
    { apiKey: new Secret(apiKey), secret: new Secret(secret) },
  ]);
  return {
    ...{ exchange: "binance", mode: "local", origin, instruments, credentials: Object.fromEntries(secrets) },
    ...{ requestWindowMs: 1_000, answerMsMax: 700, lookupLagMs: 0 },
  };
}

/**
 * ccxt's own binance on a local Binance over real HTTP. Time passes only where a card lets it: no deadline is missed for
 * the machine's slowness, and none is waited for.
 */
export const conformance: VenueConformance = {
  plugin,
  limits: venueStandLimits,
  openStand: () => openVenueStand({ configOf: localConfig, time: "VIRTUAL" }),
};
