import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { ExecutionService, WaitFor } from "@surefill/contracts/surefill/v1/execution_service";
import { OrderState, OrderType, Side } from "@surefill/contracts/surefill/v1/order";
import { BinanceStand } from "@surefill/stand-binance";
import { expect, it, onTestFinished } from "vitest";
import { launchService } from "./launch-service.ts";

it("given a paper venue that ccxt's binance prices, so an order is filled at those prices, and none reaches the exchange", async () => {
  const folder = await mkdtemp(join(tmpdir(), "surefill-paper-"));
  const stand = await BinanceStand.open();
  const binance = {
    exchange: "binance",
    mode: "local",
    origin: stand.origin,
    instruments: ["BTC/USDT"],
    credentials: {},
  };
  const sim = { latencySubmitMs: 0, latencyConfirmMs: 0, prices: { source: "venue", venue: "binance" } };
  const service = await launchService({
    folder,
    apart: false,
    config: {
      store: { kind: "sqlite", file: join(folder, "surefill.db") },
      venues: {
        paper: { plugin: "@surefill/venue-sim", accounts: ["paper"], config: sim },
        binance: { plugin: "@surefill/venue-ccxt", accounts: ["paper"], config: binance },
      },
    },
  });
  onTestFinished(async () => {
    await service.stop().catch(() => undefined);
    await stand.close();
    await rm(folder, { recursive: true, force: true });
  });
  const client = createClient(ExecutionService, createGrpcTransport({ baseUrl: service.url }));
  const market = {
    account: "paper",
    instrument: "BTC/USDT",
    side: Side.BUY,
    type: OrderType.MARKET,
    waitFor: WaitFor.TERMINAL,
  };
  const size = { case: "baseQuantity", value: "0.01" } as const;
  const { order } = await client.executeOrder({ ...market, venue: "paper", size, clientOrderId: "on-paper" });
  expect([order?.state, order?.avgPrice, order?.simulated]).toEqual([OrderState.FILLED, "50000.01", true]);
  const refused = await client.executeOrder({ ...market, venue: "binance", size, clientOrderId: "without-keys" });
  expect([refused.order?.state, refused.order?.lastError?.code]).toEqual([OrderState.FAILED, "UNAUTHORIZED"]);
  expect(stand.requests.SUBMIT).toBe(0);
}, 90_000);
