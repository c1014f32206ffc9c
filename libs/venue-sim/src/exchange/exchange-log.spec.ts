import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { submitKey } from "@surefill/core";
import { ManualClock } from "@surefill/core/testing";
import { describe, expect, test } from "vitest";
import { never, paper, silent, simConfig, TestExchange } from "../testing/open-exchange.ts";
import { temporaryFile, temporaryFolder } from "../testing/temporary-file.ts";
import { Exchange } from "./exchange.ts";
import type { ExchangeEvent } from "./exchange-event.ts";
import { openPriceSources } from "./market/open-price-sources.ts";
import { openExchange } from "./open-exchange.ts";
import { readExchangeLog } from "./read-exchange-log.ts";

const key = (number: number) => submitKey(`sim_order_${number}`);

async function open(logFile: string, fields: Record<string, unknown> = {}): Promise<Exchange> {
  const config = simConfig({ logFile, prices: { source: "walk" }, ...fields });
  return openExchange(config, { clock: new ManualClock(), log: silent });
}

/** Submits order `number`: a market BUY of 1 BTC unless `terms` say otherwise. */
async function submit(exchange: Exchange, number: number, terms: Record<string, unknown> = {}) {
  const sim = await TestExchange.open();
  return exchange.submit(paper, sim.request({ submitKey: key(number), ...terms }));
}

function eventsIn(file: string): Promise<readonly ExchangeEvent[]> {
  return Array.fromAsync(readExchangeLog(file));
}

describe("the exchange's log", () => {
  test("tells what it took, refused, filled, cancelled and let expire, and what the market was", async () => {
    const file = join(temporaryFolder(), "deeper", "exchange.jsonl");
    const exchange = await open(file, { prices: { source: "walk", volatilityBps: 0, spreadBps: 2 } });
    await submit(exchange, 1);
    await submit(exchange, 1);
    await submit(exchange, 2, { pricing: { type: "LIMIT", timeInForce: "IOC", limitPrice: "9000" } });
    await submit(exchange, 3, { pricing: { type: "LIMIT", timeInForce: "GTC", limitPrice: "9000" } });
    await exchange.cancel(paper, key(3));
    await exchange.close();
    const events = await eventsIn(file);
    expect(events).toMatchObject([
      { type: "STARTED", version: 1 },
      { type: "ORDER_ACCEPTED", account: "paper", submitKey: key(1), quantity: "1", row: 0, bid: "9999", ask: "10001" },
      { type: "FILL", submitKey: key(1), quantity: "1", price: "10001", row: 0, bid: "9999", ask: "10001" },
      { type: "ORDER_REFUSED", submitKey: key(1), reason: "DUPLICATE_CLIENT_ORDER_ID" },
      { type: "ORDER_ACCEPTED", submitKey: key(2), row: 1 },
      { type: "ORDER_EXPIRED", submitKey: key(2) },
      { type: "ORDER_ACCEPTED", submitKey: key(3), row: 2 },
      { type: "ORDER_CANCELLED", submitKey: key(3) },
    ]);
  });

  test("a restarted exchange has the orders, fills and place in the market of the one before, and its keys", async () => {
    const file = join(temporaryFolder(), "exchange.jsonl");
    const first = await open(file);
    await submit(first, 1);
    await submit(first, 2, { pricing: { type: "LIMIT", timeInForce: "GTC", limitPrice: "9000" } });
    const page = await first.fills(paper, "sim_0_0", 10);
    const quotes = await first.quotes((await first.instruments()).map(({ symbol }) => symbol));
    await first.close();

    const second = await open(file);
    expect(await second.fills(paper, "sim_0_0", 10)).toEqual(page);
    expect(await second.fills(paper, page.next, 10)).toEqual({ fills: [], next: page.next });
    expect(await second.quotes(quotes.map(({ instrument }) => instrument))).toEqual(quotes);
    expect(await second.openOrders(paper)).toMatchObject([{ submitKey: key(2) }]);
    expect(await submit(second, 1)).toMatchObject({ reason: "DUPLICATE_CLIENT_ORDER_ID" });
    await second.close();
  });

  test("a line torn at any byte is left out by a reader and cut off by the next exchange", async () => {
    const file = join(temporaryFolder(), "exchange.jsonl");
    const exchange = await open(file);
    await submit(exchange, 1);
    await exchange.close();
    const whole = readFileSync(file);
    const lastLine = whole.lastIndexOf("\n", whole.length - 2) + 1;
    const intact = await eventsIn(file);
    for (let length = lastLine; length < whole.length; length += 1) {
      writeFileSync(file, whole);
      truncateSync(file, length);
      expect(await eventsIn(file)).toEqual(intact.slice(0, -1));
      const next = await open(file);
      await next.close();
      // The order was accepted; what it takes is executed again, for its fill was lost with the line.
      expect((await eventsIn(file)).map(({ type }) => type)).toEqual(["STARTED", "ORDER_ACCEPTED", "STARTED", "FILL"]);
    }
  });

  test("a log that is one torn line is a log without events", async () => {
    const file = temporaryFile("exchange.jsonl", '{"type":"STAR');
    expect(await eventsIn(file)).toEqual([]);
    await (await open(file)).close();
    expect((await eventsIn(file)).map(({ type }) => type)).toEqual(["STARTED"]);
  });

  test.each([
    // given, when (the second line), so
    ["no JSON", "{", /exchange.jsonl:2: not JSON/],
    ["no event", '{"type":"FILL"}', /exchange.jsonl:2: not an event/],
    ["a version that nobody knows", '{"type":"STARTED","at":1,"version":2}', /exchange.jsonl:2: not an event/],
    ["a line without end", "x".repeat(200_000), /a line of more than/],
  ])("damage is refused, naming file and line: %s", async (_given, line, so) => {
    const file = temporaryFile(
      "exchange.jsonl",
      `{"type":"STARTED","at":1,"version":1}\n${line}\n`.replace(/x\n$/, "x"),
    );
    await expect(eventsIn(file)).rejects.toThrow(so);
  });

  test("the log of an exchange with other instruments stops the boot, naming the file", async () => {
    const file = join(temporaryFolder(), "exchange.jsonl");
    const exchange = await open(file);
    await submit(exchange, 1, { instrument: "SOL/USDC" });
    await exchange.close();
    const { instruments } = simConfig();
    const opening = open(file, { instruments: instruments.slice(0, 1) });
    await expect(opening).rejects.toMatchObject({ code: "CONFIG_INVALID", context: { file } });
  });

  test("two exchanges that write to one log notice, and the one that does stops", async () => {
    const file = join(temporaryFolder(), "exchange.jsonl");
    const [first, second] = [await open(file), await open(file)];
    await expect(submit(first, 1)).rejects.toMatchObject({ name: "ConnectionError" });
    expect(await submit(second, 1)).toMatchObject({ kind: "ACCEPTED" });
    await expect(submit(first, 2)).rejects.toMatchObject({ name: "ConnectionError", sent: "NO" });
    expect((await eventsIn(file)).map(({ type }) => type)).toEqual(["STARTED", "STARTED", "ORDER_ACCEPTED", "FILL"]);
  });

  test("an exchange that can't write its log does nothing any more", async () => {
    const clock = new ManualClock();
    const sim = await TestExchange.open();
    let room = 2;
    const exchangeLog = {
      append: () => {
        room -= 1;
        if (room < 0) throw new Error("no space left on device");
      },
      close: () => {},
    };
    const config = simConfig();
    const exchange = await Exchange.open(config, { clock, log: silent, exchangeLog, prices: openPriceSources(config) });
    const reports = exchange.reports(paper, never);
    const answer = await exchange.submit(paper, sim.request({ submitKey: key(1) }));
    expect(answer.kind).toBe("ACCEPTED");
    await expect(exchange.submit(paper, sim.request({ submitKey: key(2) }))).rejects.toMatchObject({ sent: "NO" });
    expect(await Array.fromAsync(reports)).toEqual([]);
  });
});
