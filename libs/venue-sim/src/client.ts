import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { type PriceFeed, SurefillError, type VenueEnvironment } from "@surefill/core";
import type { SimConfig } from "./config.ts";
import type { ExchangeApi } from "./exchange/exchange-api.ts";
import { HostedExchange } from "./exchange/http/hosted-exchange.ts";
import { openExchange } from "./exchange/open-exchange.ts";
import type { ExchangeSettings } from "./exchange/settings.ts";
import { UnreliableExchange } from "./exchange/unreliable-exchange.ts";

/**
 * The way to the exchange: in this process, or in whichever of this machine hosts it at its port; sound or not.
 * @throws SurefillError CONFIG_INVALID for another venue's prices that can't be had.
 */
export async function connect(config: SimConfig, environment: VenueEnvironment): Promise<ExchangeApi> {
  const { requestWindowMs, faults, exchange, ...settings } = config;
  const reached = await reach(settings, exchange, environment);
  const isSound = Object.values(faults).every((fault) => fault === 0);
  return isSound ? reached : new UnreliableExchange(reached, faults, settings.seed);
}

async function reach(
  settings: ExchangeSettings,
  exchange: SimConfig["exchange"],
  environment: VenueEnvironment,
): Promise<ExchangeApi> {
  const { clock, log, http, signal } = environment;
  const feed = await feedFor(settings, environment);
  const open = () => openExchange(settings, { clock, log, ...(feed === undefined ? {} : { feed }) });
  if (exchange === undefined) return open();
  return HostedExchange.join({ ...exchange, fingerprint: fingerprintOf(settings), open, http, clock, log }, signal);
}

async function feedFor({ prices }: ExchangeSettings, environment: VenueEnvironment): Promise<PriceFeed | undefined> {
  if (prices.source !== "venue") return undefined;
  if (environment.prices !== undefined) return environment.prices(prices.venue);
  const text = `venue ${environment.venue}: nobody hands in the prices of ${prices.venue} here`;
  throw new SurefillError("CONFIG_INVALID", text, { context: { field: "prices.venue", venue: environment.venue } });
}

/** Tells settings apart; the log counts by where it lies, for members may have been started in different folders. */
export function fingerprintOf({ logFile, ...settings }: ExchangeSettings): string {
  const text = JSON.stringify({ ...settings, logFile: logFile === undefined ? undefined : resolve(logFile) });
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
