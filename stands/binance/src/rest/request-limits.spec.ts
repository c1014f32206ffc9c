import { decimal } from "@surefill/core";
import { ManualClock } from "@surefill/core/testing";
import { describe, expect, test } from "vitest";
import { outcome } from "../testing/caller.ts";
import { openStand } from "../testing/open-stand.ts";

describe("request weight", () => {
  test.each<[string, string, Record<string, string | number>, number]>([
    ["GET", "/api/v3/ping", {}, 1],
    ["GET", "/api/v3/exchangeInfo", {}, 20],
    ["GET", "/api/v3/depth", { symbol: "BTCUSDT", limit: 100 }, 5],
    ["GET", "/api/v3/depth", { symbol: "BTCUSDT", limit: 101 }, 25],
    ["GET", "/api/v3/depth", { symbol: "BTCUSDT", limit: 1000 }, 50],
    ["GET", "/api/v3/depth", { symbol: "BTCUSDT", limit: 5000 }, 250],
    ["GET", "/api/v3/ticker/price", { symbol: "BTCUSDT" }, 2],
    ["GET", "/api/v3/ticker/24hr", {}, 80],
  ])("given %s %s %o, so it takes %3$d and says how much is used", async (method, path, parameters, so) => {
    const { alice } = await openStand();
    const { headers } = await alice.send(method, path, parameters, {});
    expect(headers.get("x-mbx-used-weight-1m")).toBe(String(so));
    expect(headers.get("x-mbx-used-weight")).toBe(String(so));
  });

  test.each<[string, Record<string, string | number>, number]>([
    ["/api/v3/account", {}, 20],
    ["/api/v3/openOrders", {}, 80],
    ["/api/v3/openOrders", { symbol: "BTCUSDT" }, 6],
    ["/api/v3/myTrades", { symbol: "BTCUSDT" }, 20],
    ["/api/v3/myTrades", { symbol: "BTCUSDT", orderId: 1 }, 5],
    ["/api/v3/allOrders", { symbol: "BTCUSDT" }, 20],
    ["/api/v3/order", { symbol: "BTCUSDT", orderId: 1 }, 4],
    ["/api/v3/rateLimit/order", {}, 40],
  ])("given a signed GET %s %o, so it takes %d", async (path, parameters, so) => {
    const { alice } = await openStand();
    const { headers } = await alice.signed("GET", path, parameters);
    expect(headers.get("x-mbx-used-weight-1m")).toBe(String(so));
  });

  test("given too much of it, so 429 says until when; who goes on is banned, twice as long the next time", async () => {
    const clock = new ManualClock();
    clock.advance(10_000);
    const limits = { weightPerMinute: 3, patience: 2, banMs: 120_000 };
    const { alice } = await openStand({ clock, settings: { limits } });
    const ping = async () => {
      const reply = await alice.get("/api/v3/ping");
      return [reply.status, reply.json.code, reply.headers.get("retry-after")];
    };
    const exhausted = async () => [await ping(), await ping(), await ping(), await ping()].map(([status]) => status);
    expect(await exhausted()).toEqual([200, 200, 200, 429]);
    expect(await ping()).toEqual([429, -1003, "50"]);
    expect(await ping()).toEqual([418, -1003, "120"]);
    clock.advance(119_999);
    expect(await ping()).toEqual([418, -1003, "1"]);
    clock.advance(1);
    expect(await exhausted()).toEqual([200, 200, 200, 429]);
    await ping();
    expect(await ping()).toEqual([418, -1003, "240"]);
  });

  test("given a minute that is over, so it begins anew", async () => {
    const clock = new ManualClock();
    const { alice } = await openStand({ clock, settings: { limits: { weightPerMinute: 1 } } });
    expect(outcome(await alice.get("/api/v3/ping"))).toBe("200");
    expect((await alice.get("/api/v3/ping")).status).toBe(429);
    clock.advance(60_000);
    expect(outcome(await alice.get("/api/v3/ping"))).toBe("200");
  });

  test("given too many requests in five minutes, so it is the same", async () => {
    const clock = new ManualClock();
    const { alice } = await openStand({ clock, settings: { limits: { requestsPerFiveMinutes: 1 } } });
    await alice.get("/api/v3/ping");
    expect((await alice.get("/api/v3/ping")).headers.get("retry-after")).toBe("300");
  });
});

describe("the ORDERS limit", () => {
  const limits = { ordersPerTenSeconds: 3 };

  test("given unfilled orders, so the fourth in ten seconds is refused, and each account has its own", async () => {
    const clock = new ManualClock();
    clock.advance(4_000);
    const { alice, bob } = await openStand({ clock, settings: { limits } });
    for (const count of ["1", "2", "3"]) {
      const { headers } = await alice.place();
      expect(headers.get("x-mbx-order-count-10s")).toBe(count);
      expect(headers.get("x-mbx-order-count-1d")).toBe(count);
    }
    const refused = await alice.place();
    expect(outcome(refused)).toBe("429 -1015 Too many new orders; current limit is 3 orders per 10 SECOND.");
    expect(refused.headers.get("retry-after")).toBe("6");
    expect(outcome(await bob.place())).toBe("200");
    const counts = await alice.signed("GET", "/api/v3/rateLimit/order");
    expect(counts.list[0]).toEqual({
      rateLimitType: "ORDERS",
      interval: "SECOND",
      intervalNum: 10,
      limit: 3,
      count: 3,
    });
    clock.advance(6_000);
    expect(outcome(await alice.place())).toBe("200");
  });

  test("given orders that fill, so they do not count; makers get more back", async () => {
    const { stand, alice } = await openStand({ clock: new ManualClock(), settings: { limits } });
    for (let n = 0; n < 5; n += 1) expect(outcome(await alice.market({ quantity: "0.1" }))).toBe("200");
    for (let n = 0; n < 3; n += 1) await alice.place();
    expect((await alice.place()).status).toBe(429);
    stand.exchange.execute(1005, decimal("0.1"));
    expect((await alice.signed("GET", "/api/v3/rateLimit/order")).list[0]).toMatchObject({ count: 0 });
  });
});
