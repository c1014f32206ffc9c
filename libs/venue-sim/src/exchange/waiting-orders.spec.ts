import { addMs, quantity } from "@surefill/core";
import { ManualClock } from "@surefill/core/testing";
import { describe, expect, test } from "vitest";
import { paper, TestExchange } from "../testing/open-exchange.ts";
import { passTime } from "../testing/pass-time.ts";
import { portrait } from "../testing/portrait.ts";
import { quotesTape } from "../testing/temporary-file.ts";

const stop = (triggerPrice: string, limitPrice?: string) => waiting("STOP_LOSS", triggerPrice, limitPrice);
const target = (triggerPrice: string, limitPrice?: string) => waiting("TAKE_PROFIT", triggerPrice, limitPrice);
const limit = (timeInForce: string, limitPrice: string) => ({ type: "LIMIT", timeInForce, limitPrice });
const base = (quantity: string) => ({ in: "BASE", quantity });

function waiting(type: string, triggerPrice: string, limitPrice?: string) {
  return { type, timeInForce: "GTC", triggerPrice, ...(limitPrice === undefined ? {} : { limitPrice }) };
}

function onTape(rows: readonly string[], fields: Record<string, unknown> = {}) {
  return TestExchange.open({ prices: { source: "tape", file: quotesTape(...rows) }, ...fields });
}

/** Moves a tape on by a row: with an order that takes next to nothing of it. */
async function next(sim: TestExchange): Promise<void> {
  await sim.submit({ size: base("0.1") });
}

const typesOf = (sim: TestExchange, key: string) =>
  sim.events.flatMap((event) => ("submitKey" in event && event.submitKey === key ? [event.type] : []));

describe("an order that waits for a price", () => {
  // The first row takes the order in, the others come with later ones.
  const rows = ["99@9 101@9", "98@9 100@9", "97@9 99@9", "103@9 105@9"];
  test.each([
    // given (side, pricing), when (rows that later orders bring), so
    ["a stop SELL that the bid comes to exactly", "SELL", stop("98"), 1, "FILLED 2 TAKER 2@98"],
    ["a stop SELL that the bid does not come to", "SELL", stop("97.99"), 1, "OPEN 0"],
    ["a stop SELL that a row jumps past", "SELL", stop("97.5"), 2, "FILLED 2 TAKER 2@97"],
    ["a stop SELL, whatever rises", "SELL", stop("96"), 3, "OPEN 0"],
    ["a stop BUY that the ask comes to by far", "BUY", stop("102"), 3, "FILLED 2 TAKER 2@105"],
    ["a stop BUY, whatever falls", "BUY", stop("102"), 2, "OPEN 0"],
    ["a target SELL that the bid rises to", "SELL", target("100"), 3, "FILLED 2 TAKER 2@103"],
    ["a target SELL, whatever falls", "SELL", target("100"), 2, "OPEN 0"],
    ["a target BUY that the ask falls to", "BUY", target("100"), 1, "FILLED 2 TAKER 2@100"],
    ["a target BUY that it does not fall to", "BUY", target("98.99"), 2, "OPEN 0"],
    ["a limit that the row has is taken at the row", "SELL", stop("98", "97"), 1, "FILLED 2 TAKER 2@98"],
    ["a limit that the row has not rests", "SELL", stop("98", "99"), 1, "OPEN 0"],
    ["and is filled when a row comes to it", "SELL", stop("98", "99"), 3, "FILLED 2 MAKER 2@99"],
  ])("%s", async (_given, side, pricing, later, so) => {
    const sim = await onTape(rows);
    const { key, answer } = await sim.submit({ side, pricing, size: base("2") });
    expect(answer.kind).toBe("ACCEPTED");
    for (let row = 0; row < later; row += 1) await next(sim);
    expect(await sim.line(key)).toBe(so);
    const isTriggered = !so.startsWith("OPEN") || pricing.limitPrice !== undefined;
    expect(typesOf(sim, key).filter((type) => type === "ORDER_TRIGGERED")).toHaveLength(isTriggered ? 1 : 0);
  });

  test("is open for everybody who asks, and in the stream, while it waits", async () => {
    const sim = await onTape(rows);
    const stopped = new AbortController();
    const reports = sim.exchange.reports(paper, stopped.signal);
    const { key } = await sim.submit({ side: "SELL", pricing: stop("98") });
    const open = await sim.exchange.openOrders(paper);
    expect(open).toMatchObject([{ submitKey: key, status: "OPEN", cumQuantity: "0", fills: [] }]);
    expect(await sim.exchange.order(paper, key)).toMatchObject({ kind: "FOUND", report: open[0] });
    stopped.abort();
    expect(await Array.fromAsync(reports)).toEqual(open);
  });

  test("given a cancel while it waits, so it is never triggered", async () => {
    const sim = await onTape(rows);
    const { key } = await sim.submit({ side: "SELL", pricing: stop("98") });
    expect(await sim.exchange.cancel(paper, key)).toMatchObject({ kind: "CANCELLED", report: { status: "CANCELLED" } });
    await next(sim);
    expect(await sim.line(key)).toBe("CANCELLED 0");
    expect(typesOf(sim, key)).toEqual(["ORDER_ACCEPTED", "ORDER_CANCELLED"]);
    expect(await sim.exchange.cancelAll(paper)).toEqual({ cancelled: [] });
  });

  test("given prices that come back, so it has been triggered once and for all", async () => {
    const sim = await onTape(["99@9 101@9", "98@9 100@9", "99@9 101@9", "98@9 100@9"]);
    const { key } = await sim.submit({ side: "SELL", pricing: stop("98", "102") });
    for (let row = 0; row < 6; row += 1) await next(sim);
    expect(typesOf(sim, key)).toEqual(["ORDER_ACCEPTED", "ORDER_TRIGGERED"]);
  });

  test("given several on one row, so the first that a falling price reaches is executed first", async () => {
    const sim = await onTape(["99@9 101@9", "99@9 101@9", "90@2 92@9"], { depth: "tape" });
    const low = await sim.submit({ side: "SELL", pricing: stop("91"), size: base("1.5") });
    const high = await sim.submit({ side: "SELL", pricing: stop("95"), size: base("1.5") });
    await next(sim);
    expect(await sim.line(high.key)).toBe("FILLED 1.5 TAKER 1.5@90");
    expect(await sim.line(low.key)).toBe("EXPIRED 0.5 TAKER 0.5@90");
  });

  test("given what rests on the same row, so that is served before it", async () => {
    const sim = await onTape(["99@9 101@9", "99@9 101@9", "103@1 105@9"], { depth: "tape" });
    const stopped = await sim.submit({ side: "SELL", pricing: target("102"), size: base("1") });
    const resting = await sim.submit({ side: "SELL", pricing: limit("GTC", "102"), size: base("0.6") });
    await next(sim);
    expect(await sim.line(resting.key)).toBe("FILLED 0.6 MAKER 0.6@102");
    expect(await sim.line(stopped.key)).toBe("EXPIRED 0.4 TAKER 0.4@103");
  });

  test("given less on the row than it is for: without a limit the rest expires, with one it rests", async () => {
    const rest = ["99@9 101@9", "99@9 101@9", "98@1 100@9", "99@1 101@9"];
    const sim = await onTape(rest, { depth: "tape" });
    const market = await sim.submit({ side: "SELL", pricing: stop("98.5"), size: base("0.4") });
    const limited = await sim.submit({ side: "SELL", pricing: stop("98", "98"), size: base("1") });
    await next(sim);
    expect(await sim.line(market.key)).toBe("FILLED 0.4 TAKER 0.4@98");
    expect(await sim.line(limited.key)).toBe("OPEN 0.6 TAKER 0.6@98");
    await next(sim);
    expect(await sim.line(limited.key)).toBe("FILLED 1 TAKER 0.6@98 MAKER 0.4@98");
  });

  test("given latency and parts, so they count from its trigger", async () => {
    const world = { latencyConfirmMs: 100, partialFills: { probability: 1, partsMax: 2 }, slippageBps: 50 };
    const sim = await onTape(rows, world);
    const { key } = await sim.submit({ side: "SELL", pricing: stop("98", "97.5"), size: base("2") });
    await passTime(sim.clock, 1_000);
    expect(await sim.line(key)).toBe("OPEN 0");
    await next(sim);
    expect(await sim.line(key)).toBe("OPEN 0");
    for (let part = 0; part < 2; part += 1) await passTime(sim.clock, 100);
    // Half of 50 bps at least, and no further than its limit.
    expect(await sim.line(key)).toMatch(/^FILLED 2 TAKER [0-9.]+@97\.[5-7]\d* TAKER [0-9.]+@97\.[5-7]\d*$/);
  });

  test("given real time, so its row triggers it without another order", async () => {
    const file = quotesTape("99@1 101@1", "98@1 100@1");
    const sim = await TestExchange.open({ prices: { source: "tape", file, advance: "real-time" } });
    const { key } = await sim.submit({ side: "SELL", pricing: stop("98") });
    await passTime(sim.clock, 999);
    expect(await sim.line(key)).toBe("OPEN 0");
    await passTime(sim.clock, 1);
    expect(await sim.line(key)).toBe("FILLED 1 TAKER 1@98");
  });

  test("given an exchange without prices of its own, so the price that another order expects triggers it, not its own", async () => {
    const sim = await TestExchange.open();
    const { key, answer } = await sim.submit({ side: "SELL", pricing: stop("9500"), expectedPrice: "9400" });
    expect(answer.kind).toBe("ACCEPTED");
    await sim.submit({ expectedPrice: "9501" });
    expect(await sim.line(key)).toBe("OPEN 0");
    await sim.submit({ expectedPrice: "9490" });
    expect(await sim.line(key)).toBe("FILLED 1 TAKER 1@9490");
  });

  test("given an execution that nobody asked for, so what is left is what it takes", async () => {
    const sim = await onTape(rows);
    const { key } = await sim.submit({ side: "SELL", pricing: stop("98"), size: base("2") });
    sim.exchange.executeUnasked(paper, key, quantity("0.5"));
    await next(sim);
    expect(await sim.line(key)).toBe("FILLED 2 TAKER 0.5@98 TAKER 1.5@98");
  });
});

describe("an order that waits is refused", () => {
  const rows = ["99@9 101@9"];
  test.each([
    ["where the bid is at its stop already", "SELL", stop("99"), "TRIGGER_REACHED"],
    ["where the bid is below its stop", "SELL", stop("99.5"), "TRIGGER_REACHED"],
    ["where the ask is above its stop", "BUY", stop("100"), "TRIGGER_REACHED"],
    ["where the bid is above its target", "SELL", target("98"), "TRIGGER_REACHED"],
    ["where the ask is at its target", "BUY", target("101"), "TRIGGER_REACHED"],
    ["with a trigger between two ticks", "SELL", stop("98.001"), "PRICE_RULE"],
    ["with a limit between two ticks", "SELL", stop("98", "97.001"), "PRICE_RULE"],
    ["that is worth too little at its trigger", "SELL", stop("1"), "VALUE_RULE"],
    ["that is worth too little at its limit", "SELL", stop("98", "1"), "VALUE_RULE"],
    ["that is IOC", "SELL", { ...stop("98"), timeInForce: "IOC" }, "MALFORMED_REQUEST"],
    ["without a trigger", "SELL", { type: "STOP_LOSS", timeInForce: "GTC" }, "MALFORMED_REQUEST"],
    ["that is post-only", "SELL", { ...stop("98", "99"), postOnly: true }, "MALFORMED_REQUEST"],
  ])("%s", async (_given, side, pricing, so) => {
    const sim = await onTape(rows);
    const { key, answer } = await sim.submit({ side, pricing });
    expect(answer).toMatchObject({ kind: "REFUSED", reason: so });
    expect(await sim.line(key)).toBe("NOT_FOUND");
  });
});

describe("money for an order that waits", () => {
  const rows = ["99@9 101@9", "109@9 110@9"];
  test.each([
    ["at its trigger", stop("105"), "210"],
    ["at its limit", stop("105", "120"), "240"],
  ])("is held back %s", async (_where, pricing, held) => {
    const sim = await onTape(rows, { startBalances: { USDT: "1000" } });
    await sim.submit({ pricing, size: base("2") });
    expect((await sim.exchange.balances(paper)).get("USDT")).toBe(String(1_000 - Number(held)));
    await sim.exchange.cancelAll(paper);
    expect((await sim.exchange.balances(paper)).get("USDT")).toBe("1000");
  });

  test("is held back at the limit of what rests after its trigger, though it took for less", async () => {
    const sim = await onTape(["99@9 101@9", "109@9 110@1"], { depth: "tape", startBalances: { USDT: "1000" } });
    const { key } = await sim.submit({ pricing: stop("105", "120"), size: base("2") });
    await sim.submit({ side: "SELL", size: base("0.1"), submitKey: "sim_mover" });
    expect(await sim.line(key)).toBe("OPEN 1 TAKER 1@110");
    // Paid 110, got 10.9 for what moved the market, and 120 may still have to be paid.
    expect((await sim.exchange.balances(paper)).get("USDT")).toBe("780.9");
  });

  test.each([
    ["enough of it where its row is dearer", "220", "FILLED 2 TAKER 2@110", "0"],
    ["not enough of it, so it expires and costs nothing", "219.99", "EXPIRED 0", "219.99"],
  ])("given %s", async (_given, start, so, left) => {
    const sim = await onTape(rows, { startBalances: { USDT: start, BTC: "1" } });
    const { key } = await sim.submit({ pricing: stop("105"), size: base("2") });
    await sim.submit({ side: "SELL", size: base("1"), submitKey: "sim_mover" });
    expect(await sim.line(key)).toBe(so);
    const gained = sim.events.some((event) => event.type === "FILL" && event.submitKey === "sim_mover") ? 109 : 0;
    expect(Number((await sim.exchange.balances(paper)).get("USDT"))).toBeCloseTo(Number(left) + gained, 8);
  });
});

describe("a restart", () => {
  test("finds orders waiting, and triggers each once, whether or not it had begun to execute", async () => {
    const rows = ["99@9 101@9", "99@9 101@9", "98@9 100@9", "97@9 99@9"];
    const file = quotesTape(...rows);
    const fields = { latencyConfirmMs: 100, prices: { source: "tape", file } };
    const first = await TestExchange.open(fields);
    const early = (await first.submit({ side: "SELL", pricing: stop("98") })).key;
    const late = (await first.submit({ side: "SELL", pricing: stop("97") })).key;
    await next(first);
    expect(typesOf(first, early)).toEqual(["ORDER_ACCEPTED", "ORDER_TRIGGERED"]);

    const clock = new ManualClock();
    clock.setWall(addMs(first.clock.wall(), 60_000));
    const second = await TestExchange.open(fields, first.events, clock);
    expect((await portrait(second.exchange, first.events)).open).toHaveLength(3);
    await passTime(clock, 100);
    expect(await second.line(early)).toBe("FILLED 1 TAKER 1@98");
    expect(await second.line(late)).toBe("OPEN 0");
    await second.submit({ submitKey: "sim_after_restart", size: base("0.1") });
    await passTime(clock, 100);
    expect(await second.line(late)).toBe("FILLED 1 TAKER 1@97");
    expect(typesOf(second, early)).toEqual(["FILL"]);
  });

  test("refuses a history that triggers what does not wait", async () => {
    const sim = await onTape(["99@9 101@9", "98@9 100@9"]);
    await sim.submit({ side: "SELL", pricing: stop("98") });
    await next(sim);
    const history = sim.events.filter(({ type }) => type !== "FILL");
    const triggered = history.filter(({ type }) => type === "ORDER_TRIGGERED");
    await expect(TestExchange.open({}, [...history, ...triggered])).rejects.toThrow("does not wait");
    const accepted = history.filter(({ type }) => type !== "ORDER_ACCEPTED");
    await expect(TestExchange.open({}, accepted)).rejects.toThrow("never accepted");
  });
});

describe("a post-only order", () => {
  const postOnly = (limitPrice: string) => ({ ...limit("GTC", limitPrice), postOnly: true });
  test.each([
    ["a BUY at the ask", "BUY", "101", "POST_ONLY_WOULD_TAKE"],
    ["a BUY above it", "BUY", "150", "POST_ONLY_WOULD_TAKE"],
    ["a BUY below it", "BUY", "100.99", undefined],
    ["a SELL at the bid", "SELL", "99", "POST_ONLY_WOULD_TAKE"],
    ["a SELL above it", "SELL", "99.01", undefined],
  ])("%s", async (_given, side, limitPrice, reason) => {
    const sim = await onTape(["99@9 101@9"]);
    const { key, answer } = await sim.submit({ side, pricing: postOnly(limitPrice) });
    expect(answer).toMatchObject(reason === undefined ? { kind: "ACCEPTED" } : { kind: "REFUSED", reason });
    expect(await sim.line(key)).toBe(reason === undefined ? "OPEN 0" : "NOT_FOUND");
  });

  test("is filled as a maker, at its limit, when a row comes to it", async () => {
    const sim = await onTape(["99@9 101@9", "90@9 91@9"]);
    const { key } = await sim.submit({ pricing: postOnly("95") });
    await next(sim);
    expect(await sim.line(key)).toBe("FILLED 1 MAKER 1@95");
  });

  test.each(["IOC", "FOK"])("that is %s can't be", async (timeInForce) => {
    const sim = await TestExchange.open();
    const { answer } = await sim.submit({ pricing: { ...postOnly("9000"), timeInForce } });
    expect(answer).toMatchObject({ kind: "REFUSED", reason: "MALFORMED_REQUEST" });
  });
});
