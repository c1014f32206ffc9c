import { amount, type Instruction, price } from "@surefill/core";
import { ManualClock } from "@surefill/core/testing";
import { describe, expect, test } from "vitest";
import { FakeHttp, json } from "../testing/fake-http.ts";
import { addMs, btc, main, never, openVenue, orderKey, prepared, request } from "../testing/open-venue.ts";

// Answers in the form of Bybit's v5 API (bybit-exchange.github.io/docs/v5), with values of our own.
const listed = {
  ...{
    symbol: "BTCUSDT",
    baseCoin: "BTC",
    quoteCoin: "USDT",
    status: "Trading",
    innovation: "0",
    marginTrading: "none",
  },
  lotSizeFilter: {
    basePrecision: "0.000001",
    quotePrecision: "0.0001",
    minOrderQty: "0.00001",
    maxOrderQty: "80",
    minOrderAmt: "5",
    maxOrderAmt: "4000000",
  },
  priceFilter: { tickSize: "0.01" },
};
const order = "POST /v5/order/create";
const key = orderKey("COMPACT");
const ok = (result: unknown) => json({ retCode: 0, retMsg: "OK", result, retExtInfo: {}, time: 1_700_000_000_000 });
const failed = (retCode: number, retMsg: string, status = 200) =>
  json({ retCode, retMsg, result: {}, retExtInfo: {} }, { status });
const list = (...entries: readonly unknown[]) => ok({ category: "spot", list: entries, nextPageCursor: "" });

async function open() {
  const clock = new ManualClock();
  const time = () => Math.floor(clock.wall() / 1_000);
  const fake = new FakeHttp()
    .on("GET /v5/market/instruments-info", () => list(listed))
    .on("GET /v5/market/time", () => json({ retCode: 0, retMsg: "OK", result: {}, time: time() }));
  return openVenue("bybit", fake, {}, clock);
}

const told = {
  ...{
    symbol: "BTCUSDT",
    orderId: "142",
    orderLinkId: key,
    side: "Buy",
    orderType: "Limit",
    price: "40000.01",
    qty: "0.01",
  },
  ...{
    cumExecQty: "0.004",
    cumExecValue: "160",
    cumExecFee: "0.000004",
    leavesQty: "0",
    avgPrice: "40000.01",
    timeInForce: "GTC",
  },
  ...{
    orderStatus: "Cancelled",
    createdTime: "1700000000000",
    updatedTime: "1700000000500",
    reduceOnly: false,
    triggerPrice: "0",
  },
};
const fill = {
  ...{
    symbol: "BTCUSDT",
    execId: "77",
    orderId: "142",
    orderLinkId: "",
    side: "Buy",
    execQty: "0.004",
    execPrice: "40000.01",
  },
  ...{
    execFee: "0.000004",
    feeCurrency: "BTC",
    feeRate: "0.001",
    execType: "Trade",
    isMaker: true,
    orderType: "Limit",
  },
};

describe("an order to Bybit", () => {
  const limit = (timeInForce: "GTC" | "IOC" | "FOK", postOnly?: true): Partial<Instruction> => ({
    pricing: {
      type: "LIMIT",
      timeInForce,
      limitPrice: price("40000.01"),
      ...(postOnly === undefined ? {} : { postOnly }),
    },
  });
  const market: Partial<Instruction> = { pricing: { type: "MARKET", timeInForce: "IOC" } };
  test.each([
    ["a limit order", limit("GTC"), { orderType: "Limit", price: "40000.01", qty: "0.01", timeInForce: "GTC" }],
    ["IOC", limit("IOC"), { timeInForce: "IOC" }],
    ["FOK", limit("FOK"), { timeInForce: "FOK" }],
    ["post only", limit("GTC", true), { timeInForce: "PostOnly" }],
    ["a market order in base", market, { orderType: "Market", qty: "0.01", marketUnit: "baseCoin" }],
    [
      "a market order in quote",
      { ...market, size: { in: "QUOTE", amount: amount("25.5") } } satisfies Partial<Instruction>,
      { orderType: "Market", qty: "25.5" },
    ],
    [
      "a sale in quote",
      { ...market, side: "SELL", size: { in: "QUOTE", amount: amount("25.5") } } satisfies Partial<Instruction>,
      { side: "Sell", qty: "25.5", marketUnit: "quoteCoin" },
    ],
  ])("given %s, so it is spelt as Bybit spells it, without a question before it", async (_given, fields, form) => {
    const opened = await open();
    opened.fake.on(order, () => ok({ orderId: "142", orderLinkId: key }));
    const attempt = await prepared(opened, { ...limit("GTC"), ...fields });
    expect(attempt.validUntil).toBe(addMs(opened.clock.wall(), 2_500));
    expect(await opened.venue.submit(main, attempt, never)).toMatchObject({
      kind: "ACCEPTED",
      venueOrderId: "142",
      report: { submitKey: key },
    });
    const [sent] = opened.fake.heardOf(order);
    expect(JSON.parse(sent?.body ?? "")).toMatchObject({
      category: "spot",
      symbol: "BTCUSDT",
      orderLinkId: key,
      ...form,
    });
    expect(sent?.headers.get("x-bapi-recv-window")).toBe("2500");
    expect(opened.fake.heard.filter(({ headers }) => headers.has("x-bapi-sign"))).toHaveLength(1);
  });

  test("given an amount of quote that ccxt would truncate, so it is refused, and nothing is sent", async () => {
    const { venue, fake } = await open();
    const wanted = request({ ...market, size: { in: "QUOTE", amount: amount("25.12345678") } });
    expect(await venue.prepare(wanted, never)).toMatchObject({ kind: "FAILED", error: { code: "ORDER_VALIDATION" } });
    expect(fake.heardOf(order)).toEqual([]);
  });

  test.each([
    ["no balance", failed(170131, "Insufficient balance."), "REJECTED", "INSUFFICIENT_FUNDS"],
    ["a duplicate id", failed(170141, "Duplicate clientOrderId"), "UNKNOWN", "ANSWER_LOST"],
    [
      "a timeout at the backend",
      failed(170007, "Timeout waiting for response from backend server."),
      "UNKNOWN",
      "ANSWER_LOST",
    ],
    ["a server timeout", failed(10000, "Server Timeout"), "UNKNOWN", "ANSWER_LOST"],
    ["an internal error", failed(10016, "Internal server error."), "UNKNOWN", "ANSWER_LOST"],
    [
      "a stamp outside the window",
      failed(10002, "invalid request, please check your server timestamp"),
      "REJECTED",
      "ATTEMPT_EXPIRED",
    ],
    ["wrong keys", failed(10003, "API key is invalid."), "REJECTED", "UNAUTHORIZED"],
    ["withdrawn permissions", failed(10005, "Permission denied."), "REJECTED", "UNAUTHORIZED"],
    ["too many visits", failed(10006, "Too many visits."), "REJECTED", "RATE_LIMITED"],
    ["below the minimum", failed(170140, "Order value below lower limit"), "REJECTED", "ORDER_VALIDATION"],
    ["too many digits", failed(170137, "Order volume decimal too long"), "REJECTED", "ORDER_VALIDATION"],
    ["an unknown symbol", failed(170121, "Invalid symbol."), "REJECTED", "INVALID_SYMBOL"],
  ] as const)("given %s, so it says what that proves", async (_given, answer, kind, code) => {
    const opened = await open();
    opened.fake.on(order, () => answer.clone());
    expect(await opened.venue.submit(main, await prepared(opened, limit("GTC")), never)).toMatchObject({
      kind,
      error: { code },
    });
    expect(opened.fake.heardOf(order)).toHaveLength(1);
  });
});

describe("what Bybit tells", () => {
  const reference = { account: main, instrument: btc, submitKey: key };
  const [openList, endedList, fillList] = ["GET /v5/order/realtime", "GET /v5/order/history", "GET /v5/execution/list"];

  test("given an order among those that ended, so it is found there by its key, with its fills", async () => {
    const { venue, fake } = await open();
    fake
      .on(openList, () => list())
      .on(endedList, () => list(told))
      .on(fillList, () => list({ ...fill, execTime: "1700000000400" }));
    expect(await venue.lookup(reference, never)).toMatchObject({
      kind: "FOUND",
      report: {
        ...{ submitKey: key, venueOrderId: "142", evidence: { kind: "CANCELLED" }, cumQuantity: "0.004" },
        fills: [
          { venueFillId: "77", lastQuantity: "0.004", fee: { asset: "BTC", amount: "0.000004" }, liquidity: "MAKER" },
        ],
      },
    });
    for (const route of [openList, endedList]) expect(fake.heardOf(route)[0]?.query.get("orderLinkId")).toBe(key);
  });

  test("given neither open nor ended, so not found; given that one list fails, so nothing is said", async () => {
    const { venue, fake } = await open();
    fake.on(openList, () => list()).on(endedList, () => list());
    expect(await venue.lookup(reference, never)).toMatchObject({ kind: "NOT_FOUND" });
    fake.on(endedList, () => ok({}));
    expect(await venue.lookup(reference, never)).toMatchObject({ kind: "UNAVAILABLE" });
    fake.on(openList, () => failed(10016, "Internal server error."));
    expect(await venue.lookup(reference, never)).toMatchObject({ kind: "UNAVAILABLE" });
  });

  test("given a list that was not narrowed, so another order is not taken for ours", async () => {
    const { venue, fake } = await open();
    fake.on(openList, () => list({ ...told, orderLinkId: "", orderId: "1" })).on(endedList, () => list());
    expect(await venue.lookup(reference, never)).toMatchObject({ kind: "NOT_FOUND" });
  });

  test("given open orders in pages, so all of them", async () => {
    const { venue, fake } = await open();
    const [first, second] = [
      { ...told, orderStatus: "New" },
      { ...told, orderStatus: "New", orderId: "143", orderLinkId: "" },
    ];
    fake.on(openList, ({ query }) =>
      query.get("cursor") === null ? ok({ category: "spot", list: [first], nextPageCursor: "p2" }) : list(second),
    );
    expect((await venue.openOrders(main, never)).map(({ submitKey }) => submitKey)).toEqual([key, "foreign:143"]);
    fake.on(openList, () => ok({ category: "spot" }));
    await expect(venue.openOrders(main, never)).rejects.toMatchObject({ code: "VENUE_UNREACHABLE" });
  });

  test("given fills, so those of a window of seven days, and on from there", async () => {
    const { venue, fake, clock } = await open();
    const nowMs = Math.floor(clock.wall() / 1_000);
    fake.on(fillList, () => list({ ...fill, execTime: String(nowMs - 1) }));
    const recent = await venue.fillsSince(main, addMs(clock.wall(), -5_000), 500, never);
    expect(recent.fills).toMatchObject([{ instrument: "BTC/USDT", fill: { venueFillId: "77" } }]);
    fake.on(fillList, () => list());
    const old = await venue.fillsSince(main, addMs(clock.wall(), -30 * 86_400_000), 500, never);
    await venue.fillsSince(main, old.next, 500, never);
    const asked = fake
      .heardOf(fillList)
      .map(({ query }) => [Number(query.get("startTime")), Number(query.get("endTime"))] as const);
    expect(asked[1]?.[1]).toBe((asked[1]?.[0] ?? 0) + 7 * 86_400_000);
    // From a millisecond before, so that nothing of the window's very end is left out.
    expect(asked[2]?.[0]).toBe((asked[1]?.[1] ?? 0) - 1);
  });

  test("given a cancel by its key, so it is taken; given what is not open, so it must be looked up", async () => {
    const { venue, fake } = await open();
    fake.on("POST /v5/order/cancel", () => ok({ orderId: "142", orderLinkId: key }));
    expect(await venue.cancel(reference, never)).toEqual({ kind: "ACCEPTED" });
    expect(JSON.parse(fake.heardOf("POST /v5/order/cancel")[0]?.body ?? "")).toMatchObject({ orderLinkId: key });
    fake.on("POST /v5/order/cancel", () => failed(170213, "Order does not exist."));
    expect(await venue.cancel(reference, never)).toEqual({ kind: "NOT_OPEN" });
    fake.on("POST /v5/order/cancel-all", () => ok({ list: [], success: "1" }));
    expect(await venue.cancelAll?.(main, btc, never)).toEqual({ kind: "ACCEPTED" });
  });

  test("given answers to cancels that name nothing, so nothing is believed cancelled", async () => {
    const { venue, fake } = await open();
    for (const route of ["POST /v5/order/cancel", "POST /v5/order/cancel-all"]) fake.on(route, () => ok({}));
    expect(await venue.cancel(reference, never)).toMatchObject({ kind: "UNKNOWN" });
    expect(await venue.cancelAll?.(main, btc, never)).toMatchObject({ kind: "UNKNOWN" });
    fake.on("POST /v5/order/cancel-all", () => ok({ list: [], success: "0" }));
    expect(await venue.cancelAll?.(main, btc, never)).toMatchObject({ kind: "UNKNOWN" });
  });
});
