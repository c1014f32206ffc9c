import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { ExecutionService, WaitFor } from "@surefill/contracts/surefill/v1/execution_service";
import { OrderState, OrderType, Side } from "@surefill/contracts/surefill/v1/order";
import { BinanceStand, namedFaults } from "@surefill/stand-binance";
import { parseCompactSubmitKey } from "@surefill/venue-ccxt";
import { expect, it, onTestFinished } from "vitest";
import { openOtlpReceiver } from "../otlp/receiver.ts";
import { launchService } from "./launch-service.ts";

const keys = { apiKey: "key-of-the-operator", secret: "secret-of-the-operator" };

/** Server and tracker as two processes, trading through ccxt's binance at a local exchange; keys by their environment. */
async function open() {
  const folder = await mkdtemp(join(tmpdir(), "surefill-ccxt-"));
  const settings = { accounts: [{ account: "main", ...keys }] };
  const [stand, receiver] = [await BinanceStand.open({ settings }), await openOtlpReceiver()];
  const credentials = { main: { apiKey: { env: "MY_KEY" }, secret: { env: "MY_SECRET" } } };
  const config = {
    exchange: "binance",
    mode: "local",
    origin: stand.origin,
    instruments: ["BTC/USDT"],
    credentials,
    lookupLagMs: 100,
  };
  const service = await launchService({
    folder,
    apart: true,
    env: {
      ...{ MY_KEY: keys.apiKey, MY_SECRET: keys.secret },
      ...{ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_BSP_SCHEDULE_DELAY: "200" },
    },
    config: {
      store: { kind: "sqlite", file: join(folder, "surefill.db") },
      venues: { binance: { plugin: "@surefill/venue-ccxt", accounts: ["main"], config } },
    },
  });
  onTestFinished(async () => {
    await service.stop().catch(() => undefined);
    await Promise.all([stand.close(), receiver.close()]);
    await rm(folder, { recursive: true, force: true });
  });
  const client = createClient(ExecutionService, createGrpcTransport({ baseUrl: service.url }));
  return { folder, stand, receiver, service, client };
}

const market = {
  ...{ account: "main", venue: "binance", instrument: "BTC/USDT", side: Side.BUY, type: OrderType.MARKET },
  ...{ size: { case: "baseQuantity", value: "0.01" } as const, waitFor: WaitFor.TERMINAL },
};

it("given orders through gRPC to the ccxt venue, one of them with its answer lost, so each is filled once, its trace is one, and no file has a key", async () => {
  const { folder, stand, receiver, service, client } = await open();
  const plain = await client.executeOrder({ ...market, clientOrderId: "plain" });
  stand.faults.queue({ on: "SUBMIT", fault: namedFaults.cutAfter });
  const lost = await client.executeOrder({ ...market, clientOrderId: "lost" });
  const orders = [plain.order, lost.order];
  expect(orders.map((order) => [order?.state, order?.cumQuantity])).toEqual([
    [OrderState.FILLED, "0.01"],
    [OrderState.FILLED, "0.01"],
  ]);
  const accepted = stand.events.flatMap((event) => (event.type === "ORDER_ACCEPTED" ? [event.clientOrderId] : []));
  expect(accepted.map((key) => parseCompactSubmitKey(key)?.orderId).sort()).toEqual(
    orders.map((order) => order?.orderId).sort(),
  );
  const { fills } = await client.listFills({ pageSize: 10 });
  expect(fills.map(({ fee }) => fee?.asset)).toEqual(["BTC", "BTC"]);
  await service.stop();
  for (const order of orders) {
    const own = receiver.spans.filter(({ attributes }) => attributes.get("order.id") === order?.orderId);
    expect(new Set(own.map(({ traceId }) => traceId))).toEqual(new Set([order?.traceId]));
  }
  expect(new Set(receiver.spans.map(({ service: name }) => name))).toEqual(
    new Set(["surefill-server", "surefill-tracker"]),
  );
  const kept = await Promise.all(
    ["server.log", "tracker.log", "surefill.json", "surefill.db", "surefill.db-wal"].map((name) =>
      readFile(join(folder, name), "latin1").catch(() => ""),
    ),
  );
  const told = [...kept, JSON.stringify(receiver.spans.map(({ attributes }) => [...attributes]))].join("\n");
  expect(told.length).toBeGreaterThan(1_000);
  expect(Object.values(keys).filter((key) => told.includes(key))).toEqual([]);
}, 90_000);
