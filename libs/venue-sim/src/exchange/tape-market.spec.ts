import { describe, expect, test } from "vitest";
import { paper, TestExchange } from "../testing/open-exchange.ts";
import { passTime } from "../testing/pass-time.ts";
import { recordedData, recordedQuotes, recordedTrades } from "../testing/recorded-data.ts";
import { quotesTape } from "../testing/temporary-file.ts";
import { readTape } from "./market/read-tape.ts";

const market = (timeInForce = "IOC") => ({ type: "MARKET", timeInForce });
const limit = (timeInForce: string, limitPrice: string) => ({ type: "LIMIT", timeInForce, limitPrice });
const base = (quantity: string) => ({ in: "BASE", quantity });
const quote = (amount: string) => ({ in: "QUOTE", amount });
const onTape = (file: string, fields: Record<string, unknown> = {}) => ({
  prices: { source: "tape", file },
  ...fields,
});

describe("a tape moves on by a row with each order", () => {
  test("each market order fills at the ask or bid of its own row, and the tape starts again at its end", async () => {
    const sim = await TestExchange.open(onTape(quotesTape("99@1 100@1", "199@1 200@1")));
    const lines = [];
    for (const side of ["BUY", "SELL", "SELL", "BUY"]) lines.push(await sim.line((await sim.submit({ side })).key));
    expect(lines).toEqual([
      "FILLED 1 TAKER 1@100",
      "FILLED 1 TAKER 1@199",
      "FILLED 1 TAKER 1@99",
      "FILLED 1 TAKER 1@200",
    ]);
    const rows = sim.events.flatMap((event) => (event.type === "FILL" ? [[event.row, event.bid, event.ask]] : []));
    expect(rows).toEqual([
      [0, "99", "100"],
      [1, "199", "200"],
      [2, "99", "100"],
      [3, "199", "200"],
    ]);
  });

  test("looking at prices and refused orders move nothing", async () => {
    const sim = await TestExchange.open(onTape(quotesTape("99@1 100@1", "199@1 200@1")));
    await sim.exchange.quotes((await sim.exchange.instruments()).map(({ symbol }) => symbol));
    await sim.submit({ size: base("0") });
    const [quote] = await sim.exchange.quotes([...(await sim.exchange.instruments())].map(({ symbol }) => symbol));
    expect(quote).toMatchObject({ instrument: "BTC/USDT", bid: "99", ask: "100" });
    expect(await sim.line((await sim.submit()).key)).toBe("FILLED 1 TAKER 1@100");
  });

  test("another instrument goes by its reference price and leaves the tape where it is", async () => {
    const sim = await TestExchange.open(onTape(quotesTape("99@1 100@1", "199@1 200@1")));
    const other = await sim.submit({ instrument: "SOL/USDC" });
    const first = await sim.submit();
    expect(await sim.line(other.key)).toBe("FILLED 1 TAKER 1@150");
    expect(await sim.line(first.key)).toBe("FILLED 1 TAKER 1@100");
  });

  test("a tape of an instrument that is not listed stops the boot", async () => {
    const file = quotesTape("99@1 100@1");
    const opening = TestExchange.open({ prices: { source: "tape", file, instrument: "ETH/USDT" } });
    await expect(opening).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });
});

describe("a resting order", () => {
  const tape = ["99@1 101@1", "98@1 100@1", "97@1 99@1", "103@1 105@1"];
  test.each([
    // given (side, limit), when (rows that later orders bring), so
    ["a BUY below the market", "BUY", "98.5", 1, "OPEN 0"],
    ["a BUY that no row reaches", "BUY", "98.5", 3, "OPEN 0"],
    ["a BUY that the second row comes to exactly", "BUY", "100", 1, "FILLED 2 MAKER 2@100"],
    ["a BUY that a row jumps past fills at its limit", "BUY", "99.5", 2, "FILLED 2 MAKER 2@99.5"],
    ["a SELL above the market", "SELL", "103", 2, "OPEN 0"],
    ["a SELL that the fourth row comes to exactly", "SELL", "103", 3, "FILLED 2 MAKER 2@103"],
    ["a SELL that a row jumps past fills at its limit", "SELL", "100", 3, "FILLED 2 MAKER 2@100"],
  ])("%s", async (_given, side, limitPrice, rows, so) => {
    const sim = await TestExchange.open(onTape(quotesTape(...tape)));
    const { key } = await sim.submit({ side, pricing: limit("GTC", limitPrice), size: base("2") });
    for (let row = 0; row < rows; row += 1) await sim.submit();
    expect(await sim.line(key)).toBe(so);
  });

  test("one that was cancelled does not fill any more", async () => {
    const sim = await TestExchange.open(onTape(quotesTape(...tape)));
    const { key } = await sim.submit({ pricing: limit("GTC", "100"), size: base("2") });
    await sim.exchange.cancel(paper, key);
    await sim.submit();
    expect(await sim.line(key)).toBe("CANCELLED 0");
  });

  test("orders of one side never fill those of the other: the market is the tape", async () => {
    const sim = await TestExchange.open(onTape(quotesTape("99@1 101@1")));
    const buy = await sim.submit({ pricing: limit("GTC", "100") });
    const sell = await sim.submit({ side: "SELL", pricing: limit("GTC", "100") });
    expect([await sim.line(buy.key), await sim.line(sell.key)]).toEqual(["OPEN 0", "OPEN 0"]);
  });
});

describe("with the tape's depth", () => {
  const thin = ["99@3 101@2", "98@1 100@0.5", "98@1 100@0.7"];
  test.each([
    // given, when (pricing, size), so
    ["market IOC takes what is there, the rest expires", market(), base("5"), "EXPIRED 2 TAKER 2@101"],
    ["market IOC of no more than is there", market(), base("2"), "FILLED 2 TAKER 2@101"],
    ["market FOK of more than is there takes nothing", market("FOK"), base("2.00001"), "EXPIRED 0"],
    ["market FOK of what is there", market("FOK"), base("2"), "FILLED 2 TAKER 2@101"],
    ["market IOC in quote", market(), quote("1010"), "EXPIRED 2 TAKER 2@101"],
    ["market FOK in quote", market("FOK"), quote("1010"), "EXPIRED 0"],
    ["limit IOC takes what is there", limit("IOC", "101"), base("5"), "EXPIRED 2 TAKER 2@101"],
    ["limit FOK takes nothing", limit("FOK", "101"), base("5"), "EXPIRED 0"],
    ["limit GTC takes what is there and rests", limit("GTC", "101"), base("5"), "OPEN 2 TAKER 2@101"],
  ])("%s", async (_given, pricing, size, so) => {
    const sim = await TestExchange.open(onTape(quotesTape(...thin), { depth: "tape" }));
    const { key } = await sim.submit({ pricing, size });
    expect(await sim.line(key)).toBe(so);
  });

  test("a row serves resting orders by price, then by time, then the order that brought it", async () => {
    const sim = await TestExchange.open(
      onTape(quotesTape("99@9 101@9", "99@9 101@9", "99@9 101@9", "97@9 98@1"), { depth: "tape" }),
    );
    const first = await sim.submit({ pricing: limit("GTC", "98.5"), size: base("0.3") });
    const second = await sim.submit({ pricing: limit("GTC", "98.5"), size: base("0.3") });
    const best = await sim.submit({ pricing: limit("GTC", "98.6"), size: base("0.5") });
    const taker = await sim.submit({ size: base("1") });
    expect(await sim.line(best.key)).toBe("FILLED 0.5 MAKER 0.5@98.6");
    expect(await sim.line(first.key)).toBe("FILLED 0.3 MAKER 0.3@98.5");
    expect(await sim.line(second.key)).toBe("OPEN 0.2 MAKER 0.2@98.5");
    expect(await sim.line(taker.key)).toBe("EXPIRED 0");
  });

  test("the rest of a GTC fills from later rows, as far as they go", async () => {
    const sim = await TestExchange.open(onTape(quotesTape(...thin), { depth: "tape" }));
    const { key } = await sim.submit({ pricing: limit("GTC", "101"), size: base("3") });
    await sim.submit();
    await sim.submit();
    expect(await sim.line(key)).toBe("FILLED 3 TAKER 2@101 MAKER 0.5@101 MAKER 0.5@101");
  });
});

describe("a tape in real time", () => {
  const tape = ["99@1 101@1", "98@1 100@1", "97@1 99@1"];
  const realTime = () => ({ prices: { source: "tape", file: quotesTape(...tape), advance: "real-time" } });

  test("an order takes the row that stands, and a second one the same", async () => {
    const sim = await TestExchange.open(realTime());
    await passTime(sim.clock, 1_500);
    const orders = [await sim.submit(), await sim.submit()];
    for (const { key } of orders) expect(await sim.line(key)).toBe("FILLED 1 TAKER 1@100");
  });

  test("a resting order fills when its row comes, without another order", async () => {
    const sim = await TestExchange.open(realTime());
    const { key } = await sim.submit({ pricing: limit("GTC", "100") });
    await passTime(sim.clock, 999);
    expect(await sim.line(key)).toBe("OPEN 0");
    await passTime(sim.clock, 1);
    expect(await sim.line(key)).toBe("FILLED 1 MAKER 1@100");
  });

  test("rows that pass unseen are not skipped, and the tape starts again", async () => {
    const sim = await TestExchange.open(realTime());
    const { key } = await sim.submit({ pricing: limit("GTC", "99") });
    await passTime(sim.clock, 3_500);
    expect(await sim.line(key)).toBe("FILLED 1 MAKER 1@99");
    expect(await sim.line((await sim.submit()).key)).toBe("FILLED 1 TAKER 1@101");
  });

  test("whatever is asked or done finds the market where it stands by then", async () => {
    const sim = await TestExchange.open(realTime());
    const { key } = await sim.submit({ pricing: limit("GTC", "100") });
    sim.clock.advance(1_000); // and nothing that it woke has run
    expect(await sim.exchange.cancel(paper, key)).toEqual({ kind: "NOT_OPEN" });
    expect(await sim.line(key)).toBe("FILLED 1 MAKER 1@100");
  });

  test("orders on one row share what it has", async () => {
    const sim = await TestExchange.open({ ...realTime(), depth: "tape" });
    const first = await sim.submit({ size: base("0.6") });
    const second = await sim.submit({ size: base("0.6") });
    const other = await sim.submit({ side: "SELL", size: base("0.6") });
    expect(await sim.line(first.key)).toBe("FILLED 0.6 TAKER 0.6@101");
    expect(await sim.line(second.key)).toBe("EXPIRED 0.4 TAKER 0.4@101");
    expect(await sim.line(other.key)).toBe("FILLED 0.6 TAKER 0.6@99");
  });

  test("it stops with the exchange", async () => {
    const sim = await TestExchange.open(realTime());
    await sim.exchange.close();
    await passTime(sim.clock, 10_000);
    expect(sim.clock.sleepers).toBe(0);
  });
});

describe("a recorded market", () => {
  test("1,000 market orders on the quotes fill exactly at the bid or ask of their rows", async (context) => {
    const file = recordedData(recordedQuotes, context);
    const sim = await TestExchange.open(onTape(file));
    for (let order = 0; order < 1_000; order += 1) {
      await sim.submit({ side: order % 3 === 0 ? "SELL" : "BUY", size: base("0.01") });
    }
    const tape = readTape(file);
    const fills = sim.events.filter((event) => event.type === "FILL");
    const expected = tape.slice(0, 1_000).map(({ bid, ask }, row) => [row, row % 3 === 0 ? bid : ask]);
    expect(fills.map(({ row, price }) => [row, price])).toEqual(expected);
  });

  test("on the trades they fill at the trades' prices", async (context) => {
    const file = recordedData(recordedTrades, context);
    const sim = await TestExchange.open(onTape(file));
    for (let order = 0; order < 100; order += 1) await sim.submit({ size: base("0.01") });
    const fills = sim.events.filter((event) => event.type === "FILL");
    expect(fills.map(({ price }) => price)).toEqual(
      readTape(file)
        .slice(0, 100)
        .map(({ ask }) => ask),
    );
  });
});
