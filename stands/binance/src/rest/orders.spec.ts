import { accountId, decimal } from "@surefill/core";
import { ManualClock } from "@surefill/core/testing";
import { describe, expect, test } from "vitest";
import type { BinanceStand } from "../binance-stand.ts";
import { outcome, type Reply, type Terms } from "../testing/caller.ts";
import { openStand } from "../testing/open-stand.ts";

const order = "/api/v3/order";
const level = (price: string, quantity: string) => ({ price: decimal(price), quantity: decimal(quantity) });

/** Asks at 100 × 1, 101 × 2 and 103 × 3; bids at 99 × 1 and 98 × 2. */
function smallMarket(stand: BinanceStand): void {
  stand.exchange.setMarket(
    "BTCUSDT",
    [level("99", "1"), level("98", "2")],
    [level("100", "1"), level("101", "2"), level("103", "3")],
  );
}

/** Status, executed of ordered, and each fill as quantity@price. */
function line({ json, status }: Reply): string {
  if (json.code !== undefined || status !== 200) return `${json.code} ${json.msg}`;
  const fills = Array.isArray(json.fills) ? json.fills.map(({ qty, price }) => `${Number(qty)}@${Number(price)}`) : [];
  return [json.status, `${Number(json.executedQty)}/${Number(json.origQty)}`, ...fills].join(" ");
}

describe("a new order", () => {
  test.each<[string, Terms, string]>([
    ["a market BUY", { type: "MARKET", quantity: 2 }, "FILLED 2/2 1@100 1@101"],
    ["a market SELL", { type: "MARKET", side: "SELL", quantity: "1.5" }, "FILLED 1.5/1.5 1@99 0.5@98"],
    ["a market BUY of more than there is", { type: "MARKET", quantity: 7 }, "EXPIRED 6/7 1@100 2@101 3@103"],
    [
      "a market BUY for 201 of the quote",
      { type: "MARKET", quantity: undefined, quoteOrderQty: 201 },
      "FILLED 2/2 1@100 1@101",
    ],
    [
      "a market BUY for what is no whole lot",
      { type: "MARKET", quantity: undefined, quoteOrderQty: "10.0019" },
      "FILLED 0.10001/0.10001 0.10001@100",
    ],
    [
      "a market SELL for 147 of the quote",
      { type: "MARKET", side: "SELL", quantity: undefined, quoteOrderQty: 148 },
      "FILLED 1.5/1.5 1@99 0.5@98",
    ],
    [
      "a market BUY for more than there is",
      { type: "MARKET", quantity: undefined, quoteOrderQty: 714 },
      "EXPIRED 6/7 1@100 2@101 3@103",
    ],
    [
      "a market SELL for what is no whole lot",
      { type: "MARKET", side: "SELL", quantity: undefined, quoteOrderQty: "49.50098" },
      "FILLED 0.5/0.5 0.5@99",
    ],
    ["a limit that rests", { price: 98 }, "NEW 0/1"],
    ["a limit that takes all it wants", { price: 101, quantity: 2 }, "FILLED 2/2 1@100 1@101"],
    ["a limit that takes what it can and rests", { price: 101, quantity: 4 }, "PARTIALLY_FILLED 3/4 1@100 2@101"],
    ["an IOC", { price: 101, quantity: 4, timeInForce: "IOC" }, "EXPIRED 3/4 1@100 2@101"],
    ["a FOK that can't be filled", { price: 101, quantity: 4, timeInForce: "FOK" }, "EXPIRED 0/4"],
    ["a FOK that can", { price: 101, quantity: 3, timeInForce: "FOK" }, "FILLED 3/3 1@100 2@101"],
    [
      "a maker's that rests",
      { type: "LIMIT_MAKER", timeInForce: undefined, price: 99, newOrderRespType: "FULL" },
      "NEW 0/1",
    ],
    [
      "a maker's that would take",
      { type: "LIMIT_MAKER", timeInForce: undefined, price: 100 },
      "-2010 Order would immediately match and take.",
    ],
  ])("given %s, so it is done as the book allows", async (_given, terms, so) => {
    const { stand, alice } = await openStand();
    smallMarket(stand);
    const usual = terms.type === "MARKET" ? { timeInForce: undefined, price: undefined } : {};
    expect(line(await alice.place({ ...usual, ...terms }))).toBe(so);
  });

  test("given each response type, so as much is said of it, all numbers as text of eight decimals", async () => {
    const { alice } = await openStand({ clock: new ManualClock() });
    const ack = await alice.place({ newOrderRespType: "ACK", newClientOrderId: "a" });
    expect(ack.json).toEqual({
      symbol: "BTCUSDT",
      orderId: 1000,
      orderListId: -1,
      clientOrderId: "a",
      transactTime: 1767225600000,
    });
    const result = await alice.place({ newOrderRespType: "RESULT", newClientOrderId: "b" });
    expect(result.json).toEqual({
      ...ack.json,
      orderId: 1001,
      clientOrderId: "b",
      price: "40000.00000000",
      origQty: "1.00000000",
      executedQty: "0.00000000",
      origQuoteOrderQty: "0.00000000",
      cummulativeQuoteQty: "0.00000000",
      status: "NEW",
      timeInForce: "GTC",
      type: "LIMIT",
      side: "BUY",
      workingTime: 1767225600000,
      selfTradePreventionMode: "EXPIRE_MAKER",
    });
    const full = await alice.market({ quantity: "0.001", newClientOrderId: "c" });
    expect(full.json).toMatchObject({
      price: "0.00000000",
      cummulativeQuoteQty: "50.00001000",
      fills: [
        { price: "50000.01000000", qty: "0.00100000", commission: "0.00000100", commissionAsset: "BTC", tradeId: 1 },
      ],
    });
  });

  test.each<[string, Terms, string]>([
    ["an unknown symbol", { symbol: "NOUSDT" }, "-1121 Invalid symbol."],
    [
      "no symbol",
      { symbol: undefined },
      "-1102 Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.",
    ],
    ["a side that is none", { side: "HOLD" }, "-1117 Invalid side."],
    ["a type that is none", { type: "ICEBERG" }, "-1116 Invalid orderType."],
    ["a time in force that is none", { timeInForce: "GTD" }, "-1115 Invalid timeInForce."],
    [
      "a limit without a price",
      { price: undefined },
      "-1102 Mandatory parameter 'price' was not sent, was empty/null, or malformed.",
    ],
    [
      "a limit without time in force",
      { timeInForce: undefined },
      "-1102 Mandatory parameter 'timeInForce' was not sent, was empty/null, or malformed.",
    ],
    [
      "a limit without quantity",
      { quantity: undefined },
      "-1102 Mandatory parameter 'quantity' was not sent, was empty/null, or malformed.",
    ],
    [
      "a market order with a price",
      { type: "MARKET", timeInForce: undefined },
      "-1106 Parameter 'price' sent when not required.",
    ],
    [
      "a market order of no size",
      { type: "MARKET", timeInForce: undefined, price: undefined, quantity: undefined },
      "-1102 Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!",
    ],
    [
      "a market order of two sizes",
      { type: "MARKET", timeInForce: undefined, price: undefined, quoteOrderQty: 10 },
      "-1106 Parameter 'quoteOrderQty' sent when not required.",
    ],
    [
      "a stop without a stop price",
      { type: "STOP_LOSS_LIMIT" },
      "-1102 Mandatory parameter 'stopPrice' was not sent, was empty/null, or malformed.",
    ],
    [
      "a number that is none",
      { quantity: "1e3" },
      String.raw`-1100 Illegal characters found in parameter 'quantity'; legal range is '^([0-9]{1,20})(\.[0-9]{1,20})?$'.`,
    ],
    ["nine decimals", { quantity: "0.000000001" }, "-1111 Parameter 'quantity' has too much precision."],
    ["an empty parameter", { newClientOrderId: "" }, "-1105 Parameter 'newClientOrderId' was empty."],
    [
      "a client order id with a blank",
      { newClientOrderId: "a b" },
      "-1100 Illegal characters found in parameter 'newClientOrderId'; legal range is '^[a-zA-Z0-9-_]{1,36}$'.",
    ],
    [
      "a client order id of 37",
      { newClientOrderId: "x".repeat(37) },
      "-1100 Illegal characters found in parameter 'newClientOrderId'; legal range is '^[a-zA-Z0-9-_]{1,36}$'.",
    ],
    [
      "a parameter that nobody reads",
      { icebergQty: "1" },
      "-1104 Not all sent parameters were read; read '8' parameter(s) but was sent '9'.",
    ],
    ["a price off the tick", { price: "40000.001" }, "-1013 Filter failure: PRICE_FILTER"],
    ["a price beyond the greatest", { price: "1000000.01" }, "-1013 Filter failure: PRICE_FILTER"],
    ["a quantity off the step", { quantity: "1.000001" }, "-1013 Filter failure: LOT_SIZE"],
    ["a quantity beyond the greatest", { quantity: "9000.00001", price: "1" }, "-1013 Filter failure: LOT_SIZE"],
    [
      "a market quantity beyond its own greatest",
      { type: "MARKET", timeInForce: undefined, price: undefined, quantity: "101" },
      "-1013 Filter failure: MARKET_LOT_SIZE",
    ],
    ["less than the least value", { quantity: "0.0001", price: "49999.99" }, "-1013 Filter failure: NOTIONAL"],
    ["more than the greatest value", { quantity: "9000", price: "1001" }, "-1013 Filter failure: NOTIONAL"],
    [
      "a market order of less than the least value",
      { type: "MARKET", timeInForce: undefined, price: undefined, quantity: undefined, quoteOrderQty: "4.99" },
      "-1013 Filter failure: NOTIONAL",
    ],
    [
      "more than the account has",
      { quantity: "100", price: "49999" },
      "-2010 Account has insufficient balance for requested action.",
    ],
    [
      "more to sell than the account has",
      { side: "SELL", quantity: "100.1", price: "50001" },
      "-2010 Account has insufficient balance for requested action.",
    ],
  ])("given %s, so nothing is done and the answer says why", async (_given, terms, so) => {
    const { stand, alice } = await openStand();
    expect(line(await alice.place(terms))).toBe(so);
    expect(stand.events.filter(({ type }) => type === "ORDER_ACCEPTED")).toEqual([]);
    expect(outcome(await alice.signed("GET", "/api/v3/openOrders"))).toBe("200");
  });

  test("given a test of it, so it is judged and not done", async () => {
    const { stand, alice } = await openStand();
    const terms = { symbol: "BTCUSDT", side: "BUY", type: "MARKET", quantity: "1" };
    expect((await alice.signed("POST", "/api/v3/order/test", terms)).text).toBe("{}");
    const small = await alice.signed("POST", "/api/v3/order/test", { ...terms, quantity: "0.00001" });
    expect(small.json).toMatchObject({ code: -1013 });
    expect(stand.events.map(({ type }) => type)).toEqual(["OPENED"]);
  });

  test("given a parameter twice, so it is refused", async () => {
    const { stand } = await openStand();
    const reply = await fetch(`${stand.origin}/api/v3/ticker/price?symbol=BTCUSDT&symbol=ETHUSDT`);
    expect([reply.status, await reply.json()]).toEqual([400, expect.objectContaining({ code: -1101 })]);
  });

  test("given a market that is halted, so no order is taken, and open ones can be cancelled", async () => {
    const { stand, alice } = await openStand();
    await alice.place({ newClientOrderId: "a" });
    stand.exchange.setStatus("BTCUSDT", "HALT");
    expect(line(await alice.place())).toBe("-1013 Market is closed.");
    expect((await alice.cancel("a")).json).toMatchObject({ status: "CANCELED" });
    const { json } = await alice.get("/api/v3/exchangeInfo");
    expect(json).toMatchObject({ symbols: [{ symbol: "BTCUSDT", status: "HALT" }] });
  });
});

describe("a client order id", () => {
  test("given the same while the first is open, so it is refused; once it is over, it is taken again", async () => {
    const { alice, bob } = await openStand();
    expect(line(await alice.place({ newClientOrderId: "a" }))).toBe("NEW 0/1");
    expect(line(await alice.place({ newClientOrderId: "a" }))).toBe("-2010 Duplicate order sent.");
    expect(line(await bob.place({ newClientOrderId: "a" }))).toBe("NEW 0/1");
    await alice.cancel("a");
    expect(line(await alice.market({ newClientOrderId: "a" }))).toBe("FILLED 1/1 1@50000.01");
    // A market order is over at once: its id does not protect from a second one.
    expect(line(await alice.market({ newClientOrderId: "a" }))).toBe("FILLED 1/1 1@50000.01");
    expect((await alice.order("a")).json).toMatchObject({ orderId: 1003, status: "FILLED" });
  });

  test("given none, so the exchange makes one up", async () => {
    const { alice } = await openStand();
    const { json } = await alice.place();
    expect(json.clientOrderId).toMatch(/^[a-zA-Z0-9-_]{10,36}$/);
    expect((await alice.order(String(json.clientOrderId))).json).toMatchObject({ orderId: json.orderId });
  });
});

describe("a question for an order", () => {
  test("given its ids, alone or together, so it is found where they belong together", async () => {
    const { alice, bob } = await openStand();
    await alice.place({ newClientOrderId: "a" });
    await alice.place({ newClientOrderId: "b" });
    const ask = (parameters: Record<string, string | number>) =>
      alice.signed("GET", order, { symbol: "BTCUSDT", ...parameters });
    expect((await ask({ orderId: 1000 })).json).toMatchObject({ clientOrderId: "a", orderId: 1000, isWorking: true });
    expect((await ask({ origClientOrderId: "b" })).json).toMatchObject({ orderId: 1001 });
    expect((await ask({ orderId: 1000, origClientOrderId: "a" })).json).toMatchObject({ orderId: 1000 });
    expect(line(await ask({ orderId: 1000, origClientOrderId: "b" }))).toBe("-2013 Order does not exist.");
    expect(line(await ask({ orderId: 7 }))).toBe("-2013 Order does not exist.");
    expect(line(await bob.order("a"))).toBe("-2013 Order does not exist.");
    expect(line(await ask({}))).toBe(
      "-1102 Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!",
    );
  });
});

describe("a cancel", () => {
  test("given an open order, so it ends with what it has, under an id of the cancel's own", async () => {
    const { stand, alice } = await openStand();
    smallMarket(stand);
    await alice.place({ newClientOrderId: "a", price: 101, quantity: 4 });
    const terms = { symbol: "BTCUSDT", origClientOrderId: "a", newClientOrderId: "cancel-1" };
    expect((await alice.signed("DELETE", order, terms)).json).toMatchObject({
      origClientOrderId: "a",
      clientOrderId: "cancel-1",
      status: "CANCELED",
      executedQty: "3.00000000",
    });
    expect((await alice.order("a")).json).toMatchObject({ clientOrderId: "a", status: "CANCELED" });
    expect(line(await alice.order("cancel-1"))).toBe("-2013 Order does not exist.");
    expect(line(await alice.cancel("a"))).toBe("-2011 Unknown order sent.");
  });

  test("given a restriction, so it counts", async () => {
    const { alice } = await openStand();
    await alice.place({ newClientOrderId: "a" });
    const cancel = (cancelRestrictions: string) =>
      alice.signed("DELETE", order, { symbol: "BTCUSDT", origClientOrderId: "a", cancelRestrictions });
    expect(line(await cancel("ONLY_FILLED"))).toBe("-1145 Invalid cancelRestrictions");
    expect(line(await cancel("ONLY_PARTIALLY_FILLED"))).toBe(
      "-2011 Order was not canceled due to cancel restrictions.",
    );
    expect(line(await cancel("ONLY_NEW"))).toBe("CANCELED 0/1");
  });

  test("given all of a symbol, so its open orders end, and none open is refused", async () => {
    const { alice, bob } = await openStand();
    await alice.place({ newClientOrderId: "a" });
    await alice.place({ newClientOrderId: "b" });
    await bob.place({ newClientOrderId: "c" });
    const all = await alice.signed("DELETE", "/api/v3/openOrders", { symbol: "BTCUSDT" });
    expect(all.list.map(({ origClientOrderId, status }) => `${origClientOrderId} ${status}`)).toEqual([
      "a CANCELED",
      "b CANCELED",
    ]);
    expect(line(await alice.signed("DELETE", "/api/v3/openOrders", { symbol: "BTCUSDT" }))).toBe(
      "-2011 Unknown order sent.",
    );
    expect((await bob.signed("GET", "/api/v3/openOrders")).list).toHaveLength(1);
  });
});

describe("a stop", () => {
  const stopLoss = { type: "STOP_LOSS", side: "SELL", timeInForce: undefined, price: undefined, stopPrice: 45_000 };
  const move = (stand: BinanceStand, bid: string, ask: string) =>
    stand.exchange.setMarket("BTCUSDT", [level(bid, "10")], [level(ask, "10")]);

  test("given it waits, so it is open, not working, and has no working time", async () => {
    const { alice } = await openStand();
    const placed = await alice.place({ ...stopLoss, newClientOrderId: "a", newOrderRespType: "RESULT" });
    expect(placed.json).toMatchObject({ status: "NEW", workingTime: -1, stopPrice: "45000.00000000" });
    expect((await alice.order("a")).json).toMatchObject({ isWorking: false, workingTime: -1, type: "STOP_LOSS" });
    expect((await alice.place({ ...stopLoss })).json).not.toHaveProperty("status");
    expect(await alice.balance("BTC")).toBe("98.00000000 + 2.00000000");
  });

  test.each<[string, Terms, string, string, string]>([
    ["a STOP_LOSS SELL, the market falls to it", stopLoss, "44999", "45001", "FILLED 1/1"],
    ["a STOP_LOSS SELL, the market stays above it", stopLoss, "45000", "45001", "NEW 0/1"],
    [
      "a STOP_LOSS BUY, the market rises to it",
      { ...stopLoss, side: "BUY", stopPrice: 55_000 },
      "54999",
      "55001",
      "FILLED 1/1",
    ],
    [
      "a TAKE_PROFIT SELL, the market rises to it",
      { ...stopLoss, type: "TAKE_PROFIT", stopPrice: 55_000 },
      "54999",
      "55001",
      "FILLED 1/1",
    ],
    [
      "a TAKE_PROFIT BUY, the market falls to it",
      { ...stopLoss, type: "TAKE_PROFIT", side: "BUY" },
      "44999",
      "45001",
      "FILLED 1/1",
    ],
    [
      "a STOP_LOSS_LIMIT SELL, its limit within reach",
      { ...stopLoss, type: "STOP_LOSS_LIMIT", timeInForce: "GTC", price: 44_000 },
      "44999",
      "45001",
      "FILLED 1/1",
    ],
    [
      "a STOP_LOSS_LIMIT SELL, its limit beyond",
      { ...stopLoss, type: "STOP_LOSS_LIMIT", timeInForce: "GTC", price: 45_500 },
      "44999",
      "45001",
      "NEW 0/1",
    ],
    [
      "a STOP_LOSS_LIMIT SELL for now or never",
      { ...stopLoss, type: "STOP_LOSS_LIMIT", timeInForce: "IOC", price: 45_500 },
      "44999",
      "45001",
      "EXPIRED 0/1",
    ],
  ])("given %s, so it does what it is for", async (_given, terms, bid, ask, so) => {
    const { stand, alice } = await openStand();
    await alice.place({ ...terms, newClientOrderId: "a" });
    move(stand, bid, ask);
    expect(line(await alice.order("a"))).toBe(so);
  });

  test.each<[string, Terms]>([
    ["a STOP_LOSS SELL above the market", { ...stopLoss, stopPrice: 50_001 }],
    ["a TAKE_PROFIT SELL below it", { ...stopLoss, type: "TAKE_PROFIT", stopPrice: 49_000 }],
  ])("given %s, so it is refused", async (_given, terms) => {
    const { alice } = await openStand();
    expect(line(await alice.place(terms))).toBe("-2010 Order would trigger immediately.");
  });

  test("given a fall that one stop's sale makes deeper, so the next one works too", async () => {
    const { stand, alice, bob } = await openStand();
    await alice.place({ ...stopLoss, quantity: 2, newClientOrderId: "a" });
    await bob.place({ ...stopLoss, stopPrice: 44_000, newClientOrderId: "b" });
    stand.exchange.setMarket("BTCUSDT", [level("44900", "1"), level("43000", "5")], [level("45100", "1")]);
    expect(line(await alice.order("a"))).toBe("FILLED 2/2");
    expect(line(await bob.order("b"))).toBe("FILLED 1/1");
  });

  test("given a market that jumps so far that the account can't pay, so it expires instead", async () => {
    const { stand, alice } = await openStand();
    stand.exchange.setBalance(accountId("alice"), "USDT", decimal("56000"));
    await alice.place({ ...stopLoss, side: "BUY", stopPrice: 55_000, newClientOrderId: "a" });
    move(stand, "59999", "60001");
    expect((await alice.order("a")).json).toMatchObject({ status: "EXPIRED", expiryReason: "REJECTED" });
    expect(await alice.balance("USDT")).toBe("56000.00000000 + 0.00000000");
  });

  test("given more of them than the symbol takes, so the filter says so", async () => {
    const { alice } = await openStand();
    for (let n = 0; n < 5; n += 1) await alice.place(stopLoss);
    expect(line(await alice.place(stopLoss))).toBe("-1013 Filter failure: MAX_NUM_ALGO_ORDERS");
  });
});

describe("what rests", () => {
  test("given a market that comes to it, so it is filled at its own price, as far as the market goes", async () => {
    const { stand, alice } = await openStand();
    await alice.place({ newClientOrderId: "a", quantity: 2 });
    stand.exchange.setMarket("BTCUSDT", [level("39000", "1")], [level("39500", "0.5"), level("41000", "9")]);
    expect((await alice.order("a")).json).toMatchObject({
      status: "PARTIALLY_FILLED",
      executedQty: "0.50000000",
      cummulativeQuoteQty: "20000.00000000",
    });
    stand.exchange.setMarket("BTCUSDT", [level("39000", "1")], [level("40000", "9")]);
    expect((await alice.order("a")).json).toMatchObject({ status: "FILLED", executedQty: "2.00000000" });
  });

  test("given a market that is not enough for all, so the better price comes first, then the earlier order", async () => {
    const { stand, alice } = await openStand();
    for (const [newClientOrderId, price] of [
      ["a", 40_000],
      ["b", 41_000],
      ["c", 41_000],
    ] as const) {
      await alice.place({ newClientOrderId, price });
    }
    stand.exchange.setMarket("BTCUSDT", [], [level("39500", "1.5")]);
    const states = [await alice.order("a"), await alice.order("b"), await alice.order("c")].map(line);
    expect(states).toEqual(["NEW 0/1", "FILLED 1/1", "PARTIALLY_FILLED 0.5/1"]);
  });

  test("given another account's taker, so both are told the same trade", async () => {
    const { stand, alice, bob } = await openStand();
    smallMarket(stand);
    await alice.place({ side: "SELL", price: "99.5", newClientOrderId: "a" });
    expect((await alice.get("/api/v3/depth", { symbol: "BTCUSDT", limit: 2 })).json).toMatchObject({
      asks: [
        ["99.50000000", "1.00000000"],
        ["100.00000000", "1.00000000"],
      ],
    });
    expect(line(await bob.market({ quantity: "1.5" }))).toBe("FILLED 1.5/1.5 1@99.5 0.5@100");
    expect(line(await alice.order("a"))).toBe("FILLED 1/1");
    const [mine] = (await alice.signed("GET", "/api/v3/myTrades", { symbol: "BTCUSDT" })).list;
    const [his] = (await bob.signed("GET", "/api/v3/myTrades", { symbol: "BTCUSDT" })).list;
    expect(mine).toMatchObject({ id: 1, isMaker: true, isBuyer: false, price: "99.50000000" });
    expect(his).toMatchObject({ id: 1, isMaker: false, isBuyer: true, price: "99.50000000" });
  });

  test("given a taker of the same account, so what rests expires instead", async () => {
    const { stand, alice } = await openStand();
    smallMarket(stand);
    await alice.place({ side: "SELL", price: "99.5", newClientOrderId: "a" });
    expect(line(await alice.market())).toBe("FILLED 1/1 1@100");
    expect(line(await alice.order("a"))).toBe("EXPIRED_IN_MATCH 0/1");
  });

  test("given a FOK that its own account's order would be needed for, so it expires and touches nothing", async () => {
    const { stand, alice } = await openStand();
    smallMarket(stand);
    await alice.place({ side: "SELL", price: "99.5", newClientOrderId: "a" });
    expect(line(await alice.place({ price: 101, quantity: 4, timeInForce: "FOK" }))).toBe("EXPIRED 0/4");
    expect(line(await alice.order("a"))).toBe("NEW 0/1");
  });

  test("given what the exchange does on its own accord, so the books and the answers say it", async () => {
    const { stand, alice } = await openStand();
    await alice.place({ newClientOrderId: "a" });
    stand.exchange.execute(1000, decimal("0.25"));
    expect(line(await alice.order("a"))).toBe("PARTIALLY_FILLED 0.25/1");
    stand.exchange.expire(1000);
    expect((await alice.order("a")).json).toMatchObject({ status: "EXPIRED", expiryReason: "EXCHANGE_CANCELED" });
    // A fill after the end, and beyond the quantity: real venues do that.
    stand.exchange.execute(1000, decimal("1"));
    expect(line(await alice.order("a"))).toBe("EXPIRED 1.25/1");
    const foreign = { symbol: "BTCUSDT", clientOrderId: "web_1", side: "BUY", orderType: "LIMIT" } as const;
    const numbers = { quantity: decimal("1"), quoteOrderQuantity: decimal("0"), price: decimal("40000") };
    const terms = { ...foreign, ...numbers, stopPrice: decimal("0"), timeInForce: "GTC" } as const;
    stand.exchange.place(accountId("alice"), terms, "FOREIGN");
    expect((await alice.order("web_1")).json).toMatchObject({ status: "NEW" });
    expect(stand.events.at(-1)).toMatchObject({ type: "ORDER_ACCEPTED", isForeign: true });
  });
});

describe("balances", () => {
  test("given orders that rest, fill and end, so what they hold back is locked, and no more", async () => {
    const { stand, alice } = await openStand();
    await alice.place({ newClientOrderId: "a", quantity: 2 });
    expect(await alice.balance("USDT")).toBe("920000.00000000 + 80000.00000000");
    stand.exchange.setMarket("BTCUSDT", [], [level("39000", "0.5")]);
    expect(await alice.balance("USDT")).toBe("920000.00000000 + 60000.00000000");
    expect(await alice.balance("BTC")).toBe("100.49950000 + 0.00000000");
    await alice.cancel("a");
    expect(await alice.balance("USDT")).toBe("980000.00000000 + 0.00000000");
    stand.exchange.setBalance(accountId("alice"), "USDT", decimal("7"));
    expect(await alice.balance("USDT")).toBe("7.00000000 + 0.00000000");
    expect(line(await alice.place({ price: 100, quantity: "0.08" }))).toMatch(/^-2010/);
  });

  test.each<[string, boolean, Terms, string, string]>([
    ["a BUY", false, {}, "BTC", "0.00100000"],
    ["a SELL", false, { side: "SELL" }, "USDT", "49.99999000"],
    ["one that pays in BNB", true, {}, "BNB", "0.06250001"],
    ["one whose BNB don't do", true, { quantity: 20 }, "BTC", "0.02000000"],
  ])("given %s, so the commission is taken in %s", async (_given, paysInBnb, terms, asset, commission) => {
    const balances = { USDT: "10000000", BTC: "100", BNB: "1" };
    const account = { account: "alice", apiKey: "alice-key", secret: "alice-secret", paysInBnb, balances };
    const { alice } = await openStand({ settings: { accounts: [account] } });
    await alice.market(terms);
    const [trade] = (await alice.signed("GET", "/api/v3/myTrades", { symbol: "BTCUSDT" })).list;
    expect(trade).toMatchObject({ commissionAsset: asset, commission });
  });
});
