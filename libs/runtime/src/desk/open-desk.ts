import { type Desk, GateMetrics, OrderMetrics, type VenueDirectory } from "@surefill/core";
import { openStore } from "@surefill/persistence";
import { SystemClock } from "../clock/system-clock.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import { pinoLog } from "../log/pino-log.ts";
import { SystemRandom } from "../random/system-random.ts";
import { serveMetrics } from "../telemetry/serve-metrics.ts";
import { startTelemetry } from "../telemetry/start-telemetry.ts";
import { openVenues } from "../venue/open-venues.ts";

/** A desk on the real ports, and how to leave it. */
export interface OpenDesk {
  readonly desk: Desk;
  /** Where Prometheus finds the process's metrics, where they are served. */
  readonly metricsUrl?: string;
  /** To be called once nothing uses the desk any more: closes the venues and the store, sends the last spans. */
  readonly close: () => Promise<void>;
}

/**
 * Opens store and venues as configured. `service` names the process in logs, traces and metrics; those are served on
 * `metricsPort`, where one is given.
 */
export async function openDesk(config: LoadedConfig, service: string, metricsPort?: number): Promise<OpenDesk> {
  const log = pinoLog(service, config.log.level);
  const served = await serveMetrics(service, metricsPort);
  const metrics = new OrderMetrics(served.meter);
  const gateMetrics = new GateMetrics(served.meter);
  const telemetry = startTelemetry(service, { metrics });
  const clock = new SystemClock();
  const random = new SystemRandom();
  const stop = new AbortController();
  const store = await openStore(config.store, { log }).catch(async (error) => {
    await served.close();
    throw error;
  });
  const venues = await openVenues(config.venues, {
    ...{ clock, random, log, rates: store.rates, retry: config.retry, metrics, gateMetrics, signal: stop.signal },
  }).catch(async (error) => {
    stop.abort();
    await store.close();
    await served.close();
    throw error;
  });
  metrics.observe(
    () => clock.wall(),
    () => store.lists.openCounts(),
  );
  gateMetrics.observe(() => gatesOf(venues));
  const desk: Desk = { store, venues, clock, random, log, telemetry: telemetry.orders, retryPolicy: config.retry };
  return { desk, close, ...(served.url === undefined ? {} : { metricsUrl: served.url }) };

  async function close(): Promise<void> {
    stop.abort();
    // Before the store: a scrape reads it.
    await served.close();
    for (const { venue } of venues.values()) await venue.close();
    await store.close();
    await telemetry.shutdown();
  }
}

function gatesOf(venues: VenueDirectory) {
  return [...venues].flatMap(([venue, { gate }]) => (gate === undefined ? [] : [[venue, gate] as const]));
}
