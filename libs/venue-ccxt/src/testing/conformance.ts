import { Secret } from "@surefill/core";
import { openVenueStand, type StandReach, venueStandLimits } from "@surefill/stand-binance";
import type { VenueConformance } from "@surefill/venue-testkit";
import { plugin } from "../index.ts";

/** A configuration of ccxt's binance that reaches a local one; short times, for its answers come at once. */
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

/** ccxt's binance, unmodified, on a local Binance over real HTTP. */
export const conformance: VenueConformance = {
  plugin,
  limits: venueStandLimits,
  openStand: () => openVenueStand({ configOf: localConfig }),
};
