import { decimal } from "@surefill/core";
import { describe, expect, test } from "vitest";
import type { Fault } from "./fault/fault.ts";
import { namedFaults, rateLimited } from "./fault/named-faults.ts";
import { type CcxtBinance, ccxtBinance, plain } from "./testing/ccxt-binance.ts";
import { openStand } from "./testing/open-stand.ts";
import { patience } from "./testing/patience.ts";

const btc = "BTC/USDT";

async function opened() {
  const { stand, bob } = await openStand();
  return { stand, bob, exchange: await ccxtBinance(stand) };
}

const buy = (exchange: CcxtBinance, clientOrderId: string) =>
  exchange.createOrder(btc, "limit", "buy", "1", "40000", { clientOrderId });

describe("ccxt's binance, as it is, on the stand", () => {
  test("given its markets, so precision and limits are those of the filters", async () => {
    const { exchange } = await opened();
    expect(await plain(exchange.markets[btc])).toMatchObject({
      id: "BTCUSDT",
      active: true,
      precision: { amount: "0.00001", price: "0.01" },
      limits: {
        amount: { min: "0.00001", max: "9000" },
        price: { min: "0.01", max: "1000000" },
        cost: { min: "5" },
        market: { max: "100" },
      },
    });
  });

  test("given a limit order, so it is taken, found by both ids, listed and cancelled by its client id", async () => {
    const { exchange } = await opened();
    expect(await plain(buy(exchange, "a"))).toMatchObject({
      id: "1000",
      clientOrderId: "a",
      status: "open",
      filled: "0",
    });
    const found = { id: "1000", clientOrderId: "a", status: "open", type: "limit", price: "40000", amount: "1" };
    expect(await plain(exchange.fetchOrder("1000", btc))).toMatchObject(found);
    expect(await plain(exchange.fetchOrder(undefined, btc, { origClientOrderId: "a" }))).toMatchObject(found);
    expect(await plain(exchange.fetchOpenOrders())).toMatchObject([found]);
    const cancelled = await exchange.cancelOrder(undefined, btc, { origClientOrderId: "a" });
    expect(cancelled).toMatchObject({ status: "canceled", info: { origClientOrderId: "a" } });
    expect(cancelled.clientOrderId).not.toBe("a");
    expect(await plain(exchange.fetchOrders(btc))).toMatchObject([{ id: "1000", status: "canceled" }]);
  });

  test("given market orders in base and in quote, so they are filled, with their fees", async () => {
    const { exchange } = await opened();
    const inBase = await exchange.createOrder(btc, "market", "buy", "0.002", undefined, { clientOrderId: "a" });
    expect(await plain(inBase)).toMatchObject({ status: "closed", filled: "0.002", average: "50000.01" });
    const inQuote = await exchange.createOrder(btc, "market", "sell", undefined, undefined, {
      clientOrderId: "b",
      quoteOrderQty: "100",
    });
    expect(await plain(inQuote)).toMatchObject({ status: "closed", filled: "0.002", cost: "99.99998" });
    expect(await plain(exchange.fetchMyTrades(btc))).toMatchObject([
      { id: "1", order: "1000", side: "buy", takerOrMaker: "taker", fee: { cost: "0.000002", currency: "BTC" } },
      { id: "2", order: "1001", side: "sell", fee: { cost: "0.09999998", currency: "USDT" } },
    ]);
    expect(await plain(exchange.fetchBalance())).toMatchObject({ BTC: { free: "99.999998", used: "0" } });
  });

  test("given a stop that waits, so ccxt has no time for it, and it works when the market comes", async () => {
    const { stand, exchange } = await opened();
    const stop = await exchange.createOrder(btc, "market", "sell", "1", undefined, {
      clientOrderId: "a",
      stopLossPrice: "45000",
    });
    expect(await plain(stop)).toMatchObject({ id: "1000", status: "open", triggerPrice: "45000" });
    const level = (price: string) => [{ price: decimal(price), quantity: decimal("5") }];
    stand.exchange.setMarket("BTCUSDT", level("44999"), level("45001"));
    expect(await plain(exchange.fetchOrder("1000", btc))).toMatchObject({ status: "closed", average: "44999" });
  });

  test("given a market order that exhausts the book, so it is expired with what it got", async () => {
    const { stand, exchange } = await opened();
    stand.exchange.setMarket("BTCUSDT", [], [{ price: decimal("50000"), quantity: decimal("0.3") }]);
    const order = await exchange.createOrder(btc, "market", "buy", "1", undefined, { clientOrderId: "a" });
    expect(await plain(order)).toMatchObject({ status: "expired", filled: "0.3", remaining: "0.7" });
  });

  test("given prices, so ccxt reads them in bulk and one by one", async () => {
    const { exchange } = await opened();
    expect(await plain(exchange.fetchBidsAsks([btc]))).toMatchObject({ [btc]: { bid: "49999.99", ask: "50000.01" } });
    expect(await plain(exchange.fetchTicker(btc))).toMatchObject({ last: "50000", bid: "49999.99" });
    expect(await plain(exchange.fetchLastPrices([btc]))).toMatchObject({ [btc]: { price: "50000" } });
    // An order book has numbers even where strings were asked for.
    expect(await plain(exchange.fetchOrderBook(btc))).toMatchObject({ asks: [[50000.01, 1000]] });
  });

  test("given nothing to cancel, so ccxt says that there is no order", async () => {
    const { exchange } = await opened();
    await buy(exchange, "a");
    expect(await plain(exchange.cancelAllOrders(btc))).toMatchObject([{ status: "canceled" }]);
    await expect(exchange.cancelAllOrders(btc)).rejects.toMatchObject({ name: "OrderNotFound" });
  });

  const notPlaced = 0;
  const placed = 1;
  test.each<[string, Fault, string, number]>([
    ["a cut before", namedFaults.cutBefore, "NetworkError", notPlaced],
    ["a cut after", namedFaults.cutAfter, "NetworkError", placed],
    ["-1007", namedFaults.timeout, "RequestTimeout", placed],
    ["-1006", namedFaults.unexpectedResponse, "OperationFailed", placed],
    ["-1008", namedFaults.busy, "OperationFailed", notPlaced],
    ["429", rateLimited(1_000), "DDoSProtection", notPlaced],
    ["418", rateLimited(1_000, 418), "DDoSProtection", notPlaced],
    ["a server error after", namedFaults.serverErrorAfter, "ExchangeNotAvailable", placed],
    ["an error in a 200", namedFaults.errorIn200After, "OperationFailed", placed],
    ["HTML in a 200", namedFaults.html, "TypeError", placed],
    ["nothing in a 200", namedFaults.empty, "TypeError", placed],
    ["half of the JSON", namedFaults.halfJson, "TypeError", placed],
    ["a body that breaks off", namedFaults.truncated, "SocketError", placed],
  ])("given %s, so ccxt says what the reference has measured", async (_given, fault, name, count) => {
    const { stand, exchange } = await opened();
    stand.faults.queue({ on: "SUBMIT", fault });
    await expect(buy(exchange, "a")).rejects.toMatchObject({ name });
    expect(stand.events.filter(({ type }) => type === "ORDER_ACCEPTED")).toHaveLength(count);
    expect(stand.requests.SUBMIT).toBe(1);
  });

  test("given wrong keys, so ccxt says so at first, and calls it a ban once they had been right", async () => {
    const { stand } = await openStand();
    const stranger = await ccxtBinance(stand, { apiKey: "nobody" });
    await expect(stranger.fetchBalance()).rejects.toMatchObject({ name: "AuthenticationError" });
    const forger = await ccxtBinance(stand, { secret: "wrong" });
    await expect(buy(forger, "a")).rejects.toMatchObject({ name: "AuthenticationError" });
    const known = await ccxtBinance(stand);
    await known.fetchBalance();
    stand.faults.queue({ on: "BALANCES", fault: namedFaults.wrongKey });
    await expect(known.fetchBalance()).rejects.toMatchObject({ name: "DDoSProtection" });
  });

  test("given an exchange whose clock is ahead, so ccxt is told, and right again once it has asked for the time", async () => {
    const { stand } = await openStand();
    const exchange = await ccxtBinance(stand);
    stand.exchange.skew(60_000);
    await expect(exchange.fetchBalance()).rejects.toMatchObject({ name: "InvalidNonce" });
    await exchange.loadTimeDifference();
    expect(await plain(exchange.fetchBalance())).toMatchObject({ USDT: { free: "1000000" } });
  });

  test("given an order whose id is open already, so ccxt calls it an invalid order", async () => {
    const { exchange } = await opened();
    await buy(exchange, "a");
    await expect(buy(exchange, "a")).rejects.toMatchObject({ name: "InvalidOrder", message: /Duplicate order sent/ });
  });
});

describe("ccxt's streams on the stand", () => {
  /** Everything that watchOrders and watchMyTrades give, as lines. */
  async function watching() {
    const { stand, bob, exchange } = await opened();
    const seen: string[] = [];
    const follow = async (
      next: () => Promise<readonly Record<string, unknown>[]>,
      line: (of: Record<string, unknown>) => string,
    ) => {
      for (let n = 0; n < 100; n += 1) {
        const news = await next().catch((error: Error) => [{ error: error.name }]);
        for (const each of news) seen.push("error" in each ? String(each.error) : line(each).replace(/\.?0+$/, ""));
        if (seen.at(-1) === "ExchangeClosedByUser") return;
      }
    };
    void follow(
      () => exchange.watchOrders(btc),
      (order) => `order ${order.clientOrderId} ${order.status} ${order.filled}`,
    );
    void follow(
      () => exchange.watchMyTrades(btc),
      (trade) => `trade ${trade.id} ${trade.amount}`,
    );
    await expect.poll(() => stand.subscriptions, patience).toBe(1);
    return { stand, bob, exchange, seen };
  }

  test("given orders and fills, so they are seen as they happen", async () => {
    const { stand, bob, exchange, seen } = await watching();
    await buy(exchange, "a");
    await expect.poll(() => seen, patience).toEqual(["order a open 0"]);
    stand.exchange.execute(1000, decimal("0.25"));
    await expect.poll(() => seen, patience).toContain("trade 1 0.25");
    await expect.poll(() => seen, patience).toContain("order a open 0.25");
    // Another account's orders are nobody else's business.
    await bob.place({ newClientOrderId: "b" });
    await exchange.cancelOrder("1000", btc);
    await expect.poll(() => seen, patience).toContain("order a canceled 0.25");
    expect(seen.filter((line) => line.includes(" b "))).toEqual([]);
  });

  test("given a stream that breaks, so ccxt says so and comes back, and what was missed is not told again", async () => {
    const { stand, exchange, seen } = await watching();
    stand.cutStreams();
    await expect.poll(() => seen, patience).toContain("NetworkError");
    await expect.poll(() => stand.subscriptions, patience).toBe(1);
    await buy(exchange, "a");
    await expect.poll(() => seen, patience).toContain("order a open 0");
  });
});
