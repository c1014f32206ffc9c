import {
  addQuantity,
  compare,
  type Decimal,
  decimal,
  isPostOnly,
  isTriggered,
  isTriggeredPricing,
  limitPriceOf,
  minus,
  plus,
  type Quantity,
  quantity,
  sign,
  submitKey,
  times,
  zeroQuantity,
} from "@surefill/core";
import { ManualClock } from "@surefill/core/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { paper, TestExchange } from "../testing/open-exchange.ts";
import { passTime } from "../testing/pass-time.ts";
import { portrait } from "../testing/portrait.ts";
import { quotesTape } from "../testing/temporary-file.ts";
import type { ExchangeEvent, OrderAccepted } from "./exchange-event.ts";

type Step =
  | { readonly kind: "SUBMIT"; readonly terms: Record<string, unknown> }
  /** Of the order that was submitted so many steps ago. */
  | { readonly kind: "CANCEL"; readonly back: number }
  | { readonly kind: "WAIT"; readonly ms: number };

const decimalOf = (cents: number) =>
  `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}0`.replace(/\.?0+$/, "");

const sizes = fc.oneof(
  fc.integer({ min: 1, max: 500 }).map((cents) => ({ in: "BASE", quantity: decimalOf(cents) })),
  fc.integer({ min: 500, max: 50_000 }).map((cents) => ({ in: "QUOTE", amount: decimalOf(cents) })),
);

const prices = fc.integer({ min: 9_500, max: 10_500 }).map(decimalOf);

const pricings = fc.oneof(
  fc.record({ type: fc.constant("MARKET"), timeInForce: fc.constantFrom("IOC", "FOK") }),
  fc.record({
    type: fc.constant("LIMIT"),
    timeInForce: fc.constantFrom("GTC", "GTC", "IOC", "FOK"),
    limitPrice: prices,
  }),
  fc.record({
    type: fc.constant("LIMIT"),
    timeInForce: fc.constant("GTC"),
    limitPrice: prices,
    postOnly: fc.constant(true),
  }),
  fc.record(
    {
      type: fc.constantFrom("STOP_LOSS", "TAKE_PROFIT"),
      timeInForce: fc.constant("GTC"),
      triggerPrice: prices,
      limitPrice: prices,
    },
    { requiredKeys: ["type", "timeInForce", "triggerPrice"] },
  ),
);

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant("SUBMIT" as const),
        terms: fc.record({ side: fc.constantFrom("BUY", "SELL"), pricing: pricings, size: sizes }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("CANCEL" as const), back: fc.integer({ min: 1, max: 5 }) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("WAIT" as const), ms: fc.integer({ min: 1, max: 300 }) }) },
  ),
  { maxLength: 30, size: "max" },
);

const worlds = fc.record({
  seed: fc.integer({ min: 0, max: 1_000 }),
  latencyConfirmMs: fc.constantFrom(0, 0, 100),
  slippageBps: fc.constantFrom(0, 50),
  feeBps: fc.constantFrom(0, 10),
  feeAsset: fc.constantFrom("quote", "base"),
  startBalances: fc.constantFrom({}, {}, { BTC: "4", USDT: "400" }),
  partialFills: fc.constantFrom({ probability: 0 }, { probability: 0.7, partsMax: 4 }),
  market: fc.constantFrom("walk", "tape", "thin tape", "real-time tape"),
});

function fieldsOf({ market, ...fields }: { readonly market: string }, tape: string): Record<string, unknown> {
  if (market === "walk") {
    const startPrices = { "BTC/USDT": "100" };
    return { ...fields, prices: { source: "walk", volatilityBps: 100, startPrices } };
  }
  const advance = market === "real-time tape" ? "real-time" : "per-order";
  return {
    ...fields,
    depth: market === "tape" ? "unlimited" : "tape",
    prices: { source: "tape", file: tape, advance },
  };
}

async function play(sim: TestExchange, script: readonly Step[]): Promise<void> {
  const submitted = [];
  for (const step of script) {
    if (step.kind === "SUBMIT") submitted.push((await sim.submit(step.terms)).key);
    if (step.kind === "WAIT") await passTime(sim.clock, step.ms);
    const target = step.kind === "CANCEL" ? submitted.at(-step.back) : undefined;
    if (target !== undefined) await sim.exchange.cancel(paper, target);
  }
}

const tapeRows = ["99@3 101@2", "98@1 100@0.5", "101@4 102@9", "97@1 98@0.7", "103@2 105@1"];

describe("whatever members do", () => {
  test("fills never exceed their order, stand within its limit, and take no more than a row has", async () => {
    const tape = quotesTape(...tapeRows);
    await fc.assert(
      fc.asyncProperty(worlds, steps, async (world, script) => {
        const sim = await TestExchange.open(fieldsOf(world, tape));
        await play(sim, script);
        checkFills(sim.events);
        if (["thin tape", "real-time tape"].includes(world.market)) checkDepth(sim.events);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test("an order that waits is triggered at most once, by a row that comes to its price, and not executed before", async () => {
    const tape = quotesTape(...tapeRows);
    let triggers = 0;
    await fc.assert(
      fc.asyncProperty(worlds, steps, async (world, script) => {
        const sim = await TestExchange.open(fieldsOf(world, tape));
        await play(sim, script);
        triggers += checkTriggers(sim.events);
      }),
      { seed: 3, numRuns: 300 },
    );
    expect(triggers).toBeGreaterThan(50);
  });

  test("money is neither made nor lost nor owed: balances are the start and the fills, less what open orders hold", async () => {
    const tape = quotesTape(...tapeRows);
    await fc.assert(
      fc.asyncProperty(worlds, steps, async (world, script) => {
        const sim = await TestExchange.open(fieldsOf(world, tape));
        await play(sim, script);
        for (const free of (await sim.exchange.balances(paper)).values()) expect(sign(free)).toBeGreaterThanOrEqual(0);
        await sim.exchange.cancelAll(paper);
        const owned = await sim.exchange.balances(paper);
        const starts: Readonly<Record<string, string>> = world.startBalances;
        for (const asset of ["BTC", "USDT"]) {
          const start = decimal(starts[asset] ?? "1000000000");
          expect(owned.get(asset)).toBe(movedBy(sim.events, asset).reduce(plus, start));
        }
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  test("the log replays to the same exchange, which goes on as the first one would have", async () => {
    const tape = quotesTape(...tapeRows);
    await fc.assert(
      fc.asyncProperty(worlds, steps, async (world, script) => {
        const first = await TestExchange.open(fieldsOf(world, tape));
        await play(first, script);
        const events = [...first.events];
        const before = await portrait(first.exchange, events);

        const clock = new ManualClock();
        clock.setWall(first.clock.wall());
        const second = await TestExchange.open(fieldsOf(world, tape), events, clock);
        expect(await portrait(second.exchange, events)).toEqual(before);

        await passTime(first.clock, 100);
        await passTime(second.clock, 100);
        for (const { clock } of [first, second]) for (let wait = 0; wait < 5; wait += 1) await passTime(clock, 100);
        for (const sim of [first, second]) await sim.submit({ submitKey: "sim_after_restart" });
        expect(fillsOf([...events, ...second.events])).toEqual(fillsOf(first.events));
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  test("the same seed does the same, to the byte of the log; another seed does not", async () => {
    const script: readonly Step[] = Array.from({ length: 40 }, (_, order) => ({
      kind: "SUBMIT",
      terms: { side: order % 2 === 0 ? "BUY" : "SELL", size: { in: "BASE", quantity: "1" } },
    }));
    const run = async (seed: number) => {
      const sim = await TestExchange.open({
        ...{ seed, successRate: 0.8, slippageBps: 50, partialFills: { probability: 0.5 }, prices: { source: "walk" } },
      });
      await play(sim, script);
      return sim.events.map((event) => JSON.stringify(event)).join("\n");
    };
    expect(await run(1)).toBe(await run(1));
    expect(await run(1)).not.toBe(await run(2));
  });

  test("an order's luck does not depend on the orders around it", async () => {
    const world = { slippageBps: 50, successRate: 0.8, partialFills: { probability: 0.5 } };
    const keys = Array.from({ length: 50 }, (_, index) => `sim_key_${index}`);
    const run = async (order: readonly string[]) => {
      const sim = await TestExchange.open(world);
      await Promise.all(order.map((submitKey) => sim.submit({ submitKey })));
      return Promise.all(keys.map((key) => sim.line(submitKey(key))));
    };
    expect(await run(keys.toReversed())).toEqual(await run(keys));
  });
});

test("a history that can't be this exchange's is refused", async () => {
  const { exchange, events } = await TestExchange.open();
  await exchange.close();
  const other = await TestExchange.open();
  await other.submit();
  const accepted = other.events.filter(({ type }) => type === "ORDER_ACCEPTED");
  const filled = other.events.filter(({ type }) => type === "FILL");
  await expect(TestExchange.open({}, [...events, ...accepted, ...accepted])).rejects.toThrow("accepted twice");
  await expect(TestExchange.open({}, [...events, ...filled])).rejects.toThrow("never accepted");
});

function checkFills(events: readonly ExchangeEvent[]): void {
  const filled = new Map<string, Quantity>();
  const fillIds = new Set<string>();
  const orders = new Map(
    events.flatMap((event) => (event.type === "ORDER_ACCEPTED" ? [[event.submitKey, event]] : [])),
  );
  for (const event of events) {
    if (event.type !== "FILL") continue;
    const order = orders.get(event.submitKey);
    expect(order).toBeDefined();
    if (order === undefined) continue;
    const cum = addQuantity(filled.get(event.submitKey) ?? zeroQuantity, event.quantity);
    filled.set(event.submitKey, cum);
    expect(compare(cum, order.quantity)).toBeLessThanOrEqual(0);
    expect(compare(event.quantity, zeroQuantity)).toBe(1);
    expect(fillIds.has(event.venueFillId)).toBe(false);
    fillIds.add(event.venueFillId);
    const worse = event.side === "BUY" ? 1 : -1;
    const limitPrice = limitPriceOf(order.pricing);
    if (limitPrice !== undefined) expect(compare(event.price, limitPrice) * worse).toBeLessThanOrEqual(0);
    if (isPostOnly(order.pricing)) expect(event.liquidity).toBe("MAKER");
    const touch = event.side === "BUY" ? event.ask : event.bid;
    if (event.liquidity === "TAKER") expect(compare(event.price, touch) * worse).toBeGreaterThanOrEqual(0);
  }
}

/** Checks each trigger; returns how many there were. */
function checkTriggers(events: readonly ExchangeEvent[]): number {
  const waiting = new Map<string, OrderAccepted>();
  let triggers = 0;
  for (const event of events) {
    if (event.type === "ORDER_ACCEPTED" && isTriggeredPricing(event.pricing)) waiting.set(event.submitKey, event);
    if (event.type === "FILL") expect(waiting.has(event.submitKey)).toBe(false);
    if (event.type !== "ORDER_TRIGGERED") continue;
    triggers += 1;
    const order = waiting.get(event.submitKey);
    expect(order).toBeDefined();
    if (order === undefined || !isTriggeredPricing(order.pricing)) continue;
    expect(isTriggered(order.side, order.pricing, order.side === "BUY" ? order.ask : order.bid)).toBe(false);
    expect(isTriggered(event.side, order.pricing, event.side === "BUY" ? event.ask : event.bid)).toBe(true);
    waiting.delete(event.submitKey);
  }
  return triggers;
}

/** What each fill moves of an asset, by the log alone. */
function movedBy(events: readonly ExchangeEvent[], asset: string): readonly Decimal[] {
  return events.flatMap((event) => {
    if (event.type !== "FILL") return [];
    const { side, quantity: size, price, feeAsset, fee } = event;
    const isGained = (asset === "BTC") === (side === "BUY");
    const traded = asset === "BTC" ? size : times(size, price);
    const moved = isGained ? traded : minus(decimal("0"), traded);
    return [feeAsset === asset ? minus(moved, fee) : moved];
  });
}

function checkDepth(events: readonly ExchangeEvent[]): void {
  const taken = new Map<string, Quantity>();
  for (const event of events) {
    if (event.type !== "FILL" || event.row === undefined) continue;
    const place = `${event.row} ${event.side}`;
    taken.set(place, addQuantity(taken.get(place) ?? zeroQuantity, event.quantity));
  }
  for (const [place, sum] of taken) {
    const [row, side] = place.split(" ");
    const [bid, ask] = (tapeRows[Number(row) % tapeRows.length] ?? "").split(" ").map((half) => half.split("@")[1]);
    expect(compare(sum, quantity((side === "BUY" ? ask : bid) ?? ""))).toBeLessThanOrEqual(0);
  }
}

function fillsOf(events: readonly ExchangeEvent[]): readonly string[] {
  return events
    .flatMap((event) =>
      event.type === "FILL" ? [`${event.submitKey} ${event.quantity}@${event.price} ${event.row}`] : [],
    )
    .sort();
}
