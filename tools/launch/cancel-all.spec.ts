import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { ControlService, TradingState } from "@surefill/contracts/surefill/v1/control_service";
import { CancelAllState, ExecutionService } from "@surefill/contracts/surefill/v1/execution_service";
import { OrderState, OrderType, Side, TimeInForce } from "@surefill/contracts/surefill/v1/order";
import { openStore } from "@surefill/persistence";
import { readExchangeLog } from "@surefill/venue-sim/exchange";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "./free-port.ts";
import { type LaunchedService, launchService } from "./launch-service.ts";

/** Real processes, killed in the middle of an emergency stop. */
let folder = "";
let service: LaunchedService | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "surefill-cancel-all-"));
});
afterEach(async () => {
  await service?.stop().catch(() => undefined);
  await rm(folder, { recursive: true, force: true });
});

const count = 300;
const names = Array.from({ length: count }, (_, index) => `resting-${index}`);
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

interface Clients {
  readonly execution: Client<typeof ExecutionService>;
  readonly control: Client<typeof ControlService>;
}

async function start(config: Record<string, unknown>): Promise<Clients> {
  service = await launchService({ folder, config, apart: true });
  const transport = createGrpcTransport({ baseUrl: service.url });
  return {
    execution: createClient(ExecutionService, transport),
    control: createClient(ControlService, transport),
  };
}

async function kill(): Promise<void> {
  await Promise.all(
    (service?.processes ?? []).map(async (one) => {
      one.kill("SIGKILL");
      if (one.exitCode === null && one.signalCode === null) await once(one, "exit");
    }),
  );
}

const resting = (clientOrderId: string) => ({
  ...{ clientOrderId, account: "paper", venue: "sim", instrument: "BTC/USDT", side: Side.BUY },
  ...{ type: OrderType.LIMIT, timeInForce: TimeInForce.GTC, limitPrice: "9000" },
  size: { case: "baseQuantity", value: "0.01" } as const,
});

/** Orders that the exchange took and that are neither cancelled nor ended there. */
async function openAtExchange(): Promise<number> {
  const open = new Set<string>();
  for await (const event of readExchangeLog(join(folder, "exchange.jsonl"))) {
    if (event.type === "ORDER_ACCEPTED") open.add(event.submitKey);
    if (event.type === "ORDER_CANCELLED" || event.type === "ORDER_EXPIRED") open.delete(event.submitKey);
  }
  return open.size;
}

describe("an emergency stop whose server is killed in the middle of it", () => {
  it("goes on after the restart: halted all the while, and every order is gone from the exchange", async () => {
    const logFile = join(folder, "exchange.jsonl");
    const sim = { latencySubmitMs: 0, latencyConfirmMs: 0, exchange: { port: await freePort() }, logFile };
    const venue = { plugin: "@surefill/venue-sim", accounts: ["paper"], concurrencyMax: 64, config: sim };
    const store = { kind: "sqlite", file: join(folder, "surefill.db") } as const;
    const config = { store, venues: { sim: venue }, lease: { ttlMs: 2_000 } };

    const before = await start(config);
    await Promise.all(names.map((name) => before.execution.executeOrder(resting(name))));
    const call = before.execution.cancelAll({ requestId: "stop-1", reason: "spec", operator: "ann" });
    for await (const { closed } of call) {
      expect(closed).toBeLessThan(count);
      break;
    }
    await kill();
    const left = await openAtExchange();
    const opened = await openStore(store, { log: silent });
    const found = await opened.cancelAlls.find("stop-1");
    await opened.close();
    expect(found?.parts).toMatchObject([{ state: "RUNNING" }]);
    expect(left).toBeGreaterThan(0);

    const after = await start(config);
    const { order } = await after.execution.executeOrder(resting("meanwhile"));
    expect(order).toMatchObject({ state: OrderState.DENIED, lastError: { code: "TRADING_HALTED" } });
    const campaign = async () => (await after.execution.getCancelAll({ requestId: "stop-1" })).campaign;
    await expect.poll(async () => (await campaign())?.state, { timeout: 40_000 }).toBe(CancelAllState.DONE);
    expect((await campaign())?.parts).toMatchObject([
      { targets: count, requested: count, closed: count, cleanReads: 2, failures: [] },
    ]);
    expect(await openAtExchange()).toBe(0);
    const { state } = await after.control.getTradingState({});
    expect(state).toBe(TradingState.HALTED);
  }, 90_000);
});
