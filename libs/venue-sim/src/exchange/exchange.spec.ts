import { accountId, compare, decimal, dividedBy, plus, price, slippageCostBps, wallTime } from "@surefill/core";
import { describe, expect, test } from "vitest";
import { listedInstrument, never, paper, TestExchange } from "../testing/open-exchange.ts";
import { passTime } from "../testing/pass-time.ts";

const market = (timeInForce: string) => ({ type: "MARKET", timeInForce });
const limit = (timeInForce: string, limitPrice: string) => ({ type: "LIMIT", timeInForce, limitPrice });
const base = (quantity: string) => ({ in: "BASE", quantity });
const quote = (amount: string) => ({ in: "QUOTE", amount });

describe("a new order against a market at 10000 on both sides", () => {
  test.each([
    // given, when (pricing, size, side), so
    ["market IOC in base", market("IOC"), base("0.5"), "BUY", "FILLED 0.5 TAKER 0.5@10000"],
    ["market FOK in base", market("FOK"), base("0.5"), "SELL", "FILLED 0.5 TAKER 0.5@10000"],
    ["market IOC in quote, cut to the lot", market("IOC"), quote("99.99"), "BUY", "FILLED 0.00999 TAKER 0.00999@10000"],
    ["market FOK in quote", market("FOK"), quote("50"), "SELL", "FILLED 0.005 TAKER 0.005@10000"],
    ["limit GTC that is marketable", limit("GTC", "10100"), base("2"), "BUY", "FILLED 2 TAKER 2@10000"],
    ["limit GTC exactly at the market", limit("GTC", "10000"), base("2"), "SELL", "FILLED 2 TAKER 2@10000"],
    ["limit GTC below the market", limit("GTC", "9999.99"), base("2"), "BUY", "OPEN 0"],
    ["limit GTC above the market", limit("GTC", "10000.01"), base("2"), "SELL", "OPEN 0"],
    ["limit IOC that is marketable", limit("IOC", "10000"), base("1"), "BUY", "FILLED 1 TAKER 1@10000"],
    ["limit IOC that is not", limit("IOC", "9999"), base("1"), "BUY", "EXPIRED 0"],
    ["limit FOK that is marketable", limit("FOK", "9000"), base("1"), "SELL", "FILLED 1 TAKER 1@10000"],
    ["limit FOK that is not", limit("FOK", "11000"), base("1"), "SELL", "EXPIRED 0"],
    [
      "limit in quote, as many lots as its limit buys",
      limit("GTC", "20000"),
      quote("100"),
      "BUY",
      "FILLED 0.005 TAKER 0.005@10000",
    ],
    ["limit in quote that rests", limit("GTC", "9000"), quote("100"), "BUY", "OPEN 0"],
  ])("%s", async (_given, pricing, size, side, so) => {
    const sim = await TestExchange.open();
    const { key, answer } = await sim.submit({ pricing, size, side });
    expect(answer.kind).toBe("ACCEPTED");
    expect(await sim.line(key)).toBe(so);
  });

  test("an expected price is the market of that order alone", async () => {
    const sim = await TestExchange.open();
    const expecting = await sim.submit({ expectedPrice: "12345.67" });
    const other = await sim.submit();
    expect(await sim.line(expecting.key)).toBe("FILLED 1 TAKER 1@12345.67");
    expect(await sim.line(other.key)).toBe("FILLED 1 TAKER 1@10000");
  });
});

describe("an order that is not taken", () => {
  const wrong = { submitKey: "sim_order_1", validUntil: 1 };
  test.each([
    // given, when (terms), so
    ["a field of the wrong form", { size: base("1e5") }, "MALFORMED_REQUEST"],
    ["a market order that would rest", { pricing: market("GTC") }, "MALFORMED_REQUEST"],
    ["an unknown field", { reduceOnly: true }, "MALFORMED_REQUEST"],
    ["a request past its validity", { validUntil: 1_767_225_599_999_999 }, "REQUEST_EXPIRED"],
    ["an unknown instrument", { instrument: "DOGE/USDT" }, "UNKNOWN_INSTRUMENT"],
    ["a quantity between two lots", { size: base("0.000015") }, "QUANTITY_RULE"],
    ["no quantity", { size: base("0") }, "QUANTITY_RULE"],
    ["a quantity above the maximum", { size: base("9000.00001") }, "QUANTITY_RULE"],
    ["an amount that buys no lot", { size: quote("0.05") }, "QUANTITY_RULE"],
    ["a price between two ticks", { pricing: limit("GTC", "9000.001") }, "PRICE_RULE"],
    ["a value below the minimum", { size: base("0.00049") }, "VALUE_RULE"],
    ["an amount below the minimum", { size: quote("4.99") }, "VALUE_RULE"],
    ["expired and of an unknown instrument: the first reason", { ...wrong, instrument: "X" }, "REQUEST_EXPIRED"],
  ])("%s", async (_given, terms, so) => {
    const sim = await TestExchange.open();
    const { key, answer } = await sim.submit(terms);
    expect(answer).toMatchObject({ kind: "REFUSED", reason: so });
    expect(await sim.line(key)).toBe("NOT_FOUND");
    expect(sim.events.map(({ type }) => type)).toEqual(["STARTED", "ORDER_REFUSED"]);
  });

  test("bytes that are no JSON", async () => {
    const sim = await TestExchange.open();
    const answer = await sim.exchange.submit(paper, Uint8Array.of(0xff, 0x00));
    expect(answer).toMatchObject({ kind: "REFUSED", reason: "MALFORMED_REQUEST" });
  });

  test("a request is taken up to the last moment of its validity", async () => {
    const sim = await TestExchange.open();
    const { answer } = await sim.submit({ validUntil: sim.clock.wall() });
    expect(answer.kind).toBe("ACCEPTED");
  });

  test("a second order under the same key is a duplicate, whatever became of the first, and is counted in the log", async () => {
    const sim = await TestExchange.open();
    const first = await sim.submit();
    const second = await sim.submit({ submitKey: first.key, side: "SELL" });
    expect(second.answer).toMatchObject({ kind: "REFUSED", reason: "DUPLICATE_CLIENT_ORDER_ID" });
    expect(await sim.line(first.key)).toBe("FILLED 1 TAKER 1@10000");
    expect(sim.events.filter(({ type }) => type === "ORDER_ACCEPTED")).toHaveLength(1);
    expect(sim.events.at(-1)).toMatchObject({ reason: "DUPLICATE_CLIENT_ORDER_ID", submitKey: first.key });
  });

  test("an order for more than the account has", async () => {
    const sim = await TestExchange.open({ startBalances: { USDT: "9999" } });
    const { answer } = await sim.submit();
    expect(answer).toMatchObject({ kind: "REFUSED", reason: "INSUFFICIENT_BALANCE" });
  });

  test("an order for what another open order holds back", async () => {
    const sim = await TestExchange.open({ startBalances: { USDT: "15000" } });
    const resting = await sim.submit({ pricing: limit("GTC", "9000") });
    const refused = await sim.submit();
    await sim.exchange.cancel(paper, resting.key);
    const taken = await sim.submit();
    expect([refused.answer.kind, taken.answer.kind]).toEqual(["REFUSED", "ACCEPTED"]);
  });

  test.each([{ ordersMax: 1 }, { openOrdersMax: 1 }])(
    "an order beyond those that the exchange holds: %o",
    async (fields) => {
      const sim = await TestExchange.open(fields);
      await sim.submit({ pricing: limit("GTC", "9000") });
      expect((await sim.submit()).answer).toMatchObject({ kind: "REFUSED", reason: "EXCHANGE_FULL" });
    },
  );

  test("a request that has expired stays so when the machine's clock is set back", async () => {
    const sim = await TestExchange.open();
    const validUntil = sim.clock.wall();
    sim.clock.advance(1);
    const [before] = await sim.exchange.quotes([listedInstrument().symbol]);
    sim.clock.setWall(wallTime(validUntil - 3_600_000_000));
    const [after] = await sim.exchange.quotes([listedInstrument().symbol]);
    expect(after).toEqual(before);
    expect((await sim.submit({ validUntil })).answer).toMatchObject({ reason: "REQUEST_EXPIRED" });
  });

  test("chance refuses its share, each order by its own key", async () => {
    const keys = Array.from({ length: 200 }, (_, index) => `sim_key_${index}`);
    const taken = async (order: readonly string[]) => {
      const sim = await TestExchange.open({ successRate: 0.7, startBalance: "1000000000" });
      const answers = new Map<string, string>();
      for (const submitKey of order) answers.set(submitKey, (await sim.submit({ submitKey })).answer.kind);
      return keys.filter((key) => answers.get(key) === "ACCEPTED");
    };
    const forwards = await taken(keys);
    expect(forwards.length).toBeGreaterThan(120);
    expect(forwards.length).toBeLessThan(160);
    expect(await taken(keys.toReversed())).toEqual(forwards);
  });
});

describe("latency", () => {
  test("the answer takes latencySubmitMs and the execution latencyConfirmMs more", async () => {
    const sim = await TestExchange.open({ latencySubmitMs: 500, latencyConfirmMs: 1_000 });
    const submitted = sim.submit();
    expect(sim.events).toHaveLength(1);
    await passTime(sim.clock, 250);
    expect(sim.events.map(({ type }) => type)).toEqual(["STARTED", "ORDER_ACCEPTED"]);
    await passTime(sim.clock, 250);
    const { key } = await submitted;
    expect(await sim.line(key)).toBe("OPEN 0");
    await passTime(sim.clock, 750);
    expect(await sim.line(key)).toBe("FILLED 1 TAKER 1@10000");
  });

  test("a request that expires on its way is refused", async () => {
    const sim = await TestExchange.open({ latencySubmitMs: 20_000 });
    const submitted = sim.submit();
    await passTime(sim.clock, 10_000);
    await passTime(sim.clock, 10_000);
    expect((await submitted).answer).toMatchObject({ kind: "REFUSED", reason: "REQUEST_EXPIRED" });
  });

  test("without latency nothing waits on the clock", async () => {
    const sim = await TestExchange.open();
    const { key } = await sim.submit();
    expect(await sim.line(key)).toBe("FILLED 1 TAKER 1@10000");
    expect(sim.clock.sleepers).toBe(0);
  });

  test("an order cancelled before its execution never executes", async () => {
    const sim = await TestExchange.open({ latencyConfirmMs: 1_000 });
    const { key } = await sim.submit();
    expect(await sim.exchange.cancel(paper, key)).toMatchObject({ kind: "CANCELLED" });
    await passTime(sim.clock, 2_000);
    expect(await sim.line(key)).toBe("CANCELLED 0");
  });
});

describe("fees and slippage", () => {
  test.each([
    // given, when (config, side), so
    ["10 bps in quote", { feeBps: 10 }, "BUY", { asset: "USDT", amount: "10" }],
    ["7.5 bps in base", { feeBps: 7.5, feeAsset: "base" }, "BUY", { asset: "BTC", amount: "0.00075" }],
    ["a rebate", { feeBps: -2 }, "SELL", { asset: "USDT", amount: "-2" }],
    ["none", { feeBps: 0 }, "SELL", { asset: "USDT", amount: "0" }],
  ])("fee: %s", async (_given, config, side, so) => {
    const sim = await TestExchange.open(config);
    await sim.submit({ side });
    const { fills } = await sim.exchange.fills(paper, sim.clock.wall(), 10);
    expect(fills.map(({ fill }) => fill.fee)).toEqual([so]);
  });

  test("the mock profile slips 50 bps on average, 25 to 75 for each order, always against the taker", async () => {
    const sim = await TestExchange.open({ profile: "mock", latencySubmitMs: 0 });
    for (let order = 0; order < 500; order += 1) await sim.submit({ side: order % 2 === 0 ? "BUY" : "SELL" });
    const costs = sim.events.flatMap((event) =>
      event.type === "FILL" ? [slippageCostBps(event.side, event.price, price("10000"))] : [],
    );
    expect(costs).toHaveLength(500);
    for (const cost of costs) {
      expect(compare(cost, decimal("25"))).toBeGreaterThanOrEqual(0);
      expect(compare(cost, decimal("75.01"))).toBeLessThanOrEqual(0); // a tick, for the rounding
    }
    const average = dividedBy(costs.reduce(plus), decimal("500"), 4, "halfEven");
    expect(compare(average, decimal("48"))).toBe(1);
    expect(compare(average, decimal("52"))).toBe(-1);
  });

  test("slippage stops at the limit", async () => {
    const sim = await TestExchange.open({ slippageBps: 5_000 });
    const buy = await sim.submit({ pricing: limit("IOC", "10001") });
    const sell = await sim.submit({ side: "SELL", pricing: limit("IOC", "9999.5") });
    expect(await sim.line(buy.key)).toBe("FILLED 1 TAKER 1@10001");
    expect(await sim.line(sell.key)).toBe("FILLED 1 TAKER 1@9999.5");
  });
});

describe("balances", () => {
  test("what fills move, fees and open orders included", async () => {
    const sim = await TestExchange.open({ feeBps: 10, startBalances: { BTC: "5", USDT: "100000" } });
    await sim.submit({ size: base("2") });
    await sim.submit({ side: "SELL", pricing: limit("GTC", "11000"), size: base("3") });
    await sim.submit({ pricing: limit("GTC", "9000"), size: base("1") });
    const balances = await sim.exchange.balances(paper);
    expect(balances.get("BTC")).toBe("4");
    expect(balances.get("USDT")).toBe("70971");
    expect(balances.get("SOL")).toBe("1000000000");
  });
});

describe("reports", () => {
  test("an order that waits is reported open, then with each part of its execution", async () => {
    const sim = await TestExchange.open({ latencyConfirmMs: 100, partialFills: { probability: 1, partsMax: 2 } });
    const stop = new AbortController();
    const reports = sim.exchange.reports(paper, stop.signal);
    await sim.submit();
    await passTime(sim.clock, 100);
    await passTime(sim.clock, 100);
    stop.abort();
    const seen = await Array.fromAsync(reports);
    expect(seen.map(({ status, cumQuantity, fills }) => [status, cumQuantity, fills.length])).toEqual([
      ["OPEN", "0", 0],
      ["OPEN", "0.5", 1],
      ["FILLED", "1", 1],
    ]);
  });

  test("an immediate execution is one report, a cancel another", async () => {
    const sim = await TestExchange.open();
    const stop = new AbortController();
    const reports = sim.exchange.reports(paper, stop.signal);
    await sim.submit();
    const { key } = await sim.submit({ pricing: limit("GTC", "9000") });
    await sim.exchange.cancel(paper, key);
    stop.abort();
    const seen = await Array.fromAsync(reports);
    expect(seen.map(({ status, fills }) => [status, fills.length])).toEqual([
      ["FILLED", 1],
      ["OPEN", 0],
      ["CANCELLED", 0],
    ]);
  });

  test("cancelling all ends every open order of the account, or of one instrument, each with a report", async () => {
    const sim = await TestExchange.open();
    const keys: string[] = [];
    for (const _ of [1, 2]) keys.push((await sim.submit({ pricing: limit("GTC", "9000") })).key);
    const sol = await sim.submit({ instrument: "SOL/USDC", pricing: limit("GTC", "100") });
    const btc = listedInstrument().symbol;
    expect(await sim.exchange.cancelAll(accountId("another"))).toEqual({ cancelled: [] });
    const stop = new AbortController();
    const reports = sim.exchange.reports(paper, stop.signal);
    const { cancelled } = await sim.exchange.cancelAll(paper, btc);
    expect(cancelled.map(({ submitKey, status }) => [submitKey, status])).toEqual(
      keys.map((key) => [key, "CANCELLED"]),
    );
    expect((await sim.exchange.openOrders(paper)).map(({ submitKey }) => submitKey)).toEqual([sol.key]);
    expect((await sim.exchange.cancelAll(paper)).cancelled).toMatchObject([{ submitKey: sol.key }]);
    expect(await sim.exchange.cancelAll(paper)).toEqual({ cancelled: [] });
    stop.abort();
    expect((await Array.fromAsync(reports)).map(({ submitKey }) => submitKey)).toEqual([...keys, sol.key]);
  });

  test("they end when the exchange closes, and a closed exchange says that nothing was sent", async () => {
    const sim = await TestExchange.open();
    const reports = sim.exchange.reports(paper, never);
    await sim.exchange.close();
    expect(await Array.fromAsync(reports)).toEqual([]);
    await expect(sim.submit()).rejects.toMatchObject({ name: "ConnectionError", sent: "NO" });
  });

  test("a listener who reads nothing loses the connection, and nobody else does", async () => {
    const sim = await TestExchange.open();
    const reports = sim.exchange.reports(paper, never);
    for (let order = 0; order < 10_001; order += 1) await sim.submit();
    await expect(Array.fromAsync(reports)).rejects.toMatchObject({ name: "ConnectionError" });
    expect((await sim.submit()).answer.kind).toBe("ACCEPTED");
  });
});
