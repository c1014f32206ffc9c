import { decimal } from "@surefill/core";
import { ManualClock } from "@surefill/core/testing";
import { describe, expect, test } from "vitest";
import { outcome } from "../testing/caller.ts";
import { openStand } from "../testing/open-stand.ts";

const hourMs = 3_600_000;

/** Six trades of 1, 2, … 6 BTC thousandths, ten hours apart, and as many orders. */
async function sixTrades() {
  const clock = new ManualClock();
  const opened = await openStand({ clock });
  const start = opened.stand.exchange.now();
  for (let n = 1; n <= 6; n += 1) {
    await opened.alice.market({ quantity: `0.00${n}` });
    clock.advance(10 * hourMs);
  }
  return { ...opened, start };
}

describe("lists", () => {
  const start = 1_767_225_600_000;
  test.each<[string, Record<string, number>, readonly number[] | string]>([
    ["nothing more", {}, [1, 2, 3, 4, 5, 6]],
    ["a limit: the newest", { limit: 2 }, [5, 6]],
    ["an id: from there on", { fromId: 3 }, [3, 4, 5, 6]],
    ["an id and a limit", { fromId: 3, limit: 2 }, [3, 4]],
    ["an id beyond the last", { fromId: 7 }, []],
    ["a start: 24 hours of it and no more", { startTime: start }, [1, 2, 3]],
    ["a later start", { startTime: start + 1 }, [2, 3]],
    ["an end: what was before it", { endTime: start + 10 * hourMs }, [1, 2]],
    ["start and end", { startTime: start + 10 * hourMs, endTime: start + 20 * hourMs }, [2, 3]],
    ["start, end and a limit: the oldest", { startTime: start, endTime: start + 24 * hourMs, limit: 2 }, [1, 2]],
    ["an order", { orderId: 1002 }, [3]],
    [
      "more than 24 hours",
      { startTime: start, endTime: start + 24 * hourMs + 1 },
      "400 -1127 More than 24 hours between startTime and endTime.",
    ],
    ["an id and a time", { fromId: 1, startTime: start }, "400 -1128 Combination of optional parameters invalid."],
    ["a limit of nothing", { limit: 0 }, "400 -1130 Data sent for parameter 'limit' is not valid."],
  ])("given myTrades with %s, so those come, oldest first", async (_given, parameters, so) => {
    const { alice, start: opened } = await sixTrades();
    expect(opened).toBe(start);
    const reply = await alice.signed("GET", "/api/v3/myTrades", { symbol: "BTCUSDT", ...parameters });
    expect(reply.status === 200 ? reply.list.map(({ id }) => id) : outcome(reply)).toEqual(so);
  });

  test("given allOrders, so ids count from the order asked for, and times as with trades", async () => {
    const { alice } = await sixTrades();
    const ids = async (parameters: Record<string, number>) =>
      (await alice.signed("GET", "/api/v3/allOrders", { symbol: "BTCUSDT", ...parameters })).list.map(
        ({ orderId }) => orderId,
      );
    expect(await ids({})).toEqual([1000, 1001, 1002, 1003, 1004, 1005]);
    expect(await ids({ orderId: 1004 })).toEqual([1004, 1005]);
    expect(await ids({ startTime: start + 1 })).toEqual([1001, 1002]);
    expect(await ids({ limit: 1 })).toEqual([1005]);
  });

  test("given a trade, so every field is as Binance spells it", async () => {
    const { alice } = await sixTrades();
    const [trade] = (await alice.signed("GET", "/api/v3/myTrades", { symbol: "BTCUSDT", limit: 1 })).list;
    expect(trade).toEqual({
      symbol: "BTCUSDT",
      id: 6,
      orderId: 1005,
      orderListId: -1,
      price: "50000.01000000",
      qty: "0.00600000",
      quoteQty: "300.00006000",
      commission: "0.00000600",
      commissionAsset: "BTC",
      time: start + 50 * hourMs,
      isBuyer: true,
      isMaker: false,
      isBestMatch: true,
    });
  });
});

describe("the market", () => {
  const settings = {
    symbols: [{}, { symbol: "ETHUSDT", base: "ETH", bid: "3000", ask: "3000.02", depth: "50" }],
  };
  const btc = { symbol: "BTCUSDT", price: "50000.00000000" };
  const eth = { symbol: "ETHUSDT", price: "3000.01000000" };

  test("given its tickers, of one, of several or of all symbols, so they show bid, ask and last", async () => {
    const { alice } = await openStand({ settings });
    const price = "/api/v3/ticker/price";
    expect((await alice.get(price, { symbol: "BTCUSDT" })).json).toEqual(btc);
    expect((await alice.get(price)).list).toEqual([btc, eth]);
    expect((await alice.get(price, { symbols: '["ETHUSDT"]' })).list).toEqual([eth]);
    expect(outcome(await alice.get(price, { symbol: "X1" }))).toBe("400 -1121 Invalid symbol.");
    expect(outcome(await alice.get(price, { symbols: "ETHUSDT" }))).toMatch(/^400 -1130/);
    expect(outcome(await alice.get(price, { symbol: "BTCUSDT", symbols: '["ETHUSDT"]' }))).toMatch(/^400 -1128/);
    expect((await alice.get("/api/v3/ticker/bookTicker", { symbol: "ETHUSDT" })).json).toEqual({
      symbol: "ETHUSDT",
      bidPrice: "3000.00000000",
      bidQty: "50.00000000",
      askPrice: "3000.02000000",
      askQty: "50.00000000",
    });
  });

  test("given trades and a market that fell, so the day's ticker counts them", async () => {
    const { stand, alice } = await openStand();
    await alice.market({ quantity: 2 });
    const level = (price: string) => [{ price: decimal(price), quantity: decimal("1") }];
    stand.exchange.setMarket("BTCUSDT", level("39999"), level("40001"));
    expect((await alice.get("/api/v3/ticker/24hr", { symbol: "BTCUSDT" })).json).toMatchObject({
      priceChange: "-10000.00000000",
      priceChangePercent: "-20",
      lastPrice: "40000.00000000",
      highPrice: "50000.01000000",
      lowPrice: "40000.00000000",
      volume: "2.00000000",
      quoteVolume: "100000.02000000",
      count: 1,
    });
  });

  test("given a market that is empty, so its best prices are zero", async () => {
    const { stand, alice } = await openStand();
    stand.exchange.setMarket("BTCUSDT", [], []);
    expect((await alice.get("/api/v3/ticker/bookTicker", { symbol: "BTCUSDT" })).json).toMatchObject({
      bidPrice: "0.00000000",
      askQty: "0.00000000",
    });
    expect((await alice.market({ quantity: 1 })).json).toMatchObject({ status: "EXPIRED", fills: [] });
    expect(outcome(await alice.market({ quantity: undefined, quoteOrderQty: 50 }))).toMatch(
      /^400 -2010 Order book liq/,
    );
  });

  test("given a tape, so the market moves row by row, on the exchange's clock", async () => {
    const clock = new ManualClock();
    const { stand, alice } = await openStand({ clock });
    const row = (afterMs: number, bid: string, ask: string) => ({
      ...{ afterMs, bids: [{ price: decimal(bid), quantity: decimal("1") }] },
      asks: [{ price: decimal(ask), quantity: decimal("1") }],
    });
    const played = stand.playTape("BTCUSDT", [row(1_000, "100", "102"), row(1_000, "200", "202")]);
    const last = async () => (await alice.get("/api/v3/ticker/price", { symbol: "BTCUSDT" })).json.price;
    expect(await last()).toBe("50000.00000000");
    clock.advance(1_000);
    expect(await last()).toBe("101.00000000");
    clock.advance(1_000);
    await played;
    expect(await last()).toBe("201.00000000");
  });

  test("given exchangeInfo, so the filters and limits that hold are those that are shown", async () => {
    const { alice } = await openStand({ settings });
    const { json } = await alice.get("/api/v3/exchangeInfo");
    expect(json.rateLimits).toEqual([
      { rateLimitType: "REQUEST_WEIGHT", interval: "MINUTE", intervalNum: 1, limit: 6000 },
      { rateLimitType: "ORDERS", interval: "SECOND", intervalNum: 10, limit: 100 },
      { rateLimitType: "ORDERS", interval: "DAY", intervalNum: 1, limit: 200000 },
      { rateLimitType: "RAW_REQUESTS", interval: "MINUTE", intervalNum: 5, limit: 61000 },
    ]);
    const one = (await alice.get("/api/v3/exchangeInfo", { symbol: "BTCUSDT" })).json;
    expect(one.symbols).toEqual([
      expect.objectContaining({
        symbol: "BTCUSDT",
        baseAsset: "BTC",
        filters: [
          { filterType: "PRICE_FILTER", minPrice: "0.01000000", maxPrice: "1000000.00000000", tickSize: "0.01000000" },
          { filterType: "LOT_SIZE", minQty: "0.00001000", maxQty: "9000.00000000", stepSize: "0.00001000" },
          { filterType: "MARKET_LOT_SIZE", minQty: "0.00000000", maxQty: "100.00000000", stepSize: "0.00000000" },
          expect.objectContaining({ filterType: "NOTIONAL", minNotional: "5.00000000", applyMinToMarket: true }),
          { filterType: "MAX_NUM_ORDERS", maxNumOrders: 200 },
          { filterType: "MAX_NUM_ALGO_ORDERS", maxNumAlgoOrders: 5 },
        ],
      }),
    ]);
  });

  test("given ping, or a path that Binance has not, so the answer is {} or a page that says so", async () => {
    const { alice } = await openStand();
    expect((await alice.get("/api/v3/ping")).text).toBe("{}");
    const unknown = await alice.get("/api/v3/nothing");
    expect([unknown.status, unknown.headers.get("content-type")]).toEqual([404, "text/html"]);
  });
});
