import { Secret } from "@surefill/core";
import { ManualClock } from "@surefill/core/testing";
import { describe, expect, test } from "vitest";
import { aimAt } from "./exchange-hosts.ts";
import { loadExchange } from "./load-exchange.ts";
import { profileOf } from "./profile-of.ts";
import { fakeBinance } from "./testing/fake-binance.ts";
import { FakeHttp, json } from "./testing/fake-http.ts";
import { btc, keys, main, never, openVenue, orderKey, prepared, request } from "./testing/open-venue.ts";
import { Transport } from "./transport.ts";

const testnet = { mode: "testnet", liveTrading: undefined };

async function aimed(exchange: string, mode: "live" | "testnet") {
  const Exchange = await loadExchange(exchange);
  const instance = new Exchange({});
  return { instance, ...aimAt(instance, { mode }, profileOf(exchange)) };
}

describe("where requests may go", () => {
  test.each([
    ["binance", "live", "api.binance.com"],
    ["bybit", "live", "api.bybit.com"],
    ["kraken", "live", "api.kraken.com"],
    ["coinbase", "live", "api.coinbase.com"],
    ["binance", "testnet", "testnet.binance.vision"],
    ["bybit", "testnet", "api-testnet.bybit.com"],
  ] as const)("given %s in mode %s, so to %s", async (exchange, mode, host) => {
    const { hosts } = await aimed(exchange, mode);
    expect(hosts.has(host)).toBe(true);
  });

  test("given a sandbox, so no live host is among those that requests may go to", async () => {
    for (const exchange of ["binance", "bybit"]) {
      const live = await aimed(exchange, "live");
      const sandbox = await aimed(exchange, "testnet");
      expect([...sandbox.hosts].filter((host) => live.hosts.has(host))).toEqual([]);
    }
  });

  test.each(["kraken", "coinbase", "bitstamp", "upbit", "weex"])(
    "given %s, which has no sandbox that is surely none of the live exchange, so testnet is refused",
    async (exchange) => {
      await expect(aimed(exchange, "testnet")).rejects.toMatchObject({
        code: "CONFIG_INVALID",
        context: { field: "mode", exchange },
      });
    },
  );

  test("given OKX, whose sandbox is at the live address, so nothing leaves without its header", async () => {
    const { hosts, mark } = await aimed("okx", "testnet");
    const fake = new FakeHttp().on("GET /", () => json({}));
    const terms = {
      http: fake.http,
      clock: new ManualClock(),
      closed: never,
      answerMsMax: 1_000,
      hosts,
      ...(mark === undefined ? {} : { mark }),
    };
    const transport = new Transport(terms);
    const bare = { url: "https://www.okx.com/", method: "GET", headers: {} };
    await expect(transport.send(bare, never)).rejects.toThrow(/x-simulated-trading/);
    await transport.send({ ...bare, headers: { "x-simulated-trading": "1" } }, never);
    expect(fake.heard).toHaveLength(1);
  });

  test.each([
    "https://evil.example/api/v3/order",
    "http://api.binance.com/api/v3/order",
    "undefined/api/v3/order",
    "https://api.binance.com:444/",
  ])("given a request to %s, so nothing leaves", async (url) => {
    const fake = new FakeHttp();
    const transport = new Transport({
      http: fake.http,
      clock: new ManualClock(),
      closed: never,
      answerMsMax: 1_000,
      hosts: new Set(["api.binance.com"]),
    });
    await expect(transport.send({ url, method: "POST", headers: {} }, never)).rejects.toThrow(/does not allow/);
    expect(fake.heard).toEqual([]);
  });

  test("given the mode testnet of Binance, so an order goes to the sandbox, and carries no real money", async () => {
    const clock = new ManualClock();
    const opened = await openVenue("binance", fakeBinance(clock), testnet, clock);
    expect(opened.manifest.simulated).toBe(true);
    opened.fake.on("POST /api/v3/order", () => json({ code: -2010, msg: "no" }, { status: 400 }));
    await opened.venue.submit(main, await prepared(opened), never);
    expect(new Set(opened.fake.heard.map(({ host }) => host))).toEqual(new Set(["testnet.binance.vision"]));
  });
});

describe("a venue that gives prices alone", () => {
  async function open() {
    const clock = new ManualClock();
    return openVenue(
      "binance",
      fakeBinance(clock),
      { mode: "prices", liveTrading: undefined, credentials: undefined },
      clock,
    );
  }

  test("given no keys, so it lists and prices, and is asked for nothing else", async () => {
    const { venue, manifest, fake } = await open();
    expect(await venue.instruments(never)).toHaveLength(1);
    expect((await venue.prices([btc], never)).size).toBe(1);
    expect(manifest.capabilities).toMatchObject({ bulkQueries: false, streams: false, cancelAll: false });
    expect(fake.heard.filter(({ headers }) => headers.has("x-mbx-apikey"))).toEqual([]);
  });

  test("given an order, so it is refused for good, and told where to trade on paper", async () => {
    const { venue } = await open();
    const refused = await venue.prepare(request(), never);
    expect(refused).toMatchObject({
      kind: "FAILED",
      error: { code: "UNAUTHORIZED", message: expect.stringContaining("paper venue") },
    });
    await expect(venue.balances(main, never)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    await expect(venue.openOrders(main, never)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
  });
});

describe("an exchange that no spec holds", () => {
  // Answers in the form of Bitstamp's API (www.bitstamp.net/api), with values of our own.
  async function open() {
    const clock = new ManualClock();
    const pair = {
      ...{
        name: "BTC/USDT",
        market_symbol: "btcusdt",
        url_symbol: "btcusdt",
        base_decimals: 8,
        counter_decimals: 2,
        trading: "Enabled",
      },
      ...{
        minimum_order: "10.00 USDT",
        description: "Bitcoin / Tether",
        base_currency: "BTC",
        counter_currency: "USDT",
        market_type: "SPOT",
      },
    };
    const fake = new FakeHttp()
      .on("GET /api/v2/markets/", () => json([pair]))
      .on("GET /api/v2/trading-pairs-info/", () => json([pair]));
    return openVenue("bitstamp", fake, {}, clock);
  }

  test("given it, so it claims neither look-ups nor expiry, and no bulk reads", async () => {
    const { manifest } = await open();
    expect(manifest.name).toBe("ccxt-bitstamp");
    expect(manifest.capabilities).toMatchObject({
      lookupBySubmitKey: false,
      requestsExpire: false,
      bulkQueries: false,
      clientOrderIds: false,
    });
  });

  test("given an order, so it is sent once, and one in doubt waits for other evidence", async () => {
    const opened = await open();
    const route = "POST /api/v2/buy/btcusdt/";
    opened.fake.on(route, () =>
      json({
        id: "1453",
        datetime: "2023-11-14 22:13:20",
        type: "0",
        price: "40000.01",
        amount: "0.01",
        client_order_id: orderKey("COMPACT"),
      }),
    );
    const attempt = await prepared(opened);
    expect(attempt.validUntil).toBeUndefined();
    expect(await opened.venue.submit(main, attempt, never)).toMatchObject({ kind: "ACCEPTED", venueOrderId: "1453" });
    opened.fake.on(route, () => new Response("", { status: 502 }));
    expect(await opened.venue.submit(main, await prepared(opened, {}, 2), never)).toMatchObject({ kind: "UNKNOWN" });
    expect(opened.fake.heardOf(route)).toHaveLength(2);
    const looked = await opened.venue.lookup({ account: main, instrument: btc, submitKey: attempt.submitKey }, never);
    expect(looked).toMatchObject({
      kind: "UNAVAILABLE",
      error: { message: expect.stringContaining("other evidence") },
    });
  });
});

test("given words of refusal on a server's error, so they prove nothing; with a status of their own they do", async () => {
  const words = {
    status: "error",
    reason: { __all__: ["You have only 1.00 USDT available. Check your account balance for details."] },
  };
  const outcomeOf = async (status: number) => {
    const clock = new ManualClock();
    const pair = {
      name: "BTC/USDT",
      market_symbol: "btcusdt",
      url_symbol: "btcusdt",
      base_decimals: 8,
      counter_decimals: 2,
      trading: "Enabled",
      minimum_order: "10.00 USDT",
      base_currency: "BTC",
      counter_currency: "USDT",
      market_type: "SPOT",
    };
    const fake = new FakeHttp()
      .on("GET /api/v2/markets/", () => json([pair]))
      .on("GET /api/v2/trading-pairs-info/", () => json([pair]));
    const opened = await openVenue("bitstamp", fake, {}, clock);
    opened.fake.on("POST /api/v2/buy/btcusdt/", () => json(words, { status }));
    return opened.venue.submit(main, await prepared(opened), never);
  };
  expect(await outcomeOf(500)).toMatchObject({ kind: "UNKNOWN" });
  expect(await outcomeOf(400)).toMatchObject({ kind: "REJECTED", error: { code: "INSUFFICIENT_FUNDS" } });
});

test("given credentials of two accounts, so each signs with its own, and a third has none", async () => {
  const clock = new ManualClock();
  const credentials = {
    main: { apiKey: new Secret(keys.apiKey), secret: new Secret(keys.secret) },
    other: { apiKey: new Secret("other-key"), secret: new Secret("s") },
  };
  const opened = await openVenue("binance", fakeBinance(clock), { credentials }, clock);
  opened.fake.on("GET /api/v3/account", () => json({ balances: [] }));
  await opened.venue.balances(main, never);
  expect(opened.fake.heardOf("GET /api/v3/account").map(({ headers }) => headers.get("x-mbx-apikey"))).toEqual([
    keys.apiKey,
  ]);
});
