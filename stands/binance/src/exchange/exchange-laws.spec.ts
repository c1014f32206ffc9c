import { accountId, decimal, sign } from "@surefill/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { silentExchange } from "../testing/silent-exchange.ts";
import { MemoryEventLog } from "./event-log.ts";
import { type OrderTerms, orderTypes, timesInForce } from "./order-terms.ts";
import type { SpotExchange } from "./spot-exchange.ts";
import { SpotRefusal } from "./spot-refusal.ts";
import { wireDecimal } from "./wire-decimal.ts";

const symbol = "BTCUSDT";
const accounts = [accountId("alice"), accountId("bob")];
const account = fc.constantFrom(...accounts);
const whole = (min: number, max: number) => fc.integer({ min, max }).map((n) => decimal(String(n)));
const price = whole(95, 105);

const terms = fc.record({
  clientOrderId: fc.constantFrom("a", "b", "c", "d"),
  side: fc.constantFrom("BUY" as const, "SELL" as const),
  orderType: fc.constantFrom(...orderTypes),
  timeInForce: fc.constantFrom(...timesInForce),
  quantity: whole(1, 60),
  price,
  stopPrice: price,
  isQuoteSized: fc.boolean(),
});

type Action = (exchange: SpotExchange) => void;

const placing = fc.tuple(account, terms).map(([who, { isQuoteSized, ...drawn }]): Action => {
  const inQuote = isQuoteSized && drawn.orderType === "MARKET";
  const zero = decimal("0");
  const sized = inQuote ? { quantity: zero, quoteOrderQuantity: decimal("777") } : { quoteOrderQuantity: zero };
  const order: OrderTerms = { symbol, ...drawn, ...sized };
  return (exchange) => void exchange.place(who, order);
});
const cancelling = fc.tuple(account, fc.constantFrom("a", "b", "c", "d")).map(
  ([who, clientOrderId]): Action =>
    (exchange) => {
      exchange.cancel(who, symbol, { clientOrderId }, { cancelId: "x" });
    },
);
const moving = fc.tuple(price, whole(1, 50), whole(1, 50)).map(([bid, bidQuantity, askQuantity]): Action => {
  const ask = decimal(String(Number(bid) + 1));
  return (exchange) =>
    exchange.setMarket(symbol, [{ price: bid, quantity: bidQuantity }], [{ price: ask, quantity: askQuantity }]);
});

const actions = fc.array(fc.oneof({ weight: 6, arbitrary: placing }, cancelling, moving), { maxLength: 60 });

/** Does what is not refused. */
function run(exchange: SpotExchange, all: readonly Action[], after: () => void): void {
  exchange.setMarket(
    symbol,
    [{ price: decimal("100"), quantity: decimal("40") }],
    [{ price: decimal("101"), quantity: decimal("40") }],
  );
  for (const action of all) {
    try {
      action(exchange);
    } catch (error) {
      if (!(error instanceof SpotRefusal)) throw error;
    }
    after();
  }
}

/** Hundred-millionths, without this project's decimals. */
const units = (text: string) => BigInt(wireDecimal(decimal(text)).replace(".", ""));

function portrait(exchange: SpotExchange) {
  return accounts.map((who) => ({
    balances: exchange.balances(who),
    counts: exchange.orderCounts(who),
    orders: exchange
      .orders(who, symbol)
      .map((order) => [order.accepted, order.status, order.executed, order.workingTime]),
    trades: exchange.trades(who, symbol),
    depth: [exchange.depth(symbol).bids, exchange.depth(symbol).asks].map((offers) =>
      offers.map(({ price: at, quantity }) => [at, quantity]),
    ),
    last: exchange.market(symbol).lastPrice,
  }));
}

describe("whatever is asked of an exchange", () => {
  test("given any orders, cancels and moves, so nobody has less than nothing or what their trades don't explain", () => {
    fc.assert(
      fc.property(actions, (all) => {
        const exchange = silentExchange();
        const start = portrait(silentExchange());
        run(exchange, all, () => {
          for (const [index, who] of accounts.entries()) {
            for (const { asset, free, locked } of exchange.balances(who)) {
              expect([sign(free) >= 0, sign(locked) >= 0]).toEqual([true, true]);
              const before = start[index]?.balances.find((balance) => balance.asset === asset)?.free ?? "0";
              let total = units(before);
              for (const trade of exchange.trades(who, symbol)) {
                const direction = trade.side === "BUY" ? 1n : -1n;
                if (asset === "BTC") total += direction * units(trade.quantity);
                if (asset === "USDT") total -= direction * units(trade.quoteQuantity);
                if (asset === trade.commissionAsset) total -= units(trade.commission);
              }
              expect(units(free) + units(locked)).toBe(total);
            }
          }
        });
      }),
      { seed: 20_261_120, numRuns: 150 },
    );
  });

  test("given the same, so no order is filled beyond its quantity or price, and the book is never crossed", () => {
    fc.assert(
      fc.property(actions, (all) => {
        const exchange = silentExchange();
        run(exchange, all, () => {
          const { bids, asks } = exchange.depth(symbol);
          const [bid, ask] = [bids[0]?.price, asks[0]?.price];
          if (bid !== undefined && ask !== undefined) expect(Number(bid)).toBeLessThan(Number(ask));
          for (const order of accounts.flatMap((who) => exchange.orders(who, symbol))) {
            const { side, orderType, price: limit, quantity } = order.accepted;
            expect(units(order.executed) <= units(quantity)).toBe(true);
            expect(order.status === "FILLED").toBe(order.executed === quantity);
            expect(order.isOpen && orderType === "MARKET").toBe(false);
            if (!orderType.includes("LIMIT")) continue;
            const isWithin = order.trades.every((trade) =>
              side === "BUY" ? Number(trade.price) <= Number(limit) : Number(trade.price) >= Number(limit),
            );
            expect(isWithin).toBe(true);
          }
        });
      }),
      { seed: 20_261_121, numRuns: 150 },
    );
  });

  test("given its log, so another exchange that reads it is the same", () => {
    fc.assert(
      fc.property(actions, (all) => {
        const eventLog = new MemoryEventLog();
        const exchange = silentExchange([], eventLog);
        run(exchange, all, () => {});
        expect(portrait(silentExchange(eventLog.events))).toEqual(portrait(exchange));
      }),
      { seed: 20_261_122, numRuns: 150 },
    );
  });
});
