import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { readEventLog } from "./exchange/file-event-log.ts";
import { Caller } from "./testing/caller.ts";

const placeSchema = z.object({ origin: z.string(), streamUrl: z.string(), control: z.string() });

interface Running {
  readonly child: ChildProcess;
  readonly caller: Caller;
  readonly origin: string;
  readonly streamUrl: string;
  /** Status and what the control answered. */
  control(operation: string, input?: object): Promise<readonly [number, unknown]>;
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "stand-"));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

/** A stand as a process of its own, which ends with the test. */
async function run(...options: readonly string[]): Promise<Running> {
  const main = join(import.meta.dirname, "main.ts");
  const child = spawn(process.execPath, [main, ...options], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  const { control, ...place } = placeSchema.parse(JSON.parse(String(line)));
  return {
    ...{ child, ...place },
    caller: new Caller({ origin: place.origin, exchange: Date }),
    control: async (operation, input = {}) => {
      const response = await fetch(`${control}/${operation}`, { method: "POST", body: JSON.stringify(input) });
      const { result, error } = z
        .object({ result: z.unknown().optional(), error: z.string().optional() })
        .parse(await response.json());
      return [response.status, error ?? result];
    },
  };
}

describe("a stand as a process", () => {
  test("given kill -9 in the middle of orders, so what was answered is in the log, and the next one goes on from there", async () => {
    const log = join(folder(), "exchange.jsonl");
    const first = await run("--log", log);
    const answered: unknown[] = [];
    const trading = (async () => {
      for (let n = 0; n < 10_000; n += 1) {
        const { json } = await first.caller.market({ quantity: "0.001", newClientOrderId: `order-${n}` });
        answered.push(json.orderId);
        if (answered.length === 20) first.child.kill("SIGKILL");
      }
    })();
    await expect(trading).rejects.toThrow();
    expect(answered.length).toBeGreaterThanOrEqual(20);
    const events = readEventLog(log);
    const accepted = events.flatMap((event) => (event.type === "ORDER_ACCEPTED" ? [event.orderId] : []));
    expect(accepted).toEqual(expect.arrayContaining(answered));
    expect(accepted.length - answered.length).toBeLessThanOrEqual(1);

    const second = await run("--log", log);
    const trades = await second.caller.signed("GET", "/api/v3/myTrades", { symbol: "BTCUSDT", limit: 1000 });
    expect(trades.list.map(({ orderId }) => orderId)).toEqual(accepted);
    expect((await second.caller.market({ quantity: "0.001" })).json).toMatchObject({ orderId: 1000 + accepted.length });
  });

  test("given its control, so faults, prices, fills and the log are there for another process", async () => {
    const settings = join(folder(), "settings.json");
    writeFileSync(settings, JSON.stringify({ symbols: [{ bid: "100", ask: "101" }] }));
    const { caller, control } = await run("--settings", settings);
    expect(await control("queueNamedFault", { on: "SUBMIT", name: "busy" })).toEqual([200, null]);
    expect((await caller.place({ price: 90 })).json).toMatchObject({ code: -1008 });
    expect(await control("queueFault", { on: "SUBMIT", fault: { kind: "CUT", when: "AFTER" } })).toEqual([200, null]);
    await expect(caller.place({ price: 90, newClientOrderId: "a" })).rejects.toThrow();
    expect(await control("faultCounts")).toEqual([200, { "ANSWERED_503_-1008_BEFORE": 1, CUT_AFTER: 1 }]);
    expect(await control("requests")).toEqual([200, expect.objectContaining({ SUBMIT: 2 })]);

    await control("execute", { orderId: 1000, quantity: "0.25" });
    expect((await caller.order("a")).json).toMatchObject({ executedQty: "0.25000000" });
    const levels = (price: string) => [{ price, quantity: "1" }];
    await control("setMarket", { symbol: "BTCUSDT", bids: levels("80"), asks: levels("81") });
    expect((await caller.order("a")).json).toMatchObject({ status: "FILLED" });
    await control("placeForeign", { account: "alice", symbol: "BTCUSDT", side: "BUY", quantity: "1", price: "70" });
    await control("expire", { orderId: 1001 });
    const [, events] = await control("events", { from: 1 });
    expect(
      z
        .array(z.object({ type: z.string() }))
        .parse(events)
        .map(({ type }) => type),
    ).toEqual([
      ...["REQUEST_RECEIVED", "REQUEST_RECEIVED", "ORDER_ACCEPTED", "TRADE", "MARKET_SET", "TRADE"],
      ...["ORDER_ACCEPTED", "ORDER_EXPIRED"],
    ]);

    await control("permit", { account: "alice", permission: "TRADE", isGranted: false });
    expect((await caller.place({ price: 90 })).json).toMatchObject({ code: -2015 });
    await control("permit", { account: "alice", permission: "TRADE", isGranted: true });
    await control("setStatus", { symbol: "BTCUSDT", status: "BREAK" });
    expect((await caller.place({ price: 70 })).json).toMatchObject({ msg: "Market is closed." });
    await control("setBalance", { account: "alice", asset: "USDT", total: "7" });
    expect(await control("balances", { account: "alice" })).toEqual([
      200,
      expect.arrayContaining([{ asset: "USDT", free: "7.00000000", locked: "0.00000000" }]),
    ]);
    await control("setFaultRates", {
      seed: 1,
      rates: [{ on: "OTHER", share: 1, fault: { kind: "CUT", when: "BEFORE" } }],
    });
    await expect(caller.get("/api/v3/ping")).rejects.toThrow();
    await control("clearFaults");
    await control("skewClock", { aheadMs: 60_000 });
    expect((await caller.signed("GET", "/api/v3/account")).json).toMatchObject({ code: -1021 });
    await control("outage", { isDown: true });
    await expect(caller.get("/api/v3/ping")).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
    await control("outage", { isDown: false });
    expect((await caller.get("/api/v3/ping")).text).toBe("{}");
  });

  test("given what the control does not know, so it says so, and nothing happens", async () => {
    const { control } = await run();
    expect(await control("buy")).toEqual([404, expect.stringContaining("queueFault")]);
    expect(await control("execute", { orderId: 1, quantity: "1" })).toEqual([400, "there is no order 1"]);
    expect(await control("skewClock", { ahead: 1 })).toEqual([400, expect.stringContaining("aheadMs")]);
    expect(await control("queueFault", { on: "SUBMIT", fault: { kind: "BROKEN" } })).toEqual([
      400,
      expect.stringContaining("kind"),
    ]);
  });

  test("given SIGTERM, so it ends in order", async () => {
    const { child } = await run();
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});
