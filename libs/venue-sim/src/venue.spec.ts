import {
  type AttemptRequest,
  accountId,
  clientOrderId,
  type Instruction,
  instrumentId,
  loadVenue,
  orderId,
  type PreparedAttempt,
  price,
  quantity,
  SeededRandom,
  type Venue,
  type VenueEnvironment,
  venueId,
} from "@surefill/core";
import { ManualClock } from "@surefill/core/testing";
import { describe, expect, test } from "vitest";
import { plugin } from "./index.ts";
import { parseSimSubmitKey, simSubmitKey } from "./submit-key.ts";
import { FakeFeed } from "./testing/fake-feed.ts";
import { never, paper, silent } from "./testing/open-exchange.ts";

const id = orderId("0190a0b0-c0d0-7000-8000-000000000001");

async function open(
  config: Record<string, unknown> = {},
  prices?: NonNullable<VenueEnvironment["prices"]>,
): Promise<{ venue: Venue; clock: ManualClock }> {
  const clock = new ManualClock();
  const environment = {
    ...{ venue: venueId("sim"), accounts: [paper], clock, random: new SeededRandom(1), log: silent },
    ...{ http: fetch, signal: never },
    ...(prices === undefined ? {} : { prices }),
  };
  const { venue } = await loadVenue(plugin, { latencySubmitMs: 0, latencyConfirmMs: 0, ...config }, environment);
  return { venue, clock };
}

function request(fields: Partial<Instruction> = {}, number = 1): AttemptRequest {
  const instruction: Instruction = {
    clientOrderId: clientOrderId("c1"),
    account: paper,
    venue: venueId("sim"),
    instrument: instrumentId("BTC/USDT"),
    side: "BUY",
    pricing: { type: "MARKET", timeInForce: "IOC" },
    size: { in: "BASE", quantity: quantity("1") },
    purpose: "ENTRY",
    tags: {},
    ...fields,
  };
  return { orderId: id, instruction, number };
}

async function prepared(venue: Venue, fields: Partial<Instruction> = {}, number = 1): Promise<PreparedAttempt> {
  const answer = await venue.prepare(request(fields, number), never);
  if (answer.kind === "FAILED") throw new Error(answer.error.message);
  return answer.attempt;
}

describe("prepare", () => {
  test("fixes key, validity and price, and sends nothing", async () => {
    const { venue, clock } = await open({ requestWindowMs: 2_000 });
    const attempt = await prepared(venue);
    expect(attempt).toMatchObject({
      submitKey: "sim_0190a0b0c0d070008000000000000001_1",
      validUntil: clock.wall() + 2_000_000,
      quotedPrice: "10000",
    });
    expect(await venue.openOrders(paper, never)).toEqual([]);
  });

  test.each([
    ["BUY", "10001"],
    ["SELL", "9999"],
  ] as const)("a %s is quoted its own side of the market", async (side, quotedPrice) => {
    const { venue } = await open({ prices: { source: "walk", spreadBps: 2 } });
    expect(await prepared(venue, { side })).toMatchObject({ quotedPrice });
  });

  test("where the exchange has no prices of its own, the order's expectation is the quote", async () => {
    const { venue } = await open();
    expect(await prepared(venue, { expectedPrice: price("9876.54") })).toMatchObject({ quotedPrice: "9876.54" });
  });

  test("what waits for a price is quoted none: today's says nothing of it, nor does what its caller expects", async () => {
    const { venue } = await open();
    const pricing = { type: "STOP_LOSS", timeInForce: "GTC", triggerPrice: price("9000") } as const;
    const attempt = await prepared(venue, { side: "SELL", pricing, expectedPrice: price("8999") });
    expect(attempt).not.toHaveProperty("quotedPrice");
    expect(await venue.submit(paper, attempt, never)).toMatchObject({ kind: "ACCEPTED" });
    expect(await venue.openOrders(paper, never)).toMatchObject([
      { submitKey: attempt.submitKey, evidence: { kind: "OPEN" } },
    ]);
  });

  test("an unknown instrument fails for good", async () => {
    const { venue } = await open();
    const answer = await venue.prepare(request({ instrument: instrumentId("X/Y") }), never);
    expect(answer).toMatchObject({ kind: "FAILED", error: { code: "INVALID_SYMBOL" } });
  });

  test("given another venue's prices and none at the moment, so another attempt may help", async () => {
    const feed = new FakeFeed();
    const { venue } = await open({ prices: { source: "venue", venue: "live" } }, async () => feed);
    const answer = await venue.prepare(request(), never);
    expect(answer).toMatchObject({ kind: "FAILED", error: { code: "VENUE_REJECTED" } });
    const unknown = await venue.prepare(request({ instrument: instrumentId("X/Y") }), never);
    expect(unknown).toMatchObject({ kind: "FAILED", error: { code: "INVALID_SYMBOL" } });
    feed.set(instrumentId("BTC/USDT"), "99", "101");
    expect(await prepared(venue)).toMatchObject({ quotedPrice: "101" });
    await venue.close();
  });

  test("the submit key is a function of order and attempt, and tells both", () => {
    expect(simSubmitKey(id, 1)).not.toBe(simSubmitKey(id, 2));
    expect(parseSimSubmitKey(simSubmitKey(id, 12))).toEqual({ orderId: id, attemptNumber: 12 });
    expect(parseSimSubmitKey("sim_other_1")).toBeUndefined();
  });
});

test("given another venue's prices that nobody hands in, so it is not made", async () => {
  await expect(open({ prices: { source: "venue", venue: "live" } })).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: "venue sim: nobody hands in the prices of live here",
  });
});

describe("submit", () => {
  test("accepted, with the venue's order id; the fill comes by look-up, fills and stream alike", async () => {
    const { venue, clock } = await open();
    const stop = new AbortController();
    const reports = venue.watch?.(paper, stop.signal);
    const attempt = await prepared(venue);
    const outcome = await venue.submit(paper, attempt, never);
    expect(outcome).toMatchObject({ kind: "ACCEPTED", venueOrderId: expect.stringMatching(/^sim_o/) });

    const reference = { account: paper, instrument: instrumentId("BTC/USDT"), submitKey: attempt.submitKey };
    const found = await venue.lookup(reference, never);
    const page = await venue.fillsSince(paper, clock.wall(), 10, never);
    stop.abort();
    const streamed = await Array.fromAsync(reports ?? []);
    expect(found).toMatchObject({
      kind: "FOUND",
      report: { evidence: { kind: "FILLED" }, cumQuantity: "1", fills: [{ lastPrice: "10000", liquidity: "TAKER" }] },
    });
    expect(found).toEqual({ kind: "FOUND", report: streamed[0] });
    expect(page.fills).toEqual([{ submitKey: attempt.submitKey, fill: streamed[0]?.fills[0] }]);
    expect(streamed[0]?.fills[0]?.venueFillId).toMatch(/^sim_o/);
  });

  test.each([
    // given, when (config, instruction), so
    ["chance", { successRate: 0 }, {}, "RISK_VIOLATION"],
    [
      "a trigger that the market has passed since",
      {},
      { pricing: { type: "STOP_LOSS", timeInForce: "GTC", triggerPrice: price("9000") } },
      "TRIGGER_PRICE_REACHED",
    ],
    [
      "post-only, at the market",
      {},
      { pricing: { type: "LIMIT", timeInForce: "GTC", limitPrice: price("10000"), postOnly: true } },
      "WOULD_TAKE_LIQUIDITY",
    ],
    ["the balance", { startBalance: "1" }, {}, "INSUFFICIENT_FUNDS"],
    ["the lot", {}, { size: { in: "BASE", quantity: quantity("0.000001") } }, "ORDER_VALIDATION"],
  ] as const)("a refusal because of %s is fatal", async (_given, config, fields, code) => {
    const { venue } = await open(config);
    const outcome = await venue.submit(paper, await prepared(venue, fields), never);
    expect(outcome).toMatchObject({ kind: "REJECTED", error: { code } });
  });

  test("the same attempt a second time is no second order, and no word that there is none", async () => {
    const { venue, clock } = await open();
    const attempt = await prepared(venue);
    await venue.submit(paper, attempt, never);
    const again = await venue.submit(paper, attempt, never);
    expect(again).toMatchObject({ kind: "UNKNOWN", error: { code: "ANSWER_LOST" } });
    expect((await venue.fillsSince(paper, clock.wall(), 10, never)).fills).toHaveLength(1);
  });

  test("an attempt past its validity is refused, and provably did nothing", async () => {
    const { venue, clock } = await open();
    const attempt = await prepared(venue);
    clock.advance(5_001);
    const outcome = await venue.submit(paper, attempt, never);
    expect(outcome).toMatchObject({ kind: "REJECTED", error: { code: "ATTEMPT_EXPIRED" } });
    const reference = { account: paper, instrument: instrumentId("BTC/USDT"), submitKey: attempt.submitKey };
    expect(await venue.lookup(reference, never)).toEqual({ kind: "NOT_FOUND", asOf: clock.wall() });
  });

  test("given up before it is sent: not sent; given up while it is under way: unknown", async () => {
    const { venue } = await open({ latencySubmitMs: 1_000 });
    const attempt = await prepared(venue);
    expect(await venue.submit(paper, attempt, AbortSignal.abort())).toMatchObject({ kind: "NOT_SENT" });
    const stop = new AbortController();
    const outcome = venue.submit(paper, attempt, stop.signal);
    stop.abort();
    expect(await outcome).toMatchObject({ kind: "UNKNOWN", error: { code: "ANSWER_LOST" } });
  });

  test("nothing is sent to a closed exchange, and its look-ups say nothing", async () => {
    const { venue } = await open();
    const attempt = await prepared(venue);
    await venue.close();
    expect(await venue.submit(paper, attempt, never)).toMatchObject({ kind: "NOT_SENT" });
    const reference = { account: paper, instrument: instrumentId("BTC/USDT"), submitKey: attempt.submitKey };
    expect(await venue.lookup(reference, never)).toMatchObject({ kind: "UNAVAILABLE" });
    await expect(venue.openOrders(paper, never)).rejects.toMatchObject({ code: "VENUE_UNREACHABLE" });
    expect(await venue.prepare(request(), never)).toMatchObject({
      kind: "FAILED",
      error: { code: "VENUE_UNREACHABLE" },
    });
  });
});

describe("questions", () => {
  test("instruments, prices and balances", async () => {
    const { venue, clock } = await open();
    const symbols = (await venue.instruments(never)).map(({ symbol }) => symbol);
    expect(symbols).toEqual(["BTC/USDT", "SOL/USDC"]);
    const prices = await venue.prices([...symbols, instrumentId("X/Y")], never);
    expect([...prices]).toEqual([
      ["BTC/USDT", { bid: "10000", ask: "10000", at: clock.wall() }],
      ["SOL/USDC", { bid: "150", ask: "150", at: clock.wall() }],
    ]);
    expect((await venue.balances(accountId("other"), never)).get("BTC")).toBe("1000000000");
  });

  test("a cancel ends a resting order, and says so of one that is not open", async () => {
    const { venue } = await open();
    const attempt = await prepared(venue, {
      pricing: { type: "LIMIT", timeInForce: "GTC", limitPrice: price("9000") },
    });
    await venue.submit(paper, attempt, never);
    const reference = { account: paper, instrument: instrumentId("BTC/USDT"), submitKey: attempt.submitKey };
    expect(await venue.openOrders(paper, never)).toMatchObject([{ submitKey: attempt.submitKey }]);
    const cancelled = await venue.cancel(reference, never);
    expect(cancelled).toMatchObject({ kind: "ACCEPTED", report: { evidence: { kind: "CANCELLED" } } });
    expect(await venue.cancel(reference, never)).toEqual({ kind: "NOT_OPEN" });
    expect(await venue.openOrders(paper, never)).toEqual([]);
  });

  test("cancelling all ends what rests, and tells the ends; a closed exchange proves nothing", async () => {
    const { venue } = await open();
    const resting = { pricing: { type: "LIMIT", timeInForce: "GTC", limitPrice: price("9000") } } as const;
    const attempt = await prepared(venue, resting);
    await venue.submit(paper, attempt, never);
    expect(await venue.cancelAll?.(paper, instrumentId("SOL/USDC"), never)).toEqual({ kind: "ACCEPTED", reports: [] });
    expect(await venue.cancelAll?.(paper, undefined, never)).toMatchObject({
      kind: "ACCEPTED",
      reports: [{ submitKey: attempt.submitKey, evidence: { kind: "CANCELLED" } }],
    });
    await venue.close();
    expect(await venue.cancelAll?.(paper, undefined, never)).toMatchObject({ kind: "UNKNOWN" });
  });

  test("fills come in pages that go on where the last one ended, also when it was empty", async () => {
    const { venue, clock } = await open();
    const empty = await venue.fillsSince(paper, clock.wall(), 2, never);
    for (const number of [1, 2, 3]) await venue.submit(paper, await prepared(venue, {}, number), never);
    const first = await venue.fillsSince(paper, empty.next, 2, never);
    const second = await venue.fillsSince(paper, first.next, 2, never);
    const third = await venue.fillsSince(paper, second.next, 2, never);
    const numbers = [empty, first, second, third].map(({ fills }) =>
      fills.map(({ submitKey }) => submitKey && parseSimSubmitKey(submitKey)?.attemptNumber),
    );
    expect(numbers).toEqual([[], [1, 2], [3], []]);
  });

  test("a cursor of an exchange that is gone reads from the beginning; one that nobody gave is refused", async () => {
    const { venue } = await open();
    await venue.submit(paper, await prepared(venue), never);
    expect((await venue.fillsSince(paper, "sim_1_99", 10, never)).fills).toHaveLength(1);
    await expect(venue.fillsSince(paper, "99", 10, never)).rejects.toMatchObject({ code: "CURSOR_INVALID" });
  });
});
