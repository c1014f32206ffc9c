import { generateKeyPairSync } from "node:crypto";
import { amount, type Instruction, price, Secret, venueOrderId } from "@surefill/core";
import { ManualClock } from "@surefill/core/testing";
import { describe, expect, test } from "vitest";
import { FakeHttp, type HeardRequest, json } from "../testing/fake-http.ts";
import { addMs, btc, main, never, openVenue, orderKey, prepared, request } from "../testing/open-venue.ts";

// Answers in the form of Coinbase's Advanced Trade API (docs.cdp.coinbase.com), with values of our own.
const product = {
  ...{
    product_id: "BTC-USDT",
    product_type: "SPOT",
    base_currency_id: "BTC",
    quote_currency_id: "USDT",
    status: "online",
  },
  ...{ base_increment: "0.00000001", quote_increment: "0.01", price_increment: "0.01", base_min_size: "0.00000001" },
  ...{
    base_max_size: "3400",
    quote_min_size: "1",
    quote_max_size: "150000000",
    trading_disabled: false,
    view_only: false,
  },
  ...{
    base_name: "Bitcoin",
    quote_name: "Tether",
    price: "40000",
    is_disabled: false,
    limit_only: false,
    cancel_only: false,
  },
};
/** Keys are signed with there, as web tokens. */
const { privateKey } = generateKeyPairSync("ec", {
  ...{ namedCurve: "P-256", publicKeyEncoding: { type: "spki", format: "pem" } },
  privateKeyEncoding: { type: "sec1", format: "pem" },
});
const credentials = {
  main: { apiKey: new Secret("organizations/o/apiKeys/k"), secret: new Secret(String(privateKey)) },
};
const order = "POST /api/v3/brokerage/orders";
const key = orderKey("UUID");
const refused = (error: string) =>
  json({
    success: false,
    failure_reason: "UNKNOWN_FAILURE_REASON",
    order_id: "",
    error_response: { error, message: "no", error_details: "" },
  });

async function open() {
  const clock = new ManualClock();
  const products = ({ query }: HeardRequest) =>
    json({ products: query.get("product_type") === "FUTURE" ? [] : [product], num_products: 1 });
  const fake = new FakeHttp()
    .on("GET /api/v3/brokerage/market/products", products)
    .on("GET /api/v3/brokerage/products", products)
    .on("GET /api/v3/brokerage/transaction_summary", () =>
      json({ fee_tier: { maker_fee_rate: "0.004", taker_fee_rate: "0.006" } }),
    )
    .on("GET /v2/time", () =>
      json({ data: { iso: new Date(clock.wall() / 1_000).toISOString(), epoch: Math.floor(clock.wall() / 1e6) } }),
    );
  return openVenue("coinbase", fake, { credentials }, clock);
}

const told = {
  ...{
    order_id: "9bc1eb3b",
    product_id: "BTC-USDT",
    client_order_id: key,
    side: "BUY",
    status: "CANCELLED",
    order_type: "LIMIT",
  },
  order_configuration: { limit_limit_gtc: { base_size: "0.01", limit_price: "40000.01", post_only: false } },
  ...{
    time_in_force: "GOOD_UNTIL_CANCELLED",
    created_time: "2023-11-14T22:13:20Z",
    filled_size: "0.004",
    average_filled_price: "40000.01",
  },
  ...{
    total_fees: "0.96",
    fee: "",
    number_of_fills: "1",
    filled_value: "160",
    size_in_quote: false,
    completion_percentage: "40",
  },
};

describe("an order to Coinbase", () => {
  const limit = (timeInForce: "GTC" | "IOC" | "FOK", postOnly?: true): Partial<Instruction> => ({
    pricing: {
      type: "LIMIT",
      timeInForce,
      limitPrice: price("40000.01"),
      ...(postOnly === undefined ? {} : { postOnly }),
    },
  });
  const market: Partial<Instruction> = { pricing: { type: "MARKET", timeInForce: "IOC" } };
  const config = { base_size: "0.01", limit_price: "40000.01" };
  test.each([
    ["a limit order", limit("GTC"), { limit_limit_gtc: config }],
    ["IOC", limit("IOC"), { sor_limit_ioc: config }],
    ["FOK", limit("FOK"), { limit_limit_fok: config }],
    ["post only", limit("GTC", true), { limit_limit_gtc: { ...config, post_only: true } }],
    [
      "a market buy in quote",
      { ...market, size: { in: "QUOTE", amount: amount("25.5") } } satisfies Partial<Instruction>,
      { market_market_ioc: { quote_size: "25.5" } },
    ],
    [
      "a market sale in base",
      { ...market, side: "SELL" } satisfies Partial<Instruction>,
      { market_market_ioc: { base_size: "0.01" } },
    ],
  ])("given %s, so it is spelt as Coinbase spells it, with our client id", async (_given, fields, form) => {
    const opened = await open();
    opened.fake.on(order, () =>
      json({
        success: true,
        order_id: "9bc1eb3b",
        success_response: { order_id: "9bc1eb3b", product_id: "BTC-USDT", side: "BUY", client_order_id: key },
      }),
    );
    const attempt = await prepared(opened, { ...limit("GTC"), ...fields });
    expect(attempt.validUntil).toBeUndefined();
    expect(await opened.venue.submit(main, attempt, never)).toMatchObject({
      kind: "ACCEPTED",
      venueOrderId: "9bc1eb3b",
      report: { submitKey: key },
    });
    expect(JSON.parse(opened.fake.heardOf(order)[0]?.body ?? "")).toMatchObject({
      client_order_id: key,
      product_id: "BTC-USDT",
      order_configuration: form,
    });
  });

  test("given a market buy in base, which ccxt can't send there, so it is refused before anything is sent", async () => {
    const { venue, fake } = await open();
    expect(await venue.prepare(request(market), never)).toMatchObject({
      kind: "FAILED",
      error: { code: "ORDER_VALIDATION" },
    });
    expect(fake.heardOf(order)).toEqual([]);
  });

  test.each([
    ["no balance", refused("INSUFFICIENT_FUND"), "REJECTED", "INSUFFICIENT_FUNDS"],
    ["too many digits", refused("INVALID_SIZE_PRECISION"), "REJECTED", "ORDER_VALIDATION"],
    ["an unknown product", refused("UNKNOWN_PRODUCT_ID"), "REJECTED", "INVALID_SYMBOL"],
    ["a failure without a reason", refused("UNKNOWN_FAILURE_REASON"), "UNKNOWN", "ANSWER_LOST"],
    ["a refusal of no table", refused("SOMETHING_NEW"), "UNKNOWN", "ANSWER_LOST"],
    ["wrong keys", new Response("Unauthorized", { status: 401 }), "UNKNOWN", "ANSWER_LOST"],
    [
      "withdrawn permissions",
      json({ error: "PERMISSION_DENIED", message: "Missing required scopes" }, { status: 403 }),
      "REJECTED",
      "UNAUTHORIZED",
    ],
    [
      "too many requests",
      json({ error: "RESOURCE_EXHAUSTED", message: "" }, { status: 429 }),
      "REJECTED",
      "RATE_LIMITED",
    ],
    ["an internal error", json({ error: "INTERNAL", message: "" }, { status: 500 }), "UNKNOWN", "ANSWER_LOST"],
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

describe("what Coinbase tells", () => {
  const reference = { account: main, instrument: btc, submitKey: key };

  test("given an order that only its key names, so it can't be asked about, and says so", async () => {
    const { venue, fake, manifest } = await open();
    const before = fake.heard.length;
    expect(manifest.capabilities).toMatchObject({ lookupBySubmitKey: false, requestsExpire: false });
    const looked = await venue.lookup(reference, never);
    expect(looked).toMatchObject({ kind: "UNAVAILABLE" });
    expect(looked.kind === "UNAVAILABLE" && looked.error.message).toContain("other evidence");
    expect(await venue.cancel(reference, never)).toMatchObject({ kind: "UNKNOWN" });
    expect(fake.heard.slice(before).filter(({ path }) => path.includes("orders"))).toEqual([]);
  });

  test("given the exchange's own id, so it is found by that, partly filled and cancelled", async () => {
    const { venue, fake } = await open();
    fake.on("GET /api/v3/brokerage/orders/historical/9bc1eb3b", () => json({ order: told }));
    const found = await venue.lookup({ ...reference, venueOrderId: venueOrderId("9bc1eb3b") }, never);
    expect(found).toMatchObject({
      kind: "FOUND",
      report: { submitKey: key, evidence: { kind: "CANCELLED" }, cumQuantity: "0.004" },
    });
  });

  test.each([
    [
      { results: [{ success: true, failure_reason: "UNKNOWN_CANCEL_FAILURE_REASON", order_id: "9bc1eb3b" }] },
      "ACCEPTED",
    ],
    [{ results: [] }, "UNKNOWN"],
    [{ success: true }, "UNKNOWN"],
  ])("given %j to a cancel, so %s", async (answer, kind) => {
    const { venue, fake } = await open();
    fake.on("POST /api/v3/brokerage/orders/batch_cancel", () => json(answer));
    const named = { ...reference, venueOrderId: venueOrderId("9bc1eb3b") };
    expect(await venue.cancel(named, never)).toMatchObject({ kind });
  });

  test("given open orders and fills, so all of them, with fees", async () => {
    const { venue, fake, clock } = await open();
    fake.on("GET /api/v3/brokerage/orders/historical/batch", ({ query }) =>
      query.get("cursor") === null
        ? json({ orders: [{ ...told, status: "OPEN" }], has_next: true, cursor: "p2" })
        : json({ orders: [], has_next: false, cursor: "" }),
    );
    expect((await venue.openOrders(main, never)).map(({ submitKey }) => submitKey)).toEqual([key]);
    const fill = {
      ...{
        entry_id: "e",
        trade_id: "77",
        order_id: "9bc1eb3b",
        product_id: "BTC-USDT",
        side: "BUY",
        price: "40000.01",
        size: "0.004",
      },
      ...{ commission: "0.96", liquidity_indicator: "MAKER", size_in_quote: false, trade_type: "FILL" },
    };
    const trade_time = new Date(clock.wall() / 1_000 - 1_000).toISOString();
    fake.on("GET /api/v3/brokerage/orders/historical/fills", () =>
      json({ fills: [{ ...fill, trade_time }], cursor: "" }),
    );
    const page = await venue.fillsSince(main, addMs(clock.wall(), -60_000), 500, never);
    expect(page.fills).toMatchObject([
      {
        instrument: "BTC/USDT",
        fill: { venueFillId: "77", lastQuantity: "0.004", fee: { asset: "USDT", amount: "0.96" }, liquidity: "MAKER" },
      },
    ]);
    fake.on("GET /api/v3/brokerage/orders/historical/fills", () => json({}));
    await expect(venue.fillsSince(main, addMs(clock.wall(), -60_000), 500, never)).rejects.toMatchObject({
      code: "VENUE_UNREACHABLE",
    });
  });

  test("given a price, so the best of its book", async () => {
    const { venue, fake } = await open();
    const pricebook = {
      product_id: "BTC-USDT",
      bids: [{ price: "39999.99", size: "1" }],
      asks: [{ price: "40000.01", size: "1" }],
      time: "2023-11-14T22:13:20Z",
    };
    for (const path of ["market/product_book", "product_book"])
      fake.on(`GET /api/v3/brokerage/${path}`, () => json({ pricebook }));
    expect((await venue.prices([btc], never)).get(btc)).toMatchObject({ bid: "39999.99", ask: "40000.01" });
    for (const path of ["market/product_book", "product_book"])
      fake.on(`GET /api/v3/brokerage/${path}`, () => json({ success: true, data: [] }));
    await expect(venue.prices([btc], never)).rejects.toMatchObject({ code: "VENUE_UNREACHABLE" });
  });
});
