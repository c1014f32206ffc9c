import { type Instruction, quantity, retryClass, submitKey } from "@surefill/core";
import { ManualClock } from "@surefill/core/testing";
import { describe, expect, test } from "vitest";
import { acceptedOrder, fakeBinance } from "./testing/fake-binance.ts";
import { type Answer, broken, cut, type HeardRequest, json, stalled } from "./testing/fake-http.ts";
import { btc, keys, main, never, type OpenVenue, openVenue, prepared, request } from "./testing/open-venue.ts";

const order = "POST /api/v3/order";

async function open(config: Readonly<Record<string, unknown>> = {}, aheadMs = 0): Promise<OpenVenue> {
  const clock = new ManualClock();
  return openVenue("binance", fakeBinance(clock, aheadMs), config, clock);
}

const error = (code: number, msg: string, init: ResponseInit = { status: 400 }) => json({ code, msg }, init);

/** What the library says of an order that is answered so, and how often it was sent. */
async function submitted(
  opened: OpenVenue,
  answer: (request: HeardRequest) => Answer,
  fields: Partial<Instruction> = {},
) {
  opened.fake.on(order, answer);
  const attempt = await prepared(opened, fields);
  const outcome = opened.venue.submit(main, attempt, never);
  // A request that hangs is given up by the clock.
  for (let turn = 0; turn < 40; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  opened.clock.advance(20_000);
  return { outcome: await outcome, sent: opened.fake.heardOf(order).length };
}

describe("answers to a new order", () => {
  test.each([
    // given, when, so (kind, code)
    ["no connection", () => broken("ECONNREFUSED"), "NOT_SENT", "VENUE_UNREACHABLE"],
    ["no such host", () => broken("ENOTFOUND"), "NOT_SENT", "VENUE_UNREACHABLE"],
    ["a connection that was never made", () => broken("UND_ERR_CONNECT_TIMEOUT"), "NOT_SENT", "VENUE_UNREACHABLE"],
    [
      "a route that failed while connecting",
      () => broken("EHOSTUNREACH", { syscall: "connect" }),
      "NOT_SENT",
      "VENUE_UNREACHABLE",
    ],
    ["a route that failed later", () => broken("EHOSTUNREACH", { syscall: "read" }), "UNKNOWN", "ANSWER_LOST"],
    ["a connection that broke", () => broken("UND_ERR_SOCKET"), "UNKNOWN", "ANSWER_LOST"],
    ["a connection that was reset", () => broken("ECONNRESET"), "UNKNOWN", "ANSWER_LOST"],
    ["silence", () => new Promise<Response>(() => {}), "UNKNOWN", "ANSWER_LOST"],
    ["a body that stalls", () => stalled('{"symbol":"BTCU'), "UNKNOWN", "ANSWER_LOST"],
    ["half a body", () => new Response('{"symbol":"BTCU'), "UNKNOWN", "ANSWER_LOST"],
    ["a body cut on the way", () => cut('{"symbol":"BTCU'), "UNKNOWN", "ANSWER_LOST"],
    ["HTML instead of JSON", () => new Response("<html>maintenance</html>"), "UNKNOWN", "ANSWER_LOST"],
    ["nothing with 200", () => new Response(""), "UNKNOWN", "ANSWER_LOST"],
    ["an empty object", () => json({}), "UNKNOWN", "ANSWER_LOST"],
    ["another order's answer", () => json(acceptedOrder("another")), "UNKNOWN", "ANSWER_LOST"],
    [
      "200 with a refusal inside",
      () => error(-2010, "Account has insufficient balance for requested action.", {}),
      "REJECTED",
      "INSUFFICIENT_FUNDS",
    ],
    ["200 with an unknown error inside", () => error(-9999, "Something new.", {}), "UNKNOWN", "ANSWER_LOST"],
    ["HTTP 500", () => new Response("<html>", { status: 500 }), "UNKNOWN", "ANSWER_LOST"],
    ["HTTP 502", () => new Response("", { status: 502 }), "UNKNOWN", "ANSWER_LOST"],
    ["HTTP 504", () => new Response("", { status: 504 }), "UNKNOWN", "ANSWER_LOST"],
    ["a refusal's words on a 500", () => json({ msg: "no" }, { status: 500 }), "UNKNOWN", "ANSWER_LOST"],
    ["a firewall's 403", () => new Response("<html>WAF</html>", { status: 403 }), "UNKNOWN", "ANSWER_LOST"],
    ["a bare 400", () => new Response("", { status: 400 }), "UNKNOWN", "ANSWER_LOST"],
    ["429 without a word", () => new Response("", { status: 429 }), "REJECTED", "RATE_LIMITED"],
    ["418 without a word", () => new Response("", { status: 418 }), "REJECTED", "RATE_LIMITED"],
    ["wrong keys", () => error(-2014, "API-key format invalid.", { status: 401 }), "REJECTED", "UNAUTHORIZED"],
    ["a wrong signature", () => error(-1022, "Signature for this request is not valid."), "REJECTED", "UNAUTHORIZED"],
    [
      "withdrawn permissions",
      () => error(-2015, "Invalid API-key, IP, or permissions for action.", { status: 401 }),
      "REJECTED",
      "UNAUTHORIZED",
    ],
    ["an unknown symbol", () => error(-1121, "Invalid symbol."), "REJECTED", "INVALID_SYMBOL"],
    ["an amount below the minimum", () => error(-1013, "Filter failure: NOTIONAL"), "REJECTED", "ORDER_VALIDATION"],
    ["a price off tick", () => error(-1013, "Filter failure: PRICE_FILTER"), "REJECTED", "ORDER_VALIDATION"],
    ["too many digits", () => error(-1111, "Parameter has too much precision."), "REJECTED", "ORDER_VALIDATION"],
    ["a code of no table, of a class", () => error(-1199, "Mandatory parameter missing."), "UNKNOWN", "ANSWER_LOST"],
    ["a duplicate", () => error(-2010, "Duplicate order sent."), "UNKNOWN", "ANSWER_LOST"],
    [
      "post-only that would take",
      () => error(-2010, "Order would immediately match and take."),
      "REJECTED",
      "ORDER_VALIDATION",
    ],
    [
      "clock skew",
      () => error(-1021, "Timestamp for this request is outside of the recvWindow."),
      "REJECTED",
      "ATTEMPT_EXPIRED",
    ],
    ["too many orders", () => error(-1015, "Too many new orders.", { status: 429 }), "REJECTED", "RATE_LIMITED"],
    ["overload", () => error(-1008, "Server is currently overloaded.", { status: 503 }), "REJECTED", "VENUE_BUSY"],
    [
      "execution status unknown",
      () => error(-1006, "An unexpected response was received.", { status: 500 }),
      "UNKNOWN",
      "ANSWER_LOST",
    ],
    [
      "a timeout at the exchange",
      () => error(-1007, "Timeout waiting for response.", { status: 408 }),
      "UNKNOWN",
      "ANSWER_LOST",
    ],
    ["an internal error", () => error(-1001, "Internal error."), "UNKNOWN", "ANSWER_LOST"],
  ] as const)("given %s, so it says what that proves, and sends once", async (_given, answer, kind, code) => {
    const { outcome, sent } = await submitted(await open(), answer);
    expect(outcome).toMatchObject({ kind, error: { code } });
    expect(sent).toBe(1);
  });

  test("given that permissions were withdrawn after a success, so they are no rate limit", async () => {
    const opened = await open();
    await submitted(opened, ({ form }) => json(acceptedOrder(form.get("newClientOrderId"))));
    const withdrawn = () => error(-2015, "Invalid API-key, IP, or permissions for action.", { status: 401 });
    const { outcome } = await submitted(opened, withdrawn);
    expect(outcome).toMatchObject({ kind: "REJECTED", error: { code: "UNAUTHORIZED" } });
  });

  test.each([
    ["Retry-After", () => new Response("", { status: 429, headers: { "retry-after": "7" } }), 7_000],
    ["the end of a ban", (now: number) => error(-1003, `IP banned until ${now + 60_000}.`, { status: 418 }), 60_000],
  ] as const)("given %s, so it is told how long to wait", async (_given, answer, waitMs) => {
    const opened = await open();
    const now = Math.floor(opened.clock.wall() / 1_000);
    const { outcome } = await submitted(opened, () => answer(now));
    expect(outcome).toMatchObject({ kind: "REJECTED", retryAfterMs: expect.any(Number) });
    expect("retryAfterMs" in outcome && Math.abs((outcome.retryAfterMs ?? 0) - waitMs)).toBeLessThan(1_000);
  });

  test("given a refusal of the stamp, so the exchange's clock is measured before the next one", async () => {
    const opened = await open();
    const measured = () => opened.fake.heardOf("GET /api/v3/time").length;
    await submitted(opened, () => error(-1021, "Timestamp for this request was 1000ms ahead."));
    const before = measured();
    await prepared(opened, {}, 2);
    expect(measured()).toBe(before + 1);
  });

  test("given bytes that are none of ours, so nothing was sent", async () => {
    const opened = await open();
    const attempt = { ...(await prepared(opened)), payload: new TextEncoder().encode("<html>") };
    expect(await opened.venue.submit(main, attempt, never)).toMatchObject({ kind: "NOT_SENT" });
    expect(opened.fake.heardOf(order)).toEqual([]);
  });

  test("given that it is given up before it leaves, so nothing was sent", async () => {
    const opened = await open();
    const attempt = await prepared(opened);
    const outcome = await opened.venue.submit(main, attempt, AbortSignal.abort());
    expect(outcome).toMatchObject({ kind: "NOT_SENT" });
    expect(opened.fake.heardOf(order)).toEqual([]);
  });

  test("given a machine whose clock is an hour off, so orders are stamped by the exchange's", async () => {
    const opened = await open({}, -3_600_000);
    const { outcome } = await submitted(opened, ({ form }) => {
      const serverTime = Math.floor(opened.clock.wall() / 1_000) - 3_600_000;
      const ageMs = serverTime - Number(form.get("timestamp"));
      return ageMs >= -1_000 && ageMs <= Number(form.get("recvWindow"))
        ? json(acceptedOrder(form.get("newClientOrderId")))
        : error(-1021, "Timestamp for this request is outside of the recvWindow.");
    });
    expect(outcome).toMatchObject({ kind: "ACCEPTED" });
  });
});

describe("before anything is sent", () => {
  test("given an unknown exchange, so it does not start", async () => {
    const clock = new ManualClock();
    await expect(openVenue("nosuch", fakeBinance(clock), {}, clock)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });

  test.each([
    ["no connection", () => broken("ECONNREFUSED"), "VENUE_UNREACHABLE"],
    ["HTML", () => new Response("<html>"), "VENUE_UNREACHABLE"],
    ["too many requests", () => error(-1003, "Too many requests.", { status: 429 }), "RATE_LIMITED"],
  ] as const)("given %s as the exchange's time, so it fails, to be tried again", async (_given, answer, code) => {
    const opened = await open();
    opened.fake.on("GET /api/v3/time", answer);
    const failed = await opened.venue.prepare(request(), never);
    expect(failed).toMatchObject({ kind: "FAILED", error: { code } });
    expect(failed.kind === "FAILED" && retryClass(failed.error.code)).toBe("retryable");
  });
});

describe("questions that were not answered", () => {
  const questions = [
    ["open orders", "GET /api/v3/openOrders", (opened: OpenVenue) => opened.venue.openOrders(main, never)],
    [
      "fills",
      "GET /api/v3/myTrades",
      (opened: OpenVenue) => opened.venue.fillsSince(main, opened.clock.wall(), 10, never),
    ],
    ["balances", "GET /api/v3/account", (opened: OpenVenue) => opened.venue.balances(main, never)],
  ] as const;
  const answers = [
    ["nothing with 200", () => new Response("")],
    ["HTML with 200", () => new Response("<html>")],
    ["half a list", () => new Response('[{"symbol":')],
    ["an object with an error inside", () => error(-1000, "An unknown error occurred.", {})],
    ["text", () => json("none")],
    ["HTTP 500", () => new Response("[]", { status: 500 })],
    ["no connection", () => broken("ECONNREFUSED")],
  ] as const;

  test.each(
    questions.flatMap(([what, route, ask]) =>
      answers.map(([given, answer]) => [what, given, route, ask, answer] as const),
    ),
  )("given a question for %s and %s, so it fails, and is never empty", async (_what, _given, route, ask, answer) => {
    const opened = await open();
    opened.fake.on(route, answer);
    await expect(ask(opened)).rejects.toMatchObject({ code: "VENUE_UNREACHABLE" });
  });

  test.each(answers)("given %s to a look-up, so it says nothing", async (_given, answer) => {
    const opened = await open();
    opened.fake.on("GET /api/v3/order", answer);
    const looked = await opened.venue.lookup({ account: main, instrument: btc, submitKey: submitKey("s1") }, never);
    expect(looked).toMatchObject({ kind: "UNAVAILABLE" });
  });

  test.each([
    ["nothing with 200", () => new Response(""), "UNKNOWN"],
    ["an object of another kind", () => json({ success: true, data: [] }), "UNKNOWN"],
    ["a list", () => json([]), "UNKNOWN"],
    ["HTTP 500", () => new Response("", { status: 500 }), "UNKNOWN"],
    ["a broken connection", () => broken("ECONNRESET"), "UNKNOWN"],
    ["no connection", () => broken("ECONNREFUSED"), "REFUSED"],
    ["a refusal", () => error(-2011, "Order was not canceled due to cancel restrictions."), "REFUSED"],
    ["too many requests", () => error(-1003, "Too many requests.", { status: 429 }), "REFUSED"],
  ] as const)("given %s to a cancel, so %s", async (_given, answer, kind) => {
    const opened = await open();
    opened.fake.on("DELETE /api/v3/order", answer);
    const reference = { account: main, instrument: btc, submitKey: submitKey("s1") };
    expect(await opened.venue.cancel(reference, never)).toMatchObject({ kind });
  });

  test("given an object of another kind to a cancel of all, so nothing is believed cancelled", async () => {
    const opened = await open();
    opened.fake.on("DELETE /api/v3/openOrders", () => json({ success: true, data: [] }));
    expect(await opened.venue.cancelAll?.(main, btc, never)).toMatchObject({ kind: "UNKNOWN" });
  });
});

describe("secrets", () => {
  const echo = ({ headers, form, query }: HeardRequest) =>
    json(
      { code: -1022, msg: `no: ${headers.get("x-mbx-apikey")} ${form.get("signature") ?? query.get("signature")}` },
      { status: 400 },
    );

  test("given an exchange that echoes key and signature, so neither stands in any answer of ours", async () => {
    const opened = await open();
    for (const route of [order, "GET /api/v3/order", "DELETE /api/v3/order", "GET /api/v3/openOrders"])
      opened.fake.on(route, echo);
    const reference = { account: main, instrument: btc, submitKey: submitKey("s1") };
    const said = [
      await submitted(opened, echo),
      await opened.venue.lookup(reference, never),
      await opened.venue.cancel(reference, never),
      await opened.venue
        .openOrders(main, never)
        .catch((thrown: Error) => ({ ...thrown, message: thrown.message, stack: thrown.stack })),
    ];
    const signatures = opened.fake.heard.map(({ form, query }) => form.get("signature") ?? query.get("signature"));
    const secret = [keys.apiKey, keys.secret, ...signatures.filter((signature) => signature !== null)];
    expect(secret.length).toBeGreaterThan(5);
    const text = JSON.stringify(said);
    expect(secret.filter((one) => text.includes(one))).toEqual([]);
  });

  test("given too small a quantity, so nothing but the rule is told", async () => {
    const { venue } = await open();
    const failed = await venue.prepare(request({ size: { in: "BASE", quantity: quantity("0.000001") } }), never);
    expect(JSON.stringify(failed)).not.toMatch(/the-api-key|c2VjcmV0/);
  });
});
