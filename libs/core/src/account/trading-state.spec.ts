import { describe, expect, it } from "vitest";
import { instrumentId } from "../instrument/instrument.ts";
import { requestedAt } from "../testing/order-fixtures.ts";
import { venueId } from "../venue/venue-id.ts";
import { accountId } from "./account-id.ts";
import { covers, overlap, restrictionOn, scopeText, type TradingScope, type TradingState } from "./trading-state.ts";

const [alice, bob] = [accountId("alice"), accountId("bob")];
const [sim, kraken] = [venueId("sim"), venueId("kraken")];
const btc = instrumentId("BTC/USDT");
const order = { account: alice, venue: sim, instrument: btc };

function set(epoch: number, state: TradingState, scope: TradingScope) {
  return { scope, state, operator: "op", reason: `change ${epoch}`, at: requestedAt, epoch };
}

describe("a scope", () => {
  it.each<readonly [string, TradingScope, boolean]>([
    ["the whole service", {}, true],
    ["its account", { account: alice }, true],
    ["its venue", { venue: sim }, true],
    ["its instrument", { instrument: btc }, true],
    ["all three", order, true],
    ["another account", { account: bob }, false],
    ["its account at another venue", { account: alice, venue: kraken }, false],
    ["its venue account, another instrument", { ...order, instrument: instrumentId("ETH/USDT") }, false],
  ])("given %s, so an order is in it or not", (_given, scope, so) => expect(covers(scope, order)).toBe(so));

  it.each<readonly [string, TradingScope, TradingScope, boolean, boolean]>([
    ["wider and narrower", {}, { account: alice }, true, true],
    ["narrower and wider", { account: alice }, {}, false, true],
    ["crossing", { account: alice }, { venue: sim }, false, true],
    ["apart", { account: alice }, { account: bob, venue: sim }, false, false],
  ])("given two that are %s, so one holds the other or they share orders", (_given, one, other, holds, shares) => {
    expect(covers(one, other)).toBe(holds);
    expect(overlap(one, other)).toBe(shares);
    expect(overlap(other, one)).toBe(shares);
  });

  it("is told in words", () => {
    expect(scopeText({})).toBe("the whole service");
    expect(scopeText(order)).toBe("account alice, venue sim, instrument BTC/USDT");
  });
});

describe("the restriction on an order", () => {
  it.each<readonly [string, readonly ReturnType<typeof set>[], number | undefined]>([
    ["none", [], undefined],
    ["others' alone", [set(1, "HALTED", { account: bob })], undefined],
    ["one", [set(1, "REDUCE_ONLY", { venue: sim })], 1],
    ["a stricter one, set earlier", [set(1, "HALTED", {}), set(2, "REDUCE_ONLY", order)], 1],
    ["a stricter one, set later", [set(1, "REDUCE_ONLY", {}), set(2, "HALTED", order)], 2],
    ["two as strict", [set(3, "HALTED", {}), set(4, "HALTED", { account: alice })], 4],
  ])("given %s, so the strictest counts, the latest among equals", (_given, restrictions, so) => {
    expect(restrictionOn({ epoch: 9, restrictions }, order)?.epoch).toBe(so);
  });
});
