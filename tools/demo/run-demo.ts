import { join } from "node:path";
import { type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { CancelScope, ExecutionService } from "@surefill/contracts/surefill/v1/execution_service";
import type { Order } from "@surefill/contracts/surefill/v1/order";
import type { AuditViolation } from "@surefill/core";
import { openStore, type StoreConfig } from "@surefill/persistence";
import { readExchangeLog, readTape } from "@surefill/venue-sim/exchange";
import { runAudit } from "../audit/run-audit.ts";
import { freePort } from "../launch/free-port.ts";
import { launchService } from "../launch/launch-service.ts";
import { temporaryDatabase } from "../launch/temporary-database.ts";
import { demoMarket, instrumentOf } from "./demo-market.ts";
import { everyPage } from "./every-page.ts";
import { executeOrders } from "./execute-orders.ts";
import { LiveView } from "./live-view.ts";
import type { DemoOptions } from "./options.ts";
import { OrderMix } from "./order-mix.ts";
import type { RunResult } from "./summary.ts";
import { auditVenue, isFinal } from "./venue-audit.ts";

const pageSize = 1_000;
const settleMsMax = 60_000;

/** Server and tracker as two processes over one database, a simulated venue, and a client that speaks gRPC to them. */
export async function runDemo(options: DemoOptions, folder: string): Promise<RunResult> {
  const database = options.store === "postgres" ? await temporaryDatabase("surefill_demo") : undefined;
  const logFile = join(folder, "exchange.jsonl");
  const store: StoreConfig =
    database === undefined
      ? { kind: "sqlite", file: join(folder, "surefill.db") }
      : { kind: "postgres", url: database.url };
  process.stderr.write(
    `Starting server and tracker on ${options.store}, the simulated venue on ${marketOf(options)} …\n`,
  );
  try {
    const service = await launchService({
      folder,
      apart: true,
      config: { store, venues: venues(options, logFile, await freePort()), log: { level: "warn" } },
    });
    let run: Omit<RunResult, "auditViolations">;
    try {
      const client = createClient(ExecutionService, createGrpcTransport({ baseUrl: service.url }));
      run = await execute(client, options, logFile);
    } finally {
      await service.stop();
    }
    return { ...run, auditViolations: await violationsIn(store) };
  } finally {
    await database?.drop();
  }
}

async function execute(
  client: Client<typeof ExecutionService>,
  options: DemoOptions,
  logFile: string,
): Promise<Omit<RunResult, "auditViolations">> {
  const startedAt = performance.now();
  const view = new LiveView(options.orders);
  await view.follow(client);
  const mix = new OrderMix(options.seed, demoMarket(options.tape));
  const handedIn = await executeOrders(client, mix, options.orders, (order) => view.orderAnswered(order));
  for await (const _progress of client.cancelAll({
    scope: CancelScope.OWN_ONLY,
    halt: false,
    reason: "the demo ends",
  }));
  const orders = await settledOrders(client);
  const seconds = (performance.now() - startedAt) / 1000;
  const fills = await everyPage(async (pageToken) => {
    const page = await client.listFills({ pageSize, pageToken });
    return { items: page.fills, nextPageToken: page.nextPageToken };
  });
  view.close();
  const transitions = orders.reduce((sum, order) => sum + order.version, 0);
  const byClientOrderId = new Map(orders.map((order) => [order.clientOrderId, order]));
  const ids = handedIn.map(({ clientOrderId }) => clientOrderId);
  const audit = await auditVenue(
    ids,
    byClientOrderId,
    readExchangeLog(logFile),
    options.tape === undefined ? [] : readTape(options.tape),
  );
  return { handedIn: handedIn.length, orders, fills, transitions, audit, seconds };
}

/** What the service's own audit finds in the database that it leaves. */
async function violationsIn(config: StoreConfig): Promise<readonly AuditViolation[]> {
  const store = await openStore(config, { log: { debug() {}, info() {}, warn() {}, error() {} } });
  try {
    const told = { step: () => undefined, violation: () => undefined };
    return (await runAudit(store, undefined, told)).violations;
  } finally {
    await store.close();
  }
}

/** Every order once all have ended, or as they are after a minute. */
async function settledOrders(client: Client<typeof ExecutionService>): Promise<readonly Order[]> {
  const deadline = performance.now() + settleMsMax;
  for (;;) {
    const orders = await everyPage(async (pageToken) => {
      const page = await client.listOrders({ pageSize, pageToken });
      return { items: page.orders, nextPageToken: page.nextPageToken };
    });
    if (orders.every(isFinal) || performance.now() > deadline) return orders;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function venues({ tape, seed }: DemoOptions, logFile: string, port: number) {
  const market = demoMarket(tape);
  const prices =
    tape === undefined ? { source: "walk", seed } : { source: "tape", file: tape, instrument: market.symbol };
  return {
    sim: {
      plugin: "@surefill/venue-sim",
      accounts: ["paper"],
      concurrencyMax: 32,
      config: {
        seed,
        prices,
        instruments: [instrumentOf(market)],
        latencySubmitMs: 10,
        latencyConfirmMs: 20,
        exchange: { port },
        logFile,
      },
    },
  };
}

function marketOf({ tape }: DemoOptions): string {
  return tape === undefined ? "a seeded random walk" : tape;
}
