import { amount, type Instruction, price } from "@surefill/core";
import { ManualClock } from "@surefill/core/testing";
import { describe, expect, test } from "vitest";
import { FakeHttp, json } from "../testing/fake-http.ts";
import { addMs, btc, main, never, openVenue, orderKey, prepared } from "../testing/open-venue.ts";

// Answers in the form of Kraken's spot REST API (docs.kraken.com/api), with values of our own.
const pair = {
  ...{
    altname: "XBTUSDT",
    wsname: "XBT/USDT",
    aclass_base: "currency",
    base: "XXBT",
    aclass_quote: "currency",
    quote: "USDT",
  },
  ...{
    lot: "unit",
    pair_decimals: 1,
    lot_decimals: 8,
    cost_decimals: 5,
    lot_multiplier: 1,
    ordermin: "0.0001",
    costmin: "0.5",
  },
  ...{
    leverage_buy: [],
    leverage_sell: [],
    fees: [[0, 0.4]],
    fees_maker: [[0, 0.25]],
    tick_size: "0.1",
    status: "online",
  },
};
const order = "POST /0/private/AddOrder";
const key = orderKey("UUID");
const ok = (result: unknown) => json({ error: [], result });
const failed = (...error: readonly string[]) => json({ error });

async function open() {
  const clock = new ManualClock();
  const seconds = () => Math.floor(clock.wall() / 1e6);
  const fake = new FakeHttp()
    .on("GET /0/public/AssetPairs", () => ok({ XBTUSDT: pair }))
    .on("GET /0/public/Assets", () =>
      ok({ XXBT: { altname: "XBT", decimals: 10 }, USDT: { altname: "USDT", decimals: 8 } }),
    )
    .on("GET /0/public/Time", () => ok({ unixtime: seconds(), rfc1123: "" }));
  return openVenue("kraken", fake, {}, clock);
}

function told(fields: Readonly<Record<string, unknown>>) {
  return {
    ...{
      refid: null,
      userref: 0,
      status: "canceled",
      opentm: 1_700_000_000.5,
      starttm: 0,
      expiretm: 0,
      closetm: 1_700_000_001,
    },
    descr: {
      pair: "XBTUSDT",
      type: "buy",
      ordertype: "limit",
      price: "40000.1",
      price2: "0",
      leverage: "none",
      order: "",
      close: "",
    },
    ...{
      vol: "0.01000000",
      vol_exec: "0.00400000",
      cost: "160.00040",
      fee: "0.64000",
      price: "40000.1",
      oflags: "fciq",
      misc: "",
    },
    ...{ stopprice: "0.00000", limitprice: "0.00000", ...fields },
  };
}

describe("an order to Kraken", () => {
  const limit = (timeInForce: "GTC" | "IOC", postOnly?: true): Partial<Instruction> => ({
    pricing: {
      type: "LIMIT",
      timeInForce,
      limitPrice: price("40000.1"),
      ...(postOnly === undefined ? {} : { postOnly }),
    },
  });
  test.each([
    ["a limit order", limit("GTC"), { ordertype: "limit", price: "40000.1", volume: "0.01", timeinforce: "GTC" }],
    ["IOC", limit("IOC"), { timeinforce: "IOC" }],
    ["post only", limit("GTC", true), { oflags: "post" }],
    [
      "a market order in base",
      { pricing: { type: "MARKET", timeInForce: "IOC" } } satisfies Partial<Instruction>,
      { ordertype: "market", volume: "0.01" },
    ],
    [
      "a market order in quote",
      {
        pricing: { type: "MARKET", timeInForce: "IOC" },
        size: { in: "QUOTE", amount: amount("25.5") },
      } satisfies Partial<Instruction>,
      { ordertype: "market", volume: "25.5", oflags: "viqc" },
    ],
    [
      "a stop-loss",
      {
        side: "SELL",
        pricing: { type: "STOP_LOSS", timeInForce: "GTC", triggerPrice: price("39000") },
      } satisfies Partial<Instruction>,
      { ordertype: "stop-loss", price: "39000", volume: "0.01", type: "sell" },
    ],
    [
      "a take-profit at a limit",
      {
        side: "SELL",
        pricing: { type: "TAKE_PROFIT", timeInForce: "GTC", triggerPrice: price("41000"), limitPrice: price("40990") },
      } satisfies Partial<Instruction>,
      { ordertype: "take-profit-limit", price: "41000", price2: "40990" },
    ],
  ])(
    "given %s, so it is spelt as Kraken spells it, with a deadline for its matching engine",
    async (_given, fields, form) => {
      const opened = await open();
      opened.fake.on(order, () =>
        ok({ txid: ["OABC12-DEFGH-IJKLMN"], descr: { order: "buy 0.01000000 XBTUSDT @ limit 40000.1" } }),
      );
      const attempt = await prepared(opened, { ...limit("GTC"), ...fields });
      expect(await opened.venue.submit(main, attempt, never)).toMatchObject({
        kind: "ACCEPTED",
        venueOrderId: "OABC12-DEFGH-IJKLMN",
        report: { submitKey: key, evidence: { kind: "OPEN" } },
      });
      const [sent] = opened.fake.heardOf(order);
      expect(Object.fromEntries(sent?.form ?? [])).toMatchObject({ pair: "XBTUSDT", cl_ord_id: key, ...form });
      expect((attempt.validUntil ?? 0) / 1_000).toBe(Date.parse(sent?.form.get("deadline") ?? ""));
      expect((attempt.validUntil ?? 0) - (attempt.venueTime ?? 0)).toBe(5_000_000);
    },
  );

  test.each([
    ["no balance", failed("EOrder:Insufficient funds"), "REJECTED", "INSUFFICIENT_FUNDS"],
    ["below the minimum", failed("EOrder:Order minimum not met"), "REJECTED", "ORDER_VALIDATION"],
    ["off tick", failed("EOrder:Tick size check failed"), "REJECTED", "ORDER_VALIDATION"],
    ["an unknown pair", failed("EQuery:Unknown asset pair"), "REJECTED", "INVALID_SYMBOL"],
    ["wrong keys", failed("EAPI:Invalid key"), "REJECTED", "UNAUTHORIZED"],
    ["withdrawn permissions", failed("EGeneral:Permission denied"), "REJECTED", "UNAUTHORIZED"],
    ["a nonce that was overtaken", failed("EAPI:Invalid nonce"), "REJECTED", "ATTEMPT_EXPIRED"],
    ["a deadline that has passed", failed("EService:Deadline elapsed"), "REJECTED", "ATTEMPT_EXPIRED"],
    ["too many requests", failed("EAPI:Rate limit exceeded"), "REJECTED", "RATE_LIMITED"],
    ["a service that is away", failed("EService:Unavailable"), "UNKNOWN", "ANSWER_LOST"],
    ["a timeout", failed("EService:Timeout"), "UNKNOWN", "ANSWER_LOST"],
    ["an internal error", failed("EGeneral:Internal error"), "UNKNOWN", "ANSWER_LOST"],
    ["an error of no table", failed("EOrder:Something new"), "UNKNOWN", "ANSWER_LOST"],
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

describe("what Kraken tells", () => {
  const reference = { account: main, instrument: btc, submitKey: key };
  const [openList, closedList] = ["POST /0/private/OpenOrders", "POST /0/private/ClosedOrders"];
  const none = { open: () => ok({ open: {} }), closed: () => ok({ closed: {}, count: 0 }) };

  test("given an order that was cancelled in part, so it is found by its key in the lists, never by userref", async () => {
    const { venue, fake } = await open();
    fake
      .on(openList, none.open)
      .on(closedList, () => ok({ closed: { "OABC12-DEFGH-IJKLMN": told({ cl_ord_id: key }) }, count: 1 }));
    expect(await venue.lookup(reference, never)).toMatchObject({
      kind: "FOUND",
      report: {
        submitKey: key,
        venueOrderId: "OABC12-DEFGH-IJKLMN",
        evidence: { kind: "CANCELLED" },
        cumQuantity: "0.004",
        fills: [],
      },
    });
    for (const route of [openList, closedList]) expect(fake.heardOf(route)[0]?.form.get("cl_ord_id")).toBe(key);
    expect(fake.heardOf("POST /0/private/QueryOrders")).toEqual([]);
  });

  test("given neither open nor closed, so not found; given that one list fails, so nothing is said", async () => {
    const { venue, fake } = await open();
    fake.on(openList, none.open).on(closedList, none.closed);
    expect(await venue.lookup(reference, never)).toMatchObject({ kind: "NOT_FOUND" });
    fake.on(closedList, () => failed("EService:Unavailable"));
    expect(await venue.lookup(reference, never)).toMatchObject({ kind: "UNAVAILABLE" });
    fake.on(closedList, () => json({ error: [] }));
    expect(await venue.lookup(reference, never)).toMatchObject({ kind: "UNAVAILABLE" });
  });

  test("given open orders without a client id, so their userref is not taken for one", async () => {
    const { venue, fake } = await open();
    const open2 = {
      O1: told({ status: "open" }),
      O2: told({ status: "open" }),
      O3: told({ status: "open", cl_ord_id: key }),
    };
    fake.on(openList, () => ok({ open: open2 }));
    expect((await venue.openOrders(main, never)).map(({ submitKey }) => submitKey).sort()).toEqual(
      [key, "foreign:O1", "foreign:O2"].sort(),
    );
  });

  test("given trades, so fills with their fee in quote; given pages, all of them", async () => {
    const { venue, fake, clock } = await open();
    const time = Math.floor(clock.wall() / 1e6) - 1;
    const trade = (at: number) => ({
      ...{
        ordertxid: "OABC12-DEFGH-IJKLMN",
        pair: "XBTUSDT",
        time: time + at / 1_000,
        type: "buy",
        ordertype: "limit",
      },
      ...{
        price: "40000.10000",
        cost: "160.00040",
        fee: "0.64000",
        vol: "0.00400000",
        margin: "0.00000",
        misc: "",
        maker: true,
      },
    });
    const first = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`T${at}`, trade(at)]));
    fake.on("POST /0/private/TradesHistory", ({ form }) =>
      ok({ trades: form.get("ofs") === null ? first : { T99: trade(99) }, count: 51 }),
    );
    const page = await venue.fillsSince(main, addMs(clock.wall(), -60_000), 500, never);
    expect(page.fills).toHaveLength(51);
    expect(page.fills[0]).toMatchObject({
      instrument: "BTC/USDT",
      fill: {
        venueFillId: "T0",
        venueOrderId: "OABC12-DEFGH-IJKLMN",
        lastQuantity: "0.004",
        lastPrice: "40000.1",
        fee: { asset: "USDT", amount: "0.64" },
      },
    });
    expect(fake.heardOf("POST /0/private/TradesHistory")[1]?.form.get("ofs")).toBe("50");
  });

  test("given a cancel by its key, so it is taken; given what is not open, so it must be looked up", async () => {
    const { venue, fake } = await open();
    fake.on("POST /0/private/CancelOrder", () => ok({ count: 1 }));
    expect(await venue.cancel(reference, never)).toEqual({ kind: "ACCEPTED" });
    expect(fake.heardOf("POST /0/private/CancelOrder")[0]?.form.get("cl_ord_id")).toBe(key);
    fake.on("POST /0/private/CancelOrder", () => failed("EOrder:Unknown order"));
    expect(await venue.cancel(reference, never)).toEqual({ kind: "NOT_OPEN" });
    fake.on("POST /0/private/CancelOrder", () => ok({}));
    expect(await venue.cancel(reference, never)).toMatchObject({ kind: "UNKNOWN" });
  });

  test("given several questions at one moment, so each bears a nonce greater than the one before", async () => {
    const { venue, fake } = await open();
    fake.on(openList, none.open);
    await Promise.all([1, 2, 3].map(() => venue.openOrders(main, never)));
    const nonces = fake.heardOf(openList).map(({ form }) => Number(form.get("nonce")));
    expect(new Set(nonces).size).toBe(3);
  });
});

test("given the mode testnet, so it is refused: Kraken's spot has no sandbox", async () => {
  const opening = openVenue("kraken", new FakeHttp(), { mode: "testnet", liveTrading: undefined });
  await expect(opening).rejects.toMatchObject({ code: "CONFIG_INVALID", context: { field: "mode" } });
});
