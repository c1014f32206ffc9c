import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestServer, type TestServer } from "../testing/open-test-server.ts";

let server: TestServer;
let orders = 0;

beforeAll(async () => {
  server = await openTestServer({ latencySubmitMs: 0, latencyConfirmMs: 0 });
});
afterAll(() => server.close());

const good = {
  client_order_id: "good",
  account: "paper",
  venue: "sim",
  instrument: "BTC/USDT",
  side: "SIDE_BUY",
  type: "ORDER_TYPE_MARKET",
  base_quantity: "0.01",
};

/** As curl sends it: the answer's status and JSON. */
async function post(body: unknown): Promise<{ status: number; json: Answer }> {
  const response = await fetch(`${server.url}/surefill.v1.ExecutionService/ExecuteOrder`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, json: (await response.json()) as Answer };
}

interface Answer {
  readonly code?: string;
  readonly message?: string;
  readonly details?: readonly {
    readonly type: string;
    readonly debug?: { readonly reason?: string; readonly metadata?: { readonly field?: string } };
  }[];
  readonly order?: {
    readonly state: string;
    readonly lastError?: { readonly code: string; readonly context: Record<string, string> };
  };
}

function reasonAndField({ details }: Answer): readonly (string | undefined)[] {
  const info = details?.find(({ type }) => type === "google.rpc.ErrorInfo")?.debug;
  return [info?.reason, info?.metadata?.field];
}

/** A fresh id each time: a repeated one is another refusal. */
function orderWith(fields: Record<string, unknown>): Record<string, unknown> {
  orders += 1;
  return { ...good, client_order_id: `bad-${orders}`, ...fields };
}

const limit = (fields: Record<string, unknown>) => ({ type: "ORDER_TYPE_LIMIT", limit_price: "10000", ...fields });

const stop = (fields: Record<string, unknown>) => ({ type: "ORDER_TYPE_STOP_LOSS", trigger_price: "11000", ...fields });

describe("what can't be understood is INVALID_ARGUMENT with its reason and field, and nothing is stored", () => {
  const quantities = ["NaN", "Infinity", "1e5", "1,000", " 1", "1 ", "+1", "-1", "01", ".5", "1.", "", "0x10", "１"];
  it.each([
    ...quantities.map((base_quantity) => ({
      given: { base_quantity },
      reason: "FIELD_MALFORMED",
      field: "base_quantity",
    })),
    { given: { base_quantity: "0" }, reason: "FIELD_OUT_OF_RANGE", field: "base_quantity" },
    { given: { base_quantity: "0.000" }, reason: "FIELD_OUT_OF_RANGE", field: "base_quantity" },
    { given: { base_quantity: "9".repeat(40) }, reason: "FIELD_MALFORMED", field: "base_quantity" },
    { given: { base_quantity: `0.${"1".repeat(19)}` }, reason: "FIELD_MALFORMED", field: "base_quantity" },
    { given: { base_quantity: undefined, quote_quantity: "0" }, reason: "FIELD_OUT_OF_RANGE", field: "quote_quantity" },
    { given: { base_quantity: undefined }, reason: "FIELD_REQUIRED", field: "size" },
    { given: limit({ limit_price: "0" }), reason: "FIELD_OUT_OF_RANGE", field: "limit_price" },
    { given: limit({ limit_price: "-1" }), reason: "FIELD_MALFORMED", field: "limit_price" },
    { given: limit({ limit_price: undefined }), reason: "FIELD_REQUIRED", field: "limit_price" },
    { given: { limit_price: "10000" }, reason: "FIELD_CONFLICT", field: "limit_price" },
    {
      given: limit({ base_quantity: undefined, quote_quantity: "100" }),
      reason: "FIELD_CONFLICT",
      field: "quote_quantity",
    },
    { given: { trigger_price: "9000" }, reason: "FIELD_CONFLICT", field: "trigger_price" },
    { given: limit({ trigger_price: "9000" }), reason: "FIELD_CONFLICT", field: "trigger_price" },
    { given: { post_only: true }, reason: "FIELD_CONFLICT", field: "post_only" },
    { given: stop({ post_only: true, limit_price: "9000" }), reason: "FIELD_CONFLICT", field: "post_only" },
    {
      given: limit({ post_only: true, time_in_force: "TIME_IN_FORCE_IOC" }),
      reason: "FIELD_CONFLICT",
      field: "post_only",
    },
    {
      given: limit({ post_only: true, time_in_force: "TIME_IN_FORCE_FOK" }),
      reason: "FIELD_CONFLICT",
      field: "post_only",
    },
    { given: stop({ trigger_price: undefined }), reason: "FIELD_REQUIRED", field: "trigger_price" },
    { given: stop({ trigger_price: "0" }), reason: "FIELD_OUT_OF_RANGE", field: "trigger_price" },
    { given: stop({ trigger_price: "-1" }), reason: "FIELD_MALFORMED", field: "trigger_price" },
    { given: stop({ limit_price: "0" }), reason: "FIELD_OUT_OF_RANGE", field: "limit_price" },
    { given: stop({ max_slippage_bps: 50 }), reason: "FIELD_CONFLICT", field: "max_slippage_bps" },
    { given: stop({ time_in_force: "TIME_IN_FORCE_IOC" }), reason: "FIELD_CONFLICT", field: "time_in_force" },
    {
      given: stop({ type: "ORDER_TYPE_TAKE_PROFIT", time_in_force: "TIME_IN_FORCE_FOK" }),
      reason: "FIELD_CONFLICT",
      field: "time_in_force",
    },
    {
      given: stop({ base_quantity: undefined, quote_quantity: "100" }),
      reason: "FIELD_CONFLICT",
      field: "quote_quantity",
    },
    { given: { type: "ORDER_TYPE_UNSPECIFIED" }, reason: "FIELD_REQUIRED", field: "type" },
    { given: { time_in_force: "TIME_IN_FORCE_GTC" }, reason: "FIELD_CONFLICT", field: "time_in_force" },
    { given: { expected_price: "0" }, reason: "FIELD_OUT_OF_RANGE", field: "expected_price" },
    { given: { max_slippage_bps: 10001 }, reason: "FIELD_OUT_OF_RANGE", field: "max_slippage_bps" },
    { given: { expire_time: "tomorrow" }, reason: "FIELD_MALFORMED", field: "expire_time" },
    { given: { expire_time: "1969-12-31T23:59:59Z" }, reason: "FIELD_OUT_OF_RANGE", field: "expire_time" },
    { given: { expire_time: "2200-01-01T00:00:00Z" }, reason: "FIELD_OUT_OF_RANGE", field: "expire_time" },
    { given: { execution_timeout: "-1s" }, reason: "FIELD_OUT_OF_RANGE", field: "execution_timeout" },
    { given: { execution_timeout: "2592001s" }, reason: "FIELD_OUT_OF_RANGE", field: "execution_timeout" },
    { given: { side: "SIDE_UNSPECIFIED" }, reason: "FIELD_REQUIRED", field: "side" },
    { given: { side: 99 }, reason: "FIELD_OUT_OF_RANGE", field: "side" },
    { given: { type: 99 }, reason: "FIELD_OUT_OF_RANGE", field: "type" },
    { given: { time_in_force: 99 }, reason: "FIELD_OUT_OF_RANGE", field: "time_in_force" },
    ...[
      "",
      "a".repeat(37),
      "emoji😀",
      "nul\u0000",
      "cr\r\nlf",
      "'; DROP TABLE orders; --",
      "../../etc/passwd",
      "a b",
    ].map((client_order_id) => ({ given: { client_order_id }, reason: "FIELD_MALFORMED", field: "client_order_id" })),
    { given: { account: "" }, reason: "FIELD_MALFORMED", field: "account" },
    { given: { account: "nobody" }, reason: "UNKNOWN_ACCOUNT", field: "account" },
    { given: { venue: "SIM" }, reason: "FIELD_MALFORMED", field: "venue" },
    { given: { venue: "nowhere" }, reason: "UNKNOWN_VENUE", field: "venue" },
    { given: { instrument: "ВTC/USDT" }, reason: "FIELD_MALFORMED", field: "instrument" },
    { given: { purpose: "ORDER_PURPOSE_EXIT" }, reason: "FIELD_REQUIRED", field: "position_id" },
    {
      given: { tags: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`k${i}`, "v"])) },
      reason: "FIELD_OUT_OF_RANGE",
      field: "tags",
    },
    { given: { tags: { big: "v".repeat(1_000_000) } }, reason: "FIELD_OUT_OF_RANGE", field: 'tags["big"]' },
    { given: { quantity: "0.01" }, reason: "FIELD_UNKNOWN", field: "quantity" },
    { given: { __proto: "x" }, reason: "FIELD_UNKNOWN", field: "__proto" },
  ])("given $given, so $reason of $field", async ({ given, reason, field }) => {
    const { status, json } = await post(orderWith(given));
    expect({ status, code: json.code, found: reasonAndField(json) }).toEqual({
      status: 400,
      code: "invalid_argument",
      found: [reason, field],
    });
    const { orders: stored } = await server.execution.listOrders({});
    expect(stored).toEqual([]);
  });

  it("given a body that is no JSON, so INVALID_ARGUMENT", async () => {
    const { status, json } = await post("{");
    expect({ status, code: json.code, reason: reasonAndField(json)[0] }).toEqual({
      status: 400,
      code: "invalid_argument",
      reason: "REQUEST_MALFORMED",
    });
  });
});

describe("what the venue would not take is DENIED with its code and field, stored, and never sent", () => {
  it.each([
    { given: { base_quantity: "0.000001" }, code: "QUANTITY_NOT_LOT_MULTIPLE", field: "base_quantity" },
    { given: { base_quantity: "0.010001" }, code: "QUANTITY_NOT_LOT_MULTIPLE", field: "base_quantity" },
    { given: { base_quantity: "9000.1" }, code: "QUANTITY_ABOVE_MAXIMUM", field: "base_quantity" },
    { given: { base_quantity: "18446744073709551616" }, code: "QUANTITY_ABOVE_MAXIMUM", field: "base_quantity" },
    { given: { base_quantity: "0.0001" }, code: "NOTIONAL_BELOW_MINIMUM", field: "base_quantity" },
    {
      given: { base_quantity: undefined, quote_quantity: "4.99" },
      code: "NOTIONAL_BELOW_MINIMUM",
      field: "quote_quantity",
    },
    { given: limit({ limit_price: "10000.001" }), code: "PRICE_OFF_TICK", field: "limit_price" },
    { given: limit({ limit_price: "100000" }), code: "PRICE_OUTSIDE_COLLAR", field: "limit_price" },
    { given: limit({ limit_price: "1000" }), code: "PRICE_OUTSIDE_COLLAR", field: "limit_price" },
    { given: stop({ trigger_price: "9999" }), code: "TRIGGER_PRICE_REACHED", field: "trigger_price" },
    { given: stop({ trigger_price: "10000" }), code: "TRIGGER_PRICE_REACHED", field: "trigger_price" },
    { given: stop({ trigger_price: "11000.001" }), code: "PRICE_OFF_TICK", field: "trigger_price" },
    { given: stop({ trigger_price: "100000" }), code: "PRICE_OUTSIDE_COLLAR", field: "trigger_price" },
    { given: stop({ limit_price: "110000" }), code: "PRICE_OUTSIDE_COLLAR", field: "limit_price" },
    { given: { expire_time: "2026-01-01T00:00:00Z" }, code: "EXPIRE_TIME_PASSED", field: "expire_time" },
    { given: { instrument: "btc/usdt" }, code: "INSTRUMENT_UNKNOWN", field: "instrument" },
    { given: { instrument: "BTC/BTC" }, code: "INSTRUMENT_UNKNOWN", field: "instrument" },
  ])("given $given, so $code", async ({ given, code, field }) => {
    const request = orderWith(given);
    const { status, json } = await post(request);
    expect({
      status,
      state: json.order?.state,
      code: json.order?.lastError?.code,
      field: json.order?.lastError?.context.field,
    }).toEqual({
      status: 200,
      state: "ORDER_STATE_DENIED",
      code,
      field,
    });
    const key = {
      case: "clientOrder",
      value: { account: "paper", clientOrderId: String(request.client_order_id) },
    } as const;
    const { order } = await server.execution.getOrder({ key });
    expect(order?.attemptCount).toBe(0);
  });
});
