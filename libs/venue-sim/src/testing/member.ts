import { type Clock, SeededRandom, type VenueEnvironment, venueId } from "@surefill/core";
import { onTestFinished } from "vitest";
import { connect } from "../client.ts";
import type { ExchangeApi } from "../exchange/exchange-api.ts";
import { never, paper, silent, simConfig } from "./open-exchange.ts";
import { systemClock } from "./system-clock.ts";

/** What a venue library gets from a process. */
export function environment(clock: Clock = systemClock): VenueEnvironment {
  const random = new SeededRandom(1);
  return { venue: venueId("sim"), accounts: [paper], clock, random, log: silent, http: fetch, signal: never };
}

/** A member of a hosted exchange, which leaves after the test. */
export async function member(
  exchange: { readonly port: number; readonly requestTimeoutMs?: number },
  logFile: string,
  fields: Record<string, unknown> = {},
): Promise<ExchangeApi> {
  const joined = await connect(simConfig({ exchange, logFile, ...fields }), environment());
  onTestFinished(() => joined.close());
  return joined;
}
