import type { ConnectRouter } from "@connectrpc/connect";
import { ExecutionService } from "@surefill/contracts/surefill/v1/execution_service";
import { VenueService } from "@surefill/contracts/surefill/v1/venue_service";
import { onTestFinished } from "vitest";
import { type RunningServer, type ServeOptions, serve } from "../serve.ts";

/** A log that nobody reads. */
export const silentLog = { info() {}, warn() {}, error() {} };

/** The contract's services doing next to nothing: one venue, echoing orders, a stream of three heartbeats. */
export function trivialRoutes(router: ConnectRouter): void {
  router.service(VenueService, {
    listVenues: () => ({ venues: [{ name: "sim", simulated: true }] }),
    listInstruments: ({ venue }) => ({ instruments: [{ symbol: `${venue}-BTCUSDT` }] }),
  });
  router.service(ExecutionService, {
    executeOrder: ({ clientOrderId }) => ({ order: { clientOrderId } }),
    async *watchOrders() {
      for (const cursor of ["1", "2", "3"]) yield { message: { case: "heartbeat", value: { cursor } } };
    },
  });
}

/** Serves on a free port until the test is over. */
export async function serveForTest(overrides: Partial<ServeOptions> = {}): Promise<RunningServer & { port: number }> {
  const server = await serve({
    host: "127.0.0.1",
    port: 0,
    routes: trivialRoutes,
    graceMs: 50,
    log: silentLog,
    ...overrides,
  });
  onTestFinished(server.close);
  return { ...server, port: Number(new URL(server.url).port) };
}
