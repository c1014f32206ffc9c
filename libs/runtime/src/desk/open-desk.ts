import type { Desk } from "@surefill/core";
import { openStore } from "@surefill/persistence";
import { SystemClock } from "../clock/system-clock.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import { pinoLog } from "../log/pino-log.ts";
import { SystemRandom } from "../random/system-random.ts";
import { startTelemetry } from "../telemetry/start-telemetry.ts";
import { openVenues } from "../venue/open-venues.ts";

/** A desk on the real ports, and how to leave it. */
export interface OpenDesk {
  readonly desk: Desk;
  /** To be called once nothing uses the desk any more: closes the venues and the store, sends the last spans. */
  readonly close: () => Promise<void>;
}

/** Opens store and venues as configured. `service` names the process in logs and traces. */
export async function openDesk(config: LoadedConfig, service: string): Promise<OpenDesk> {
  const log = pinoLog(service, config.log.level);
  const telemetry = startTelemetry(service);
  const clock = new SystemClock();
  const random = new SystemRandom();
  const stop = new AbortController();
  const store = await openStore(config.store, { log });
  const venues = await openVenues(config.venues, { clock, random, log, signal: stop.signal }).catch(async (error) => {
    stop.abort();
    await store.close();
    throw error;
  });
  const desk: Desk = { store, venues, clock, random, log, telemetry: telemetry.orders, retryPolicy: config.retry };
  return { desk, close };

  async function close(): Promise<void> {
    stop.abort();
    for (const { venue } of venues.values()) await venue.close();
    await store.close();
    await telemetry.shutdown();
  }
}
