import { trace } from "@opentelemetry/api";
import { type Desk, Executor, OrderWaiter, uuidV7 } from "@surefill/core";
import type { Config } from "@surefill/runtime";
import { startTracker } from "@surefill/tracker";
import { routes } from "./rpc/routes.ts";
import { StreamSlots } from "./rpc/stream-slots.ts";
import { surefillErrors } from "./rpc/surefill-errors.ts";
import { callTraces } from "./telemetry/call-trace.ts";
import { serve } from "./wire/serve.ts";

/** WatchOrders streams at the same time. */
const watchersMax = 200;

export interface Server {
  /** Where it listens. */
  readonly url: string;
  /** Health turns NOT_SERVING, running calls finish, what is under way at the venues is recorded. */
  readonly stop: () => Promise<void>;
}

/** Wires the desk to the contract: executor, waiting calls, RPCs; with the tracker in this process if asked for. */
export async function startServer(
  desk: Desk,
  config: Config["server"],
  options: { readonly withTracker: boolean; readonly leaseTtlMs?: number; readonly auditIntervalMs?: number },
): Promise<Server> {
  const waiter = new OrderWaiter(desk);
  // What this process makes durable reaches its waiting calls without a detour through the database.
  const serving: Desk = { ...desk, onCommitted: (_before, { order }) => waiter.observed(order) };
  const owner = `server-${uuidV7(desk.clock.wall(), desk.random)}`;
  const executor = new Executor(serving, owner, options.leaseTtlMs);
  await executor.start();
  const watchSlots = new StreamSlots(watchersMax);
  const tracker = options.withTracker ? startTracker(serving, options) : undefined;
  const stopWorkers = async () => {
    await executor.stop();
    await tracker?.stop();
    await waiter.close();
  };
  const server = await serve({
    host: config.host,
    port: config.port,
    graceMs: config.shutdownGraceMs,
    log: desk.log,
    routes: (router, draining) =>
      routes(router, { desk: serving, executor, waiter, watchSlots, reconciling: new Map(), draining }),
    interceptors: [callTraces(trace.getTracer("surefill")), surefillErrors],
  }).catch(async (error: unknown) => {
    await stopWorkers();
    throw error;
  });
  return {
    url: server.url,
    stop: async () => {
      await server.close();
      await stopWorkers();
    },
  };
}
