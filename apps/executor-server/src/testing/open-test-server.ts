import { type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { ControlService } from "@surefill/contracts/surefill/v1/control_service";
import { ExecutionService } from "@surefill/contracts/surefill/v1/execution_service";
import { VenueService } from "@surefill/contracts/surefill/v1/venue_service";
import { type Desk, defaultRetryPolicy, type Log, type Store } from "@surefill/core";
import { openMemoryStore } from "@surefill/core/testing";
import { openVenues, parseConfig, SystemClock, SystemRandom, startTelemetry } from "@surefill/runtime";
import { startServer } from "../start-server.ts";

/** A whole server with its tracker over real gRPC, on a store in memory unless another is given. */
export interface TestServer {
  readonly desk: Desk;
  readonly url: string;
  readonly execution: Client<typeof ExecutionService>;
  readonly control: Client<typeof ControlService>;
  readonly venues: Client<typeof VenueService>;
  readonly close: () => Promise<void>;
}

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export async function openTestServer(
  simConfig: Readonly<Record<string, unknown>>,
  options: { readonly store?: Store; readonly log?: Log; readonly withTracker?: boolean } = {},
): Promise<TestServer> {
  const { log = silent, withTracker = true } = options;
  const clock = new SystemClock();
  const random = new SystemRandom();
  const stop = new AbortController();
  const settings = {
    plugin: "@surefill/venue-sim",
    accounts: ["paper", "second"],
    concurrencyMax: 64,
    // Specs lose answers on purpose; what follows must not wait for that.
    breaker: { failuresMax: 1_000 },
    config: simConfig,
  };
  const config = parseConfig({ venues: { sim: settings }, server: { port: 0, shutdownGraceMs: 2_000 } }, "the spec");
  const retry = { ...defaultRetryPolicy, delayMs: 20 };
  const store = options.store ?? openMemoryStore(clock);
  const telemetry = startTelemetry("spec", { env: {} }).orders;
  const venues = await openVenues(config.venues, {
    clock,
    random,
    log,
    rates: store.rates,
    retry,
    signal: stop.signal,
  });
  const desk: Desk = {
    store,
    venues,
    clock,
    random,
    log,
    telemetry,
    retryPolicy: retry,
  };
  const server = await startServer(desk, config.server, { withTracker });
  const transport = createGrpcTransport({ baseUrl: server.url });
  return {
    desk,
    url: server.url,
    execution: createClient(ExecutionService, transport),
    control: createClient(ControlService, transport),
    venues: createClient(VenueService, transport),
    close: async () => {
      await server.stop();
      stop.abort();
      for (const { venue } of venues.values()) await venue.close();
      await store.close();
    },
  };
}
