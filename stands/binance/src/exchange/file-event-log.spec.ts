import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accountId, decimal } from "@surefill/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { BinanceStand } from "../binance-stand.ts";
import { Caller } from "../testing/caller.ts";
import { silentExchange } from "../testing/silent-exchange.ts";
import { type EventLog, MemoryEventLog } from "./event-log.ts";
import { FileEventLog, readEventLog } from "./file-event-log.ts";
import type { OrderTerms } from "./order-terms.ts";

const limitOrder: Omit<OrderTerms, "clientOrderId"> = {
  symbol: "BTCUSDT",
  side: "BUY",
  orderType: "LIMIT",
  timeInForce: "GTC",
  quantity: decimal("1"),
  quoteOrderQuantity: decimal("0"),
  price: decimal("40000"),
  stopPrice: decimal("0"),
};

function logFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "stand-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "deep", "exchange.jsonl");
}

describe("a stand's log", () => {
  test("given a stand that is opened again, so its orders, trades, balances, market and ids are those it had", async () => {
    const file = logFile();
    const first = await BinanceStand.open({ logFile: file });
    const before = new Caller(first);
    await before.place({ newClientOrderId: "a" });
    await before.market({ quantity: "0.5", newClientOrderId: "b" });
    const { bidPrice } = (await before.get("/api/v3/ticker/bookTicker", { symbol: "BTCUSDT" })).json;
    const trades = (await before.signed("GET", "/api/v3/myTrades", { symbol: "BTCUSDT" })).text;
    const balance = await before.balance("USDT");
    await first.close();

    const second = await BinanceStand.open({ logFile: file });
    onTestFinished(() => second.close());
    const after = new Caller(second);
    expect((await after.order("a")).json).toMatchObject({ orderId: 1000, status: "NEW" });
    expect((await after.signed("GET", "/api/v3/myTrades", { symbol: "BTCUSDT" })).text).toBe(trades);
    expect(await after.balance("USDT")).toBe(balance);
    expect((await after.get("/api/v3/ticker/bookTicker", { symbol: "BTCUSDT" })).json).toMatchObject({ bidPrice });
    expect((await after.place({ newClientOrderId: "c" })).json).toMatchObject({ orderId: 1002 });
    expect((await after.place({ newClientOrderId: "a" })).json).toMatchObject({ code: -2010 });
    expect(readEventLog(file).map(({ type }) => type)).toEqual([
      ...["OPENED", "REQUEST_RECEIVED", "ORDER_ACCEPTED", "REQUEST_RECEIVED", "ORDER_ACCEPTED", "TRADE"],
      ...["OPENED", "REQUEST_RECEIVED", "ORDER_ACCEPTED", "REQUEST_RECEIVED", "ORDER_REFUSED"],
    ]);
  });

  test("given a last line that a dying process tore, so it is left out and cut off", () => {
    const file = logFile();
    silentExchange([], FileEventLog.open(file)).close();
    const whole = readFileSync(file, "utf8");
    appendFileSync(file, '{"type":"OPENED","at":1');
    expect(readEventLog(file)).toHaveLength(1);
    FileEventLog.open(file).close();
    expect(readFileSync(file, "utf8")).toBe(whole);
  });

  test("given a line that is no event, so file and line are named", () => {
    const file = logFile();
    silentExchange([], FileEventLog.open(file)).close();
    writeFileSync(file, `${readFileSync(file, "utf8")}{"type":"BOUGHT"}\n`);
    expect(() => readEventLog(file)).toThrow(`${file}:2: not an event of an exchange`);
  });

  test("given no file, so nothing has happened", () => {
    expect(readEventLog(logFile())).toEqual([]);
  });

  test("given a log that can't be written, so nobody is told of anything, and the exchange is over", () => {
    let isFull = false;
    class FullLog extends MemoryEventLog implements EventLog {
      override append(events: Parameters<EventLog["append"]>[0]): void {
        if (isFull) throw new Error("no space left on device");
        super.append(events);
      }
    }
    const exchange = silentExchange([], new FullLog());
    const told: string[] = [];
    exchange.listen(
      ({ type }) =>
        () =>
          told.push(type),
    );
    let orders = 0;
    const placing = () => {
      orders += 1;
      exchange.place(accountId("alice"), { ...limitOrder, clientOrderId: `order-${orders}` });
    };
    placing();
    isFull = true;
    expect(placing).toThrow("no space left on device");
    isFull = false;
    expect(placing).toThrow("the exchange is closed");
    expect(told).toEqual(["ORDER_ACCEPTED"]);
  });
});
