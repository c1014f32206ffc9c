import { instrumentId, type PriceFeed, price, quantity, submitKey } from "@surefill/core";
import { ManualClock } from "@surefill/core/testing";
import { describe, expect, test } from "vitest";
import { FakeFeed } from "../testing/fake-feed.ts";
import { listedInstrument, paper, silent, simConfig } from "../testing/open-exchange.ts";
import { passTime } from "../testing/pass-time.ts";
import { openExchange } from "./open-exchange.ts";
import { encodeOrderRequest, type OrderRequest } from "./order-request.ts";

const btc = instrumentId("BTC/USDT");
const sol = instrumentId("SOL/USDC");
const prices = { source: "venue", venue: "live" };
const limit = (limitPrice: string) => ({ type: "LIMIT", timeInForce: "GTC", limitPrice: price(limitPrice) }) as const;

async function open(feed: FakeFeed, fields: Record<string, unknown> = {}) {
  const clock = new ManualClock();
  const exchange = await openExchange(simConfig({ prices, ...fields }), { clock, log: silent, feed });
  const submit = (key: string, terms: Partial<OrderRequest> = {}) => {
    const request: OrderRequest = {
      ...{ submitKey: submitKey(key), instrument: btc, side: "BUY", size: { in: "BASE", quantity: quantity("1") } },
      ...{ pricing: { type: "MARKET", timeInForce: "IOC" }, validUntil: clock.wall() },
      ...terms,
    };
    return exchange.submit(paper, encodeOrderRequest(request));
  };
  const line = async (key: string) => {
    const answer = await exchange.order(paper, submitKey(key));
    if (answer.kind === "NOT_FOUND") return answer.kind;
    const { status, fills } = answer.report;
    return [status, ...fills.map((fill) => `${fill.liquidity} ${fill.lastQuantity}@${fill.lastPrice}`)].join(" ");
  };
  return { clock, exchange, submit, line };
}

function feedAt(bid: string, ask: string): FakeFeed {
  const feed = new FakeFeed();
  feed.set(btc, bid, ask);
  return feed;
}

describe("an exchange with another venue's prices", () => {
  test("trades what that venue trades, by its rules", async () => {
    const [listed] = new FakeFeed().instruments;
    const instruments: PriceFeed["instruments"] = listed === undefined ? [] : [{ ...listed, symbol: sol, base: "SOL" }];
    const { exchange } = await open(new FakeFeed(instruments));
    expect(await exchange.instruments()).toEqual(instruments);
    await exchange.close();
  });

  test("trades only what is listed, where something is, and it needs no reference price", async () => {
    const { referencePrice: _, ...one } = listedInstrument();
    const { exchange } = await open(feedAt("99", "101"), { instruments: [{ ...one, notionalMin: "1" }] });
    expect(await exchange.instruments()).toEqual([{ ...one, notionalMin: "1" }]);
    await exchange.close();
  });

  test("given a listed instrument that the venue does not have, so it does not open", async () => {
    const opening = open(feedAt("99", "101"), { instruments: [{ ...listedInstrument(), symbol: "DOGE/USDT" }] });
    await expect(opening).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: "instruments: live has no DOGE/USDT, so there are no prices of it",
    });
  });

  test.each([
    ["BUY", "FILLED TAKER 1@101"],
    ["SELL", "FILLED TAKER 1@99"],
  ] as const)(
    "fills a market %s at that venue's price of the moment, whatever its caller expects",
    async (side, so) => {
      const { exchange, submit, line } = await open(feedAt("99", "101"));
      expect(await exchange.quotes([btc, sol])).toMatchObject([{ instrument: btc, bid: "99", ask: "101" }]);
      await submit("sim_a", { side, expectedPrice: price("200") });
      expect(await line("sim_a")).toBe(so);
      await exchange.close();
    },
  );

  test("asks for the price again where the one it has is old", async () => {
    const feed = feedAt("99", "101");
    const { clock, exchange, submit, line } = await open(feed);
    await exchange.quotes([btc]);
    feed.set(btc, "109", "111");
    await submit("sim_a");
    clock.advance(1_000);
    await submit("sim_b");
    expect([await line("sim_a"), await line("sim_b")]).toEqual(["FILLED TAKER 1@101", "FILLED TAKER 1@111"]);
    await exchange.close();
  });

  test("fills what rests and triggers what waits when the venue's price comes there, without another order", async () => {
    const feed = feedAt("99", "101");
    const { clock, exchange, submit, line } = await open(feed);
    await submit("sim_rests", { pricing: limit("96") });
    const stop = { type: "STOP_LOSS", timeInForce: "GTC", triggerPrice: price("95") } as const;
    await submit("sim_stop", { side: "SELL", pricing: stop });
    await passTime(clock, 1_000);
    expect([await line("sim_rests"), await line("sim_stop")]).toEqual(["OPEN", "OPEN"]);
    feed.set(btc, "94", "95");
    await passTime(clock, 999);
    expect(await line("sim_stop")).toBe("OPEN");
    await passTime(clock, 1);
    expect([await line("sim_rests"), await line("sim_stop")]).toEqual(["FILLED MAKER 1@96", "FILLED TAKER 1@94"]);
    await exchange.close();
  });

  test("asks for nothing by itself that no order waits for, and stops with the exchange", async () => {
    const feed = feedAt("99", "101");
    const { clock, exchange, submit } = await open(feed);
    for (let second = 0; second < 5; second += 1) await passTime(clock, 1_000);
    expect(feed.asked).toEqual([]);
    await submit("sim_a", { pricing: limit("50") });
    for (let second = 0; second < 5; second += 1) await passTime(clock, 1_000);
    expect(feed.asked).toHaveLength(6);
    await exchange.close();
    for (let second = 0; second < 5; second += 1) await passTime(clock, 1_000);
    expect(feed.asked).toHaveLength(6);
    expect(clock.sleepers).toBe(0);
  });

  test("given a venue without a price, so there is no quote and no order is taken, but cancels are", async () => {
    const feed = feedAt("99", "101");
    const { clock, exchange, submit, line } = await open(feed);
    await submit("sim_rests", { pricing: limit("50") });
    feed.fault = () => Promise.reject(new Error("away"));
    await passTime(clock, 10_001);
    expect(await exchange.quotes([btc])).toEqual([]);
    expect(await submit("sim_b", { validUntil: clock.wall() })).toMatchObject({ kind: "REFUSED", reason: "NO_PRICE" });
    expect(await line("sim_rests")).toBe("OPEN");
    expect(await exchange.cancel(paper, submitKey("sim_rests"))).toMatchObject({ kind: "CANCELLED" });
    await exchange.close();
  });
});

test("an instrument without a reference price is refused where prices are not another venue's", async () => {
  const { referencePrice: _, ...one } = listedInstrument();
  for (const source of ["expected", "walk"]) {
    const config = simConfig({ instruments: [one], prices: { source } });
    await expect(openExchange(config, { clock: new ManualClock(), log: silent })).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: "BTC/USDT needs a referencePrice: only another venue's prices do without",
    });
  }
});
