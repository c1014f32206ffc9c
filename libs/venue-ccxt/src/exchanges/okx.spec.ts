import { amount, type Instruction, price, quantity } from "@surefill/core";
import { ManualClock } from "@surefill/core/testing";
import { describe, expect, test } from "vitest";
import { FakeHttp, json } from "../testing/fake-http.ts";
import { addMs, btc, main, never, openVenue, orderKey, prepared } from "../testing/open-venue.ts";

// Answers in the form of OKX's v5 API (www.okx.com/docs-v5), with values of our own.
const listed = {
  ...{ instType: "SPOT", instId: "BTC-USDT", baseCcy: "BTC", quoteCcy: "USDT", state: "live", uly: "", settleCcy: "" },
  ...{
    lotSz: "0.00000001",
    minSz: "0.00001",
    tickSz: "0.1",
    maxLmtSz: "9999",
    maxMktSz: "1000000",
    lever: "",
    stk: "",
  },
};
const order = "POST /api/v5/trade/order";
const key = orderKey("COMPACT");

const ok = (...data: readonly unknown[]) => json({ code: "0", msg: "", data });
const refused = (sCode: string, sMsg: string) =>
  json({ code: "1", msg: "", data: [{ clOrdId: key, ordId: "", sCode, sMsg, tag: "" }] });
const failed = (code: string, msg: string, status = 200) => json({ code, msg, data: [] }, { status });

async function open(config: Readonly<Record<string, unknown>> = {}) {
  const clock = new ManualClock();
  const fake = new FakeHttp()
    .on("GET /api/v5/public/instruments", () => ok(listed))
    .on("GET /api/v5/public/time", () => ok({ ts: String(Math.floor(clock.wall() / 1_000)) }));
  return openVenue("okx", fake, config, clock);
}

/** An order as GET /trade/order and its list tell it. */
const told = {
  ...{ instType: "SPOT", instId: "BTC-USDT", ordId: "312", clOrdId: key, ordType: "limit", side: "buy", px: "40000.1" },
  ...{
    sz: "0.01",
    accFillSz: "0.004",
    avgPx: "40000.1",
    state: "canceled",
    cTime: "1700000000000",
    uTime: "1700000000500",
  },
  ...{ fee: "-0.000004", feeCcy: "BTC", tgtCcy: "", tag: "", tdMode: "cash", reduceOnly: "false", tradeId: "77" },
};
const fill = {
  ...{ instType: "SPOT", instId: "BTC-USDT", ordId: "312", clOrdId: key, billId: "901", tradeId: "77", side: "buy" },
  ...{ fillSz: "0.004", fillPx: "40000.1", fee: "-0.000004", feeCcy: "BTC", execType: "T", posSide: "net", tag: "" },
};

describe("an order to OKX", () => {
  const limit = (timeInForce: "GTC" | "IOC" | "FOK", postOnly?: true): Partial<Instruction> => ({
    pricing: {
      type: "LIMIT",
      timeInForce,
      limitPrice: price("40000.1"),
      ...(postOnly === undefined ? {} : { postOnly }),
    },
  });
  test.each([
    ["a limit order", limit("GTC"), { ordType: "limit", px: "40000.1", sz: "0.01" }],
    ["IOC", limit("IOC"), { ordType: "ioc" }],
    ["FOK", limit("FOK"), { ordType: "fok" }],
    ["post only", limit("GTC", true), { ordType: "post_only" }],
    [
      "a market order in base",
      { pricing: { type: "MARKET", timeInForce: "IOC" } },
      { ordType: "market", tgtCcy: "base_ccy", sz: "0.01" },
    ],
    [
      "a market order in quote",
      { pricing: { type: "MARKET", timeInForce: "IOC" }, size: { in: "QUOTE", amount: amount("25.5") } },
      { ordType: "market", tgtCcy: "quote_ccy", sz: "25.5" },
    ],
  ] as const)(
    "given %s, so it is spelt as OKX spells it, and can no longer be accepted 30 s after its stamp",
    async (_given, fields, form) => {
      const opened = await open();
      opened.fake.on(order, () => ok({ clOrdId: key, ordId: "312", sCode: "0", sMsg: "", tag: "" }));
      const attempt = await prepared(opened, { ...limit("GTC"), ...fields } as Partial<Instruction>);
      expect(attempt.validUntil).toBe(addMs(opened.clock.wall(), 30_000));
      expect(await opened.venue.submit(main, attempt, never)).toMatchObject({
        kind: "ACCEPTED",
        venueOrderId: "312",
        report: { submitKey: key, evidence: { kind: "OPEN" }, fills: [] },
      });
      const [sent] = opened.fake.heardOf(order);
      expect(JSON.parse(sent?.body ?? "")).toMatchObject({
        instId: "BTC-USDT",
        tdMode: "cash",
        side: "buy",
        clOrdId: key,
        ...form,
      });
      expect(sent?.headers.get("expTime")).toBe(String(Math.floor(opened.clock.wall() / 1_000) + 2_500));
      expect(sent?.headers.get("ok-access-passphrase")).toBe("the-passphrase");
    },
  );

  test.each([
    // given, so
    ["no balance", refused("51008", "Order failed. Insufficient balance."), "REJECTED", "INSUFFICIENT_FUNDS"],
    ["a duplicate id", refused("51016", "Duplicated client order ID."), "UNKNOWN", "ANSWER_LOST"],
    ["an order that timed out there", refused("51149", "Order timed out."), "UNKNOWN", "ANSWER_LOST"],
    ["a timeout at the exchange", failed("50004", "API endpoint request timeout.", 400), "UNKNOWN", "ANSWER_LOST"],
    ["a busy system", failed("50013", "Systems are busy."), "UNKNOWN", "ANSWER_LOST"],
    ["a stamp too old", failed("50102", "Timestamp request expired.", 401), "REJECTED", "ATTEMPT_EXPIRED"],
    ["an expTime that has passed", failed("50036", "expTime is earlier than now."), "REJECTED", "ATTEMPT_EXPIRED"],
    ["wrong keys", failed("50111", "Invalid OK-ACCESS-KEY.", 401), "REJECTED", "UNAUTHORIZED"],
    [
      "withdrawn permissions",
      failed("50120", "This API key doesn't have permission.", 403),
      "REJECTED",
      "UNAUTHORIZED",
    ],
    ["too many requests", failed("50011", "Too Many Requests.", 429), "REJECTED", "RATE_LIMITED"],
    ["an unknown instrument", refused("51001", "Instrument ID does not exist."), "REJECTED", "INVALID_SYMBOL"],
    ["a code of no table", refused("59999", "Something new."), "UNKNOWN", "ANSWER_LOST"],
  ] as const)("given %s, so it says what that proves", async (_given, answer, kind, code) => {
    const opened = await open();
    opened.fake.on(order, () => answer.clone());
    const outcome = await opened.venue.submit(main, await prepared(opened, limit("GTC")), never);
    expect(outcome).toMatchObject({ kind, error: { code } });
    expect(opened.fake.heardOf(order)).toHaveLength(1);
  });
});

describe("what OKX tells", () => {
  const reference = { account: main, instrument: btc, submitKey: key };

  test("given an order by its key, partly filled and then cancelled, so both, and what was taken for it", async () => {
    const { venue, fake } = await open();
    fake.on("GET /api/v5/trade/order", () => ok(told));
    fake.on("GET /api/v5/trade/fills-history", () => ok({ ...fill, ts: "1700000000400" }));
    expect(await venue.lookup(reference, never)).toMatchObject({
      kind: "FOUND",
      report: {
        ...{ submitKey: key, venueOrderId: "312", evidence: { kind: "CANCELLED" }, cumQuantity: "0.004" },
        fills: [
          { venueFillId: "77", lastQuantity: "0.004", fee: { asset: "BTC", amount: "0.000004" }, liquidity: "TAKER" },
        ],
      },
    });
    expect(fake.heardOf("GET /api/v5/trade/order")[0]?.query.get("clOrdId")).toBe(key);
  });

  test("given no such order, so not found; given a failure, so nothing is said", async () => {
    const { venue, fake } = await open();
    fake.on("GET /api/v5/trade/order", () => failed("51603", "Order does not exist."));
    expect(await venue.lookup(reference, never)).toMatchObject({ kind: "NOT_FOUND" });
    fake.on("GET /api/v5/trade/order", () => failed("50026", "System error."));
    expect(await venue.lookup(reference, never)).toMatchObject({ kind: "UNAVAILABLE" });
  });

  test("given open orders in pages, so all of them", async () => {
    const { venue, fake } = await open();
    const page = Array.from({ length: 100 }, (_, at) => ({
      ...told,
      ordId: String(500 - at),
      clOrdId: "",
      state: "live",
    }));
    fake.on("GET /api/v5/trade/orders-pending", ({ query }) =>
      query.get("after") === null ? ok(...page) : ok({ ...told, state: "live" }),
    );
    expect(await venue.openOrders(main, never)).toHaveLength(101);
    expect(fake.heardOf("GET /api/v5/trade/orders-pending")[1]?.query.get("after")).toBe("401");
  });

  test("given fills in pages, the newest first, so all of them, the oldest first", async () => {
    const { venue, fake, clock } = await open();
    const nowMs = Math.floor(clock.wall() / 1_000);
    const page = Array.from({ length: 100 }, (_, at) => ({
      ...fill,
      billId: String(500 - at),
      tradeId: String(500 - at),
      ts: String(nowMs - at),
    }));
    const last = { ...fill, ts: String(nowMs - 200) };
    fake.on("GET /api/v5/trade/fills-history", ({ query }) => (query.get("after") === null ? ok(...page) : ok(last)));
    const read = await venue.fillsSince(main, addMs(clock.wall(), -5_000), 500, never);
    expect(read.fills.map(({ fill: { venueFillId } }) => venueFillId)).toEqual([
      "77",
      ...Array.from({ length: 100 }, (_, at) => String(401 + at)),
    ]);
    expect(read.fills[0]).toMatchObject({ instrument: "BTC/USDT", fill: { venueOrderId: "312" } });
  });

  test("given more fills in one millisecond than a page may have, so each is given, page by page, and then what was listed late", async () => {
    const { venue, fake, clock } = await open();
    const ts = String(Math.floor(clock.wall() / 1_000) - 1_000);
    // The same trade id under two orders: ids are unique only with what they belong to.
    const ids = ["11", "12", "12", "13", "14", "15"];
    const listed = ids.map((tradeId, at) => ({ ...fill, billId: String(at), tradeId, ordId: String(300 + at), ts }));
    fake.on("GET /api/v5/trade/fills-history", () => ok(...listed.toReversed()));
    const given: string[] = [];
    let page = await venue.fillsSince(main, addMs(clock.wall(), -5_000), 2, never);
    for (let turn = 0; turn < 10 && page.fills.length > 0; turn += 1) {
      given.push(...page.fills.map(({ fill: { venueFillId, venueOrderId } }) => `${venueOrderId} ${venueFillId}`));
      page = await venue.fillsSince(main, page.next, 2, never);
    }
    expect(given.toSorted()).toEqual(ids.map((id, at) => `${300 + at} ${id}`));
    const late = { ...fill, tradeId: "10", ts: String(Number(ts) - 10) };
    fake.on("GET /api/v5/trade/fills-history", () => ok(...listed.toReversed(), late));
    const { fills } = await venue.fillsSince(main, page.next, 2, never);
    expect(fills[0]?.fill.venueFillId).toBe("10");
  });

  test("given a time to begin at, so nothing before it is told, and what is of that very time is asked for", async () => {
    const { venue, fake, clock } = await open();
    const sinceMs = Math.floor(clock.wall() / 1_000) - 5_000;
    const listed = [-1, 0, 1].map((at) => ({ ...fill, tradeId: String(50 + at), ts: String(sinceMs + at) }));
    fake.on("GET /api/v5/trade/fills-history", () => ok(...listed));
    const page = await venue.fillsSince(main, addMs(clock.wall(), -5_000), 500, never);
    expect(page.fills.map(({ fill: { venueFillId } }) => venueFillId)).toEqual(["50", "51"]);
    expect(fake.heardOf("GET /api/v5/trade/fills-history")[0]?.query.get("begin")).toBe(String(sinceMs - 1));
  });

  test.each([
    ["an error in a list's place", () => failed("50026", "System error.")],
    ["no list", () => json({ code: "0", msg: "" })],
  ])("given %s, so no list is believed to be empty", async (_given, answer) => {
    const { venue, fake, clock } = await open();
    for (const route of ["orders-pending", "fills-history"]) fake.on(`GET /api/v5/trade/${route}`, answer);
    fake.on("GET /api/v5/account/balance", answer);
    await expect(venue.openOrders(main, never)).rejects.toMatchObject({ code: "VENUE_UNREACHABLE" });
    await expect(venue.fillsSince(main, clock.wall(), 10, never)).rejects.toMatchObject({ code: "VENUE_UNREACHABLE" });
    await expect(venue.balances(main, never)).rejects.toMatchObject({ code: "VENUE_UNREACHABLE" });
  });

  test("given a cancel, so it is taken; given what is not open, so it must be looked up", async () => {
    const { venue, fake } = await open();
    fake.on("POST /api/v5/trade/cancel-order", () => ok({ clOrdId: key, ordId: "312", sCode: "0", sMsg: "" }));
    expect(await venue.cancel(reference, never)).toEqual({ kind: "ACCEPTED" });
    fake.on("POST /api/v5/trade/cancel-order", () =>
      refused("51400", "Cancellation failed as the order does not exist."),
    );
    expect(await venue.cancel(reference, never)).toEqual({ kind: "NOT_OPEN" });
    fake.on("POST /api/v5/trade/cancel-order", () => json({ code: "0", msg: "", data: [] }));
    expect(await venue.cancel(reference, never)).toMatchObject({ kind: "UNKNOWN" });
  });

  test("given balances and prices, so they are exact", async () => {
    const { venue, fake } = await open();
    const details = [{ ccy: "BTC", eq: "1.5", availEq: "1.123456789012345678", availBal: "1", frozenBal: "0" }];
    fake.on("GET /api/v5/account/balance", () => ok({ uTime: "1700000000000", details }));
    expect((await venue.balances(main, never)).get("BTC")).toBe("1.123456789012345678");
    const ticker = { instType: "SPOT", instId: "BTC-USDT", bidPx: "39999.9", askPx: "40000.1", ts: "1700000000000" };
    fake.on("GET /api/v5/market/tickers", () => ok(ticker));
    expect((await venue.prices([btc], never)).get(btc)).toEqual({
      bid: "39999.9",
      ask: "40000.1",
      at: 1_700_000_000_000_000,
    });
  });

  test("given the sandbox, so every request bears its mark", async () => {
    const { venue, fake } = await open({ mode: "testnet", liveTrading: undefined });
    await venue.instruments(never);
    expect(fake.heard.map(({ host, headers }) => [host, headers.get("x-simulated-trading")])).toEqual([
      ["www.okx.com", "1"],
    ]);
  });
});

test("given a lot of 0.00000001, so a quantity keeps every digit", async () => {
  const opened = await open();
  const attempt = await prepared(opened, {
    pricing: { type: "LIMIT", timeInForce: "GTC", limitPrice: price("40000.1") },
    size: { in: "BASE", quantity: quantity("1.00000001") },
  });
  expect(new TextDecoder().decode(attempt.payload)).toContain('\\"sz\\":\\"1.00000001\\"');
});
