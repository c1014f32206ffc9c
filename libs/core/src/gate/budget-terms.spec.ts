import { describe, expect, it } from "vitest";
import { testVenue } from "../testing/order-fixtures.ts";
import type { RateLimit } from "../venue/capabilities.ts";
import { attemptOperations, budgetTerms, costOf, defaultRateBudgetPolicy } from "./budget-terms.ts";

/** Binance, by its documentation. */
const orders: RateLimit = { name: "orders", requestsMax: 50, windowMs: 10_000, costs: { submit: 1 } };
const weight: RateLimit = {
  name: "weight",
  requestsMax: 1_200,
  windowMs: 60_000,
  costs: { submit: 1, cancel: 1, lookup: 4, openOrders: 80, fillsSince: 20, balances: 20 },
};

describe("the terms of a budget", () => {
  it("given the defaults, so nine tenths of each limit, a fifth of that in reserve", () => {
    expect(budgetTerms(testVenue, [orders, weight], defaultRateBudgetPolicy)).toEqual([
      { name: "orders", tokensMax: 45, tokensReserved: 9, windowMs: 10_000 },
      { name: "weight", tokensMax: 1_080, tokensReserved: 216, windowMs: 60_000 },
    ]);
  });

  it("given a tiny limit, so there is always room for one", () => {
    const single = { ...orders, requestsMax: 1 };
    expect(budgetTerms(testVenue, [single], defaultRateBudgetPolicy)).toMatchObject([
      { tokensMax: 1, tokensReserved: 0 },
    ]);
  });

  it.each([
    ["an attempt", { ...orders, requestsMax: 2, costs: { prepare: 1, submit: 1 } }, "prepare and submit takes 2"],
    ["a poll", { ...weight, requestsMax: 100 }, "openOrders takes 80"],
  ])("given a limit that has no room for %s beside the reserve, so it is refused at boot", (_, limit, names) => {
    expect(() => budgetTerms(testVenue, [limit], defaultRateBudgetPolicy)).toThrow(names);
    const tight = { limitShare: 1, reserveShare: 0 };
    expect(budgetTerms(testVenue, [limit], tight)).toHaveLength(1);
  });
});

describe("what operations cost", () => {
  it("given weights, so their sum of each limit; what is not listed is free", () => {
    expect(costOf([orders, weight], attemptOperations)).toEqual({ orders: 1, weight: 1 });
    expect(costOf([orders, weight], ["lookup"])).toEqual({ orders: 0, weight: 4 });
  });

  it("given a limit without weights, so each request is one", () => {
    const plain = { name: "requests", requestsMax: 10, windowMs: 1_000 };
    expect(costOf([plain], attemptOperations)).toEqual({ requests: 2 });
    expect(costOf([plain], ["cancel"])).toEqual({ requests: 1 });
  });
});
