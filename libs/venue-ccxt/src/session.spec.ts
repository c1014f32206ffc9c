import { ManualClock } from "@surefill/core/testing";
import { describe, expect, test } from "vitest";
import { CcxtClient } from "./ccxt-client.ts";
import type { CcxtExchange } from "./ccxt-exchange.ts";
import { loadExchange } from "./load-exchange.ts";
import { profileOf } from "./profile-of.ts";
import { Redaction } from "./redaction.ts";
import { Session } from "./session.ts";
import { broken, FakeHttp, json } from "./testing/fake-http.ts";
import { never, orderKey } from "./testing/open-venue.ts";
import { Transport } from "./transport.ts";
import { VenueClock } from "./venue-clock.ts";
import type { SignedOrder } from "./wire-request.ts";

const url = "https://api.example.com";
const key = orderKey("COMPACT");
const request = { url: `${url}/order`, method: "POST", headers: { sign: "first" }, body: `{"id":"${key}"}` };
const order: SignedOrder = { request, call: { symbol: "A/B", type: "market", side: "buy", amount: "1", params: {} } };

/** A session with an exchange whose createOrder does what a test says; everything else is ccxt's own. */
async function sessionWith(
  createOrder: (exchange: CcxtExchange) => Promise<unknown>,
  http: FakeHttp,
): Promise<Session> {
  const Exchange = await loadExchange("bitstamp");
  const exchange = new Exchange({ number: String });
  exchange.createOrder = () => createOrder(exchange);
  const clock = new ManualClock();
  const venueClock = new VenueClock(clock, async () => 1, 1_000);
  const transport = new Transport({
    http: http.http,
    clock,
    closed: never,
    answerMsMax: 1_000,
    hosts: new Set(["api.example.com"]),
  });
  const client = new CcxtClient(exchange, () => venueClock.nowMs());
  return new Session({
    client,
    transport,
    clock: venueClock,
    profile: profileOf("bitstamp"),
    redaction: new Redaction([]),
  });
}

const post = (exchange: CcxtExchange, path: string) => exchange.fetch(url + path, "POST", { sign: "second" }, "{}");

describe("sending an order", () => {
  test("given a ccxt that asks something before, so that is asked, and the prepared bytes are sent", async () => {
    const fake = new FakeHttp().on("GET /before", () => json({})).on("POST /order", () => json({}));
    const session = await sessionWith(async (exchange) => {
      await exchange.fetch(`${url}/before`);
      await post(exchange, "/other-place");
      return { id: "1", clientOrderId: key };
    }, fake);
    expect(await session.sendOnce(order, key, never)).toMatchObject({ kind: "ACCEPTED", venueOrderId: "1" });
    expect(fake.heard.map(({ method, path }) => `${method} ${path}`)).toEqual(["GET /before", "POST /order"]);
    expect(fake.heard[1]?.headers.get("sign")).toBe("first");
  });

  test("given a ccxt that would send twice, so it is sent once, and nobody knows", async () => {
    const fake = new FakeHttp().on("POST /order", () => json({}));
    const session = await sessionWith(async (exchange) => {
      await post(exchange, "/order");
      await post(exchange, "/order");
      return { id: "1", clientOrderId: key };
    }, fake);
    expect(await session.sendOnce(order, key, never)).toMatchObject({ kind: "UNKNOWN" });
    expect(fake.heard).toHaveLength(1);
  });

  test("given that what ccxt asks before fails, so nothing was sent", async () => {
    const fake = new FakeHttp().on("GET /before", () => broken("ECONNRESET"));
    const session = await sessionWith(async (exchange) => {
      await exchange.fetch(`${url}/before`);
      return post(exchange, "/order");
    }, fake);
    expect(await session.sendOnce(order, key, never)).toMatchObject({ kind: "NOT_SENT" });
    expect(fake.heard).toHaveLength(1);
  });

  test("given an answer that names another order, so nobody knows", async () => {
    const fake = new FakeHttp().on("POST /order", () => json({}));
    const session = await sessionWith(async (exchange) => {
      await post(exchange, "/order");
      return { id: "1", clientOrderId: "of-somebody-else" };
    }, fake);
    expect(await session.sendOnce(order, key, never)).toMatchObject({ kind: "UNKNOWN" });
  });
});

describe("signing an order", () => {
  test("given a ccxt that would send, so it is caught, and nothing leaves", async () => {
    const fake = new FakeHttp();
    const session = await sessionWith((exchange) => post(exchange, "/order"), fake);
    expect(await session.sign(order.call, 1, never)).toMatchObject({
      ok: true,
      request: { url: `${url}/order`, headers: { sign: "second" } },
    });
    expect(fake.heard).toEqual([]);
  });

  test("given a ccxt that will not build it, so it is refused for good; given a question that fails, to be tried again", async () => {
    const refusing = await sessionWith(async () => {
      throw new Error("amount too small");
    }, new FakeHttp());
    expect(await refusing.sign(order.call, 1, never)).toMatchObject({ ok: false, error: { code: "ORDER_VALIDATION" } });
    const fake = new FakeHttp().on("GET /before", () => broken("ECONNRESET"));
    const asking = await sessionWith((exchange) => exchange.fetch(`${url}/before`), fake);
    expect(await asking.sign(order.call, 1, never)).toMatchObject({ ok: false, error: { code: "VENUE_UNREACHABLE" } });
  });
});

test("given a request outside any call of ours, so nothing leaves", async () => {
  const fake = new FakeHttp();
  const session = await sessionWith(async () => ({}), fake);
  await expect(session.exchange.fetch(url)).rejects.toThrow(/outside a call/);
  expect(fake.heard).toEqual([]);
});

test.each([
  ["HTML", "<html>"],
  ["nothing", ""],
  ["half of it", '{"a":'],
])("given %s with 200, so a read fails, whatever ccxt would make of it", async (_given, text) => {
  const fake = new FakeHttp().on("GET /list", () => new Response(text));
  const session = await sessionWith(async () => ({}), fake);
  const reading = session.read(
    (exchange) => exchange.fetch(`${url}/list`),
    (value) => value,
    never,
  );
  await expect(reading).rejects.toMatchObject({ code: "VENUE_UNREACHABLE" });
});
