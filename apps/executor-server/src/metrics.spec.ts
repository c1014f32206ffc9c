import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { ExecutionService } from "@surefill/contracts/surefill/v1/execution_service";
import { OrderState, OrderType, Side } from "@surefill/contracts/surefill/v1/order";
import { openDesk, parseConfig, serveMetrics } from "@surefill/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer } from "./start-server.ts";

describe("a server with metrics", () => {
  let folder: string;
  let metricsUrl: string;
  let close: () => Promise<void>;
  const order = { account: "paper", venue: "sim", instrument: "BTC/USDT", side: Side.BUY, expectedPrice: "10000" };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "surefill-metrics-"));
    const sim = {
      plugin: "@surefill/venue-sim",
      accounts: ["paper"],
      config: { latencySubmitMs: 1, latencyConfirmMs: 1 },
    };
    const parsed = parseConfig({ venues: { sim }, server: { port: 0 }, log: { level: "silent" } }, "the spec");
    const config = { ...parsed, store: { kind: "sqlite", file: join(folder, "surefill.db") } } as const;
    const opened = await openDesk(config, "spec", 0);
    const server = await startServer(opened.desk, config.server, { withTracker: true });
    metricsUrl = opened.metricsUrl ?? "";
    close = async () => {
      await server.stop();
      await opened.close();
    };
    const client = createClient(ExecutionService, createGrpcTransport({ baseUrl: server.url }));
    const filled = await client.executeOrder({
      ...{ ...order, clientOrderId: "filled-1", type: OrderType.MARKET },
      size: { case: "baseQuantity", value: "0.01" },
    });
    expect(filled.order?.state).toBe(OrderState.FILLED);
    const resting = await client.executeOrder({
      ...{ ...order, clientOrderId: "rests-1", type: OrderType.LIMIT, limitPrice: "9000" },
      size: { case: "baseQuantity", value: "0.01" },
    });
    expect(resting.order?.state).toBe(OrderState.CONFIRMING);
  });
  afterAll(async () => {
    await close();
    await rm(folder, { recursive: true });
  });

  const scraped = async () => (await (await fetch(metricsUrl)).text()).split("\n");

  it("given orders, so a scrape shows them, what the venue answered and how long it took", async () => {
    const lines = await scraped();
    for (const line of [
      'surefill_orders_total{venue="sim",type="MARKET",side="BUY",state="FILLED"} 1',
      'surefill_fills_total{venue="sim"} 1',
      'surefill_venue_requests_total{venue="sim",operation="submit",outcome="ACCEPTED"} 2',
      'surefill_venue_request_seconds_count{venue="sim",operation="submit",outcome="ACCEPTED"} 2',
      'surefill_order_seconds_count{venue="sim",state="FILLED"} 1',
      'surefill_orders_open{venue="sim",state="CONFIRMING"} 1',
      'surefill_overfills_total{venue="sim"} 0',
      'surefill_invariant_violations_total{invariant="EVENTS_REPLAY"} 0',
      'target_info{service_name="spec"} 1',
    ]) {
      expect(lines).toContain(line);
    }
  });

  it("given ids and accounts, so no label names any", async () => {
    const text = (await scraped()).join("\n");
    expect(text).not.toMatch(/filled-1|rests-1|paper|BTC|[0-9a-f]{8}-[0-9a-f]{4}/);
  });

  it("given another path, so it is not found and says where they are", async () => {
    const answer = await fetch(new URL("/", metricsUrl));
    expect([answer.status, await answer.text()]).toEqual([404, "metrics are at /metrics\n"]);
  });
});

describe("metrics", () => {
  it("given no port, so nothing is served", async () => {
    const metrics = await serveMetrics("spec", undefined);
    expect(metrics.url).toBeUndefined();
    await metrics.close();
  });

  it("given a port that is taken, so the start is refused and says what to change", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as AddressInfo;
    await expect(serveMetrics("spec", port)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining("metrics.serverPort"),
    });
    other.close();
  });
});
