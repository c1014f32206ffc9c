import { amount, instrumentId, price, quantity } from "@surefill/core";
import { ManualClock } from "@surefill/core/testing";
import { describe, expect, test } from "vitest";
import { acceptedOrder, fakeBinance } from "./testing/fake-binance.ts";
import { json } from "./testing/fake-http.ts";
import { addMs, btc, keys, main, never, openVenue, orderKey, prepared, request } from "./testing/open-venue.ts";

const order = "POST /api/v3/order";
const key = orderKey("COMPACT");

async function open(config: Readonly<Record<string, unknown>> = {}, aheadMs = 0) {
  const clock = new ManualClock();
  return openVenue("binance", fakeBinance(clock, aheadMs), config, clock);
}

describe("instruments and prices", () => {
  test("given what the exchange lists, so precision and limits are exact", async () => {
    const { venue } = await open();
    expect(await venue.instruments(never)).toEqual([
      {
        ...{ symbol: "BTC/USDT", base: "BTC", quote: "USDT", tickSize: "0.01", lotSize: "0.00001" },
        ...{ quantityMin: "0.00001", quantityMax: "9000", notionalMin: "5" },
      },
    ]);
  });

  test("given an instrument that it doesn't list, so it is named", async () => {
    const { venue } = await open({ instruments: ["NO/SUCH"] });
    await expect(venue.instruments(never)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      context: { instrument: "NO/SUCH" },
    });
  });

  test("given the best prices, so those it has, in one request", async () => {
    const { venue, fake } = await open({ instruments: ["BTC/USDT", "ETH/USDT"] });
    const prices = await venue.prices([btc, instrumentId("ETH/USDT"), instrumentId("X/Y")], never);
    expect([...prices]).toEqual([["BTC/USDT", { bid: "39999", ask: "40001", at: expect.any(Number) }]]);
    expect(fake.heardOf("GET /api/v3/ticker/bookTicker")).toHaveLength(1);
  });
});

test.each([
  ["HTML with 200", () => new Response("<html>")],
  ["nothing with 200", () => new Response("")],
  ["an object of another kind", () => json({ success: true, data: [] })],
  ["an empty list", () => json([])],
])("given %s in place of prices, so they fail, and are never empty", async (_given, answer) => {
  const { venue, fake } = await open();
  fake.on("GET /api/v3/ticker/bookTicker", answer);
  await expect(venue.prices([btc], never)).rejects.toMatchObject({ code: "VENUE_UNREACHABLE" });
});

describe("prepare", () => {
  test("given an order, so everything is fixed in it at the exchange's time, and nothing is sent", async () => {
    const opened = await open({ requestWindowMs: 2_000 }, 7_000);
    const attempt = await prepared(opened);
    const venueTime = addMs(opened.clock.wall(), 7_000);
    expect(attempt).toMatchObject({ venueTime, validUntil: addMs(venueTime, 2_000) });
    expect(attempt.submitKey).toMatch(/^s[a-z0-9]{26}$/);
    expect(opened.fake.heardOf(order)).toEqual([]);
  });

  test("given the same order and attempt, so the same key; given another attempt, another", async () => {
    const opened = await open();
    const [first, again, second] = [await prepared(opened), await prepared(opened), await prepared(opened, {}, 2)];
    expect(again.submitKey).toBe(first.submitKey);
    expect(second.submitKey).not.toBe(first.submitKey);
  });

  test("given what is stored of it, so neither key nor signature is in it", async () => {
    const attempt = await prepared(await open());
    const stored = new TextDecoder().decode(attempt.storedPayload);
    const sent = new TextDecoder().decode(attempt.payload);
    expect(sent).toContain(keys.apiKey);
    expect(sent).toContain("signature=");
    expect(stored).not.toContain(keys.apiKey);
    expect(stored).not.toContain("signature");
    expect(JSON.parse(stored)).toMatchObject({ symbol: "BTC/USDT", amount: "0.01", price: "40000.01" });
  });

  test.each([
    // given (fields), so (form of the request)
    [
      "a limit order",
      {},
      { type: "LIMIT", timeInForce: "GTC", quantity: "0.01", price: "40000.01", newOrderRespType: "FULL" },
    ],
    [
      "post only",
      { pricing: { type: "LIMIT", timeInForce: "GTC", limitPrice: price("40000.01"), postOnly: true } },
      { type: "LIMIT_MAKER" },
    ],
    ["IOC", { pricing: { type: "LIMIT", timeInForce: "IOC", limitPrice: price("40000.01") } }, { timeInForce: "IOC" }],
    [
      "a market order in base",
      { pricing: { type: "MARKET", timeInForce: "IOC" } },
      { type: "MARKET", quantity: "0.01", price: null, quoteOrderQty: null },
    ],
    [
      "a market order in quote",
      { pricing: { type: "MARKET", timeInForce: "IOC" }, size: { in: "QUOTE", amount: amount("25.5") } },
      { type: "MARKET", quoteOrderQty: "25.5", quantity: null },
    ],
    [
      "a sale in quote",
      { side: "SELL", pricing: { type: "MARKET", timeInForce: "IOC" }, size: { in: "QUOTE", amount: amount("25.5") } },
      { side: "SELL", quoteOrderQty: "25.5" },
    ],
    [
      "an amount of quote that is finer than the price's tick, which ccxt would truncate",
      { pricing: { type: "MARKET", timeInForce: "IOC" }, size: { in: "QUOTE", amount: amount("25.1234567") } },
      { type: "MARKET", quoteOrderQty: "25.1234567", quantity: null },
    ],
    [
      "a stop-loss",
      { side: "SELL", pricing: { type: "STOP_LOSS", timeInForce: "GTC", triggerPrice: price("39000") } },
      { type: "STOP_LOSS", stopPrice: "39000", quantity: "0.01" },
    ],
    [
      "a take-profit at a limit",
      {
        side: "SELL",
        pricing: { type: "TAKE_PROFIT", timeInForce: "GTC", triggerPrice: price("41000"), limitPrice: price("40990") },
      },
      { type: "TAKE_PROFIT_LIMIT", stopPrice: "41000", price: "40990", timeInForce: "GTC" },
    ],
  ] as const)("given %s, so it is spelt as Binance spells it", async (_given, fields, form) => {
    const opened = await open();
    opened.fake.on(order, ({ form: sent }) => json(acceptedOrder(sent.get("newClientOrderId"))));
    const attempt = await prepared(opened, fields);
    await opened.venue.submit(main, attempt, never);
    const [sent] = opened.fake.heardOf(order);
    for (const [name, value] of Object.entries(form)) expect([name, sent?.form.get(name)]).toEqual([name, value]);
    expect(sent?.form.get("newClientOrderId")).toBe(attempt.submitKey);
  });

  test.each([
    ["an unknown instrument", { instrument: instrumentId("X/Y") }, "INVALID_SYMBOL"],
    [
      "a quantity with too many digits",
      { size: { in: "BASE", quantity: quantity("0.0100001") } },
      "QUANTITY_NOT_LOT_MULTIPLE",
    ],
    [
      "a price off tick",
      { pricing: { type: "LIMIT", timeInForce: "GTC", limitPrice: price("40000.005") } },
      "PRICE_OFF_TICK",
    ],
    ["an amount below the minimum", { size: { in: "BASE", quantity: quantity("0.00001") } }, "NOTIONAL_BELOW_MINIMUM"],
    [
      "a market order above the market's own maximum",
      { pricing: { type: "MARKET", timeInForce: "IOC" }, size: { in: "BASE", quantity: quantity("101") } },
      "QUANTITY_ABOVE_MAXIMUM",
    ],
    ["a limit order in quote", { size: { in: "QUOTE", amount: amount("25") } }, "UNSUPPORTED_QUOTE_QUANTITY"],
    [
      "a market order that must fill or be killed",
      { pricing: { type: "MARKET", timeInForce: "FOK" } },
      "UNSUPPORTED_TIME_IN_FORCE",
    ],
  ] as const)("given %s, so it fails for good and nothing is sent", async (_given, fields, code) => {
    const { venue, fake } = await open();
    expect(await venue.prepare(request(fields), never)).toMatchObject({ kind: "FAILED", error: { code } });
    expect(fake.heardOf(order)).toEqual([]);
  });

  test("given an account without credentials, so it fails for good", async () => {
    const { venue } = await open({ credentials: {} });
    expect(await venue.prepare(request(), never)).toMatchObject({ kind: "FAILED", error: { code: "UNAUTHORIZED" } });
  });

  test("given an order that bounds its slippage, so it is quoted its side of the market", async () => {
    expect(await prepared(await open(), { maxSlippageBps: 10 })).toMatchObject({ quotedPrice: "40001" });
    expect(await prepared(await open(), { maxSlippageBps: 10, side: "SELL" })).toMatchObject({ quotedPrice: "39999" });
  });

  test("given a market order that expects nothing, so its quote tells what it should cost; without one it is sent too", async () => {
    const market = { pricing: { type: "MARKET", timeInForce: "IOC" } } as const;
    expect(await prepared(await open(), market)).toMatchObject({ quotedPrice: "40001" });
    const opened = await open();
    opened.fake.on("GET /api/v3/ticker/bookTicker", () => new Response("", { status: 500 }));
    expect((await prepared(opened, market)).quotedPrice).toBeUndefined();
    const bounded = await opened.venue.prepare(request({ maxSlippageBps: 10 }, 2), never);
    expect(bounded).toMatchObject({ kind: "FAILED", error: { code: "VENUE_UNREACHABLE" } });
  });

  test("given prices that were read a moment ago, so they are not asked for again; a second later they are", async () => {
    const opened = await open();
    const asked = () => opened.fake.heardOf("GET /api/v3/ticker/bookTicker").length;
    await opened.venue.prices([btc], never);
    expect(await prepared(opened, { maxSlippageBps: 10 })).toMatchObject({ quotedPrice: "40001" });
    expect(asked()).toBe(1);
    opened.clock.advance(1_001);
    await prepared(opened, { maxSlippageBps: 10 }, 2);
    expect(asked()).toBe(2);
  });
});

describe("submit", () => {
  test("given a prepared attempt, so exactly its bytes leave, once, however late", async () => {
    const opened = await open();
    opened.fake.on(order, ({ form }) => json(acceptedOrder(form.get("newClientOrderId"))));
    const attempt = await prepared(opened);
    opened.clock.advance(1_500);
    await opened.venue.submit(main, attempt, never);
    const { request: signed } = JSON.parse(new TextDecoder().decode(attempt.payload));
    const sent = opened.fake.heardOf(order);
    expect(sent.map(({ body }) => body)).toEqual([signed.body]);
    expect(sent[0]?.form.get("timestamp")).toBe(String((attempt.venueTime ?? 0) / 1_000));
    expect(sent[0]?.form.get("recvWindow")).toBe("2500");
  });

  test("given an order that fills at once, so its fills come with it, fees in whatever asset", async () => {
    const opened = await open();
    const fills = [
      { price: "40000.00000000", qty: "0.00400000", commission: "0.00000400", commissionAsset: "BTC", tradeId: 7 },
      { price: "40000.01000000", qty: "0.00600000", commission: "0.00010000", commissionAsset: "BNB", tradeId: 8 },
    ];
    opened.fake.on(order, ({ form }) =>
      json(
        acceptedOrder(form.get("newClientOrderId"), {
          status: "FILLED",
          executedQty: "0.01000000",
          cummulativeQuoteQty: "400.00006",
          fills,
        }),
      ),
    );
    const attempt = await prepared(opened);
    expect(await opened.venue.submit(main, attempt, never)).toMatchObject({
      kind: "ACCEPTED",
      venueOrderId: "28",
      report: {
        submitKey: attempt.submitKey,
        instrument: "BTC/USDT",
        evidence: { kind: "FILLED" },
        cumQuantity: "0.01",
        fills: [
          {
            venueFillId: "7",
            venueOrderId: "28",
            lastQuantity: "0.004",
            lastPrice: "40000",
            fee: { asset: "BTC", amount: "0.000004" },
          },
          { venueFillId: "8", lastQuantity: "0.006", fee: { asset: "BNB", amount: "0.0001" } },
        ],
      },
    });
  });

  test("given a market order that exhausts the book, so it has expired with what it got", async () => {
    const opened = await open();
    opened.fake.on(order, ({ form }) =>
      json(acceptedOrder(form.get("newClientOrderId"), { status: "EXPIRED", type: "MARKET", executedQty: "0.004" })),
    );
    const attempt = await prepared(opened, { pricing: { type: "MARKET", timeInForce: "IOC" } });
    expect(await opened.venue.submit(main, attempt, never)).toMatchObject({
      report: { evidence: { kind: "EXPIRED" }, cumQuantity: "0.004" },
    });
  });
});

describe("what an order has become", () => {
  const reference = { account: main, instrument: btc, submitKey: key };
  const partlyCancelled = acceptedOrder(key, {
    status: "CANCELED",
    executedQty: "0.004",
    time: 1_700_000_000_000,
    updateTime: 1_700_000_000_500,
  });
  const trade = {
    ...{
      symbol: "BTCUSDT",
      id: 7,
      orderId: 28,
      price: "40000.01",
      qty: "0.004",
      quoteQty: "160",
      time: 1_700_000_000_400,
    },
    ...{ commission: "-0.0001", commissionAsset: "USDT", isBuyer: true, isMaker: true },
  };

  test("given its key, so it is found by that, with its fills", async () => {
    const { venue, fake } = await open();
    fake.on("GET /api/v3/order", () => json(partlyCancelled)).on("GET /api/v3/myTrades", () => json([trade]));
    expect(await venue.lookup(reference, never)).toEqual({
      kind: "FOUND",
      report: {
        ...{
          submitKey: key,
          venueOrderId: "28",
          instrument: "BTC/USDT",
          evidence: { kind: "CANCELLED" },
          cumQuantity: "0.004",
        },
        fills: [
          {
            ...{ venueFillId: "7", venueOrderId: "28", lastQuantity: "0.004", lastPrice: "40000.01" },
            ...{ fee: { asset: "USDT", amount: "-0.0001" }, liquidity: "MAKER", venueTime: 1_700_000_000_400_000 },
          },
        ],
      },
    });
    expect(fake.heardOf("GET /api/v3/order")[0]?.query.get("origClientOrderId")).toBe(key);
    expect(fake.heardOf("GET /api/v3/myTrades")[0]?.query.get("orderId")).toBe("28");
  });

  test("given that nobody knows it, so not found, as of a time that has been there, less what look-ups lag", async () => {
    const { venue, fake, clock } = await open({ lookupLagMs: 10_000 }, 7_000);
    fake.on("GET /api/v3/order", () => json({ code: -2013, msg: "Order does not exist." }, { status: 400 }));
    const asOf = addMs(clock.wall(), 7_000 - 10_000);
    expect(await venue.lookup(reference, never)).toEqual({ kind: "NOT_FOUND", asOf });
  });

  test("given an answer about another order, so it says nothing", async () => {
    const { venue, fake } = await open();
    fake.on("GET /api/v3/order", () => json(acceptedOrder("another")));
    expect(await venue.lookup(reference, never)).toMatchObject({ kind: "UNAVAILABLE" });
  });

  test("given a cancel, so its own client id in the answer is not the order's", async () => {
    const { venue, fake } = await open();
    const answer = { ...partlyCancelled, clientOrderId: "cancel-of-its-own", origClientOrderId: key };
    fake.on("DELETE /api/v3/order", () => json(answer));
    expect(await venue.cancel(reference, never)).toMatchObject({
      kind: "ACCEPTED",
      report: { submitKey: key, evidence: { kind: "CANCELLED" }, cumQuantity: "0.004" },
    });
    expect(fake.heardOf("DELETE /api/v3/order")[0]?.query.get("origClientOrderId")).toBe(key);
  });

  test("given a cancel of what is not open, so it must be looked up", async () => {
    const { venue, fake } = await open();
    fake.on("DELETE /api/v3/order", () => json({ code: -2011, msg: "Unknown order sent." }, { status: 400 }));
    expect(await venue.cancel(reference, never)).toEqual({ kind: "NOT_OPEN" });
  });

  test("given a cancel of all with nothing open, so it is taken", async () => {
    const { venue, fake } = await open();
    fake.on("DELETE /api/v3/openOrders", () => json({ code: -2011, msg: "Unknown order sent." }, { status: 400 }));
    expect(await venue.cancelAll?.(main, btc, never)).toEqual({ kind: "ACCEPTED" });
  });

  test("given the open orders, so all of them, foreign ones by keys of nobody", async () => {
    const { venue, fake } = await open();
    fake.on("GET /api/v3/openOrders", () => json([acceptedOrder(key), acceptedOrder("web_1", { orderId: 29 })]));
    const listed = await venue.openOrders(main, never);
    expect(listed.map((report) => [report.submitKey, report.venueOrderId, report.evidence.kind])).toEqual([
      [key, "28", "OPEN"],
      ["foreign:29", "29", "OPEN"],
    ]);
    expect(fake.heardOf("GET /api/v3/openOrders")[0]?.query.has("symbol")).toBe(false);
  });

  test("given balances, so what is free, exactly", async () => {
    const { venue, fake } = await open();
    const balances = [
      { asset: "BTC", free: "0.123456789012345678", locked: "1" },
      { asset: "BNB", free: "0", locked: "0" },
    ];
    fake.on("GET /api/v3/account", () => json({ balances, makerCommission: 10 }));
    expect((await venue.balances(main, never)).get("BTC")).toBe("0.123456789012345678");
  });

  test("given fills, so they are read on from where the last page ended, by id", async () => {
    const { venue, fake, clock } = await open();
    const now = { ...trade, time: Math.floor(clock.wall() / 1_000) };
    fake.on("GET /api/v3/myTrades", ({ query }) => json(query.get("fromId") === null ? [now] : []));
    const first = await venue.fillsSince(main, addMs(clock.wall(), -60_000), 500, never);
    expect(first.fills).toMatchObject([{ instrument: "BTC/USDT", fill: { venueFillId: "7", venueOrderId: "28" } }]);
    const second = await venue.fillsSince(main, first.next, 500, never);
    expect(second).toEqual({ fills: [], next: first.next });
    expect(fake.heardOf("GET /api/v3/myTrades")[1]?.query.get("fromId")).toBe("8");
  });

  test("given a start long ago, so windows of a day are passed over until a fill is found", async () => {
    const { venue, fake, clock } = await open();
    const nowMs = Math.floor(clock.wall() / 1_000);
    fake.on("GET /api/v3/myTrades", ({ query }) =>
      json(Number(query.get("startTime")) > nowMs - 3 * 86_400_000 ? [{ ...trade, time: nowMs }] : []),
    );
    const page = await venue.fillsSince(main, addMs(clock.wall(), -5 * 86_400_000), 500, never);
    expect(page.fills).toHaveLength(1);
    const windows = fake
      .heardOf("GET /api/v3/myTrades")
      .map(({ query }) => Number(query.get("endTime") ?? nowMs) - Number(query.get("startTime")));
    expect(Math.max(...windows)).toBeLessThan(86_400_000);
  });

  test.each(["", "{}", "[]", '{"v":1,"at":{}}', '{"v":2,"at":{"BTC/USDT":{"sinceMs":1}}}'])(
    "given the cursor %j, which is none of ours, so it is refused as that",
    async (cursor) => {
      const { venue } = await open();
      await expect(venue.fillsSince(main, cursor, 10, never)).rejects.toMatchObject({ code: "CURSOR_INVALID" });
    },
  );
});
