import { instrumentId, type Log, SurefillError } from "@surefill/core";
import { ManualClock } from "@surefill/core/testing";
import { describe, expect, test } from "vitest";
import { FakeFeed } from "../../testing/fake-feed.ts";
import { silent } from "../../testing/open-exchange.ts";
import { passTime } from "../../testing/pass-time.ts";
import { LivePrices } from "./live-prices.ts";

const btc = instrumentId("BTC/USDT");
const sol = instrumentId("SOL/USDC");

function setUp(log: Log = silent) {
  const clock = new ManualClock();
  const feed = new FakeFeed();
  const settings = { source: "venue", venue: "live", pollMs: 1_000, maxAgeMs: 10_000 } as const;
  const live = new LivePrices(feed, settings, { clock, log });
  feed.set(btc, "99", "101");
  return { clock, feed, live };
}

describe("another venue's prices", () => {
  test("are there once they were asked for", async () => {
    const { live } = setUp();
    expect(live.row(btc)).toBeUndefined();
    await live.refresh([btc]);
    expect(live.row(btc)).toEqual({ bid: "99", ask: "101" });
  });

  test("are asked for again when they are old, those that are, in one question", async () => {
    const { clock, feed, live } = setUp();
    feed.set(sol, "149", "150");
    await live.refresh([btc]);
    clock.advance(999);
    await live.refresh([btc, sol]);
    clock.advance(1);
    await live.refresh([btc, sol]);
    clock.advance(1_000);
    await live.refresh([btc, sol]);
    expect(feed.asked).toEqual([[btc], [sol], [btc], [btc, sol]]);
  });

  test("are asked for once by all who need them at the same time", async () => {
    const { feed, live } = setUp();
    await Promise.all([live.refresh([btc]), live.refresh([btc]), live.refresh([btc, sol])]);
    expect(feed.asked).toEqual([[btc], [sol]]);
  });

  test("are told to whoever listens, before the one who asked goes on", async () => {
    const { live } = setUp();
    const told: string[] = [];
    live.listen((instrument, { bid, ask }) => told.push(`${instrument} ${bid} ${ask}`));
    await live.refresh([btc, sol]).then(() => told.push("asked"));
    expect(told).toEqual(["BTC/USDT 99 101", "asked"]);
  });

  test("given a venue that fails, so they stay for maxAgeMs and are none after it, until it is back", async () => {
    const warnings: string[] = [];
    const { clock, feed, live } = setUp({ ...silent, warn: (_fields, text) => warnings.push(text) });
    await live.refresh([btc]);
    feed.fault = () => Promise.reject(new SurefillError("VENUE_UNREACHABLE", "gone"));
    for (let second = 0; second < 10; second += 1) {
      clock.advance(1_000);
      await live.refresh([btc]);
      expect(live.row(btc)).toEqual({ bid: "99", ask: "101" });
    }
    clock.advance(1);
    expect(live.row(btc)).toBeUndefined();
    expect(warnings).toHaveLength(1);
    feed.fault = undefined;
    await live.refresh([btc]);
    expect(live.row(btc)).toEqual({ bid: "99", ask: "101" });
  });

  test("given a venue that says nothing, so nobody waits for it longer than 3 s, and it is asked again then", async () => {
    const { clock, feed, live } = setUp();
    feed.fault = () => new Promise(() => undefined);
    let isBack = false;
    const asking = live.refresh([btc]).then(() => {
      isBack = true;
    });
    await passTime(clock, 2_999);
    expect(isBack).toBe(false);
    await passTime(clock, 1);
    await asking;
    feed.fault = undefined;
    await live.refresh([btc]);
    expect(live.row(btc)).toEqual({ bid: "99", ask: "101" });
  });

  test("count from when they were asked for: an answer may have been on its way for long", async () => {
    const { clock, feed, live } = setUp();
    let answer = () => {};
    const prices = feed.prices.bind(feed);
    feed.prices = async (instruments) => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return prices(instruments);
    };
    const asking = live.refresh([btc]);
    await passTime(clock, 2_000);
    answer();
    await asking;
    clock.advance(8_000);
    expect(live.row(btc)).toBeDefined();
    clock.advance(1);
    expect(live.row(btc)).toBeUndefined();
  });
});
