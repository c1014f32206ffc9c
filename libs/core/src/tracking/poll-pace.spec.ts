import { describe, expect, it } from "vitest";
import { accountId } from "../account/account-id.ts";
import { manifestOf } from "../testing/venue-fixtures.ts";
import type { RateLimit } from "../venue/capabilities.ts";
import { pollPaceMs } from "./poll-pace.ts";

const accounts = [accountId("a"), accountId("b"), accountId("c")];
const weight: RateLimit = {
  ...{ name: "WEIGHT", requestsMax: 6_000, windowMs: 60_000 },
  costs: { openOrders: 80, fillsSince: 20, submit: 1 },
};
const orders: RateLimit = { name: "ORDERS", requestsMax: 50, windowMs: 10_000, costs: { submit: 1 } };
const narrow: RateLimit = { name: "ALL", requestsMax: 10, windowMs: 3_600_000 };

describe("the pace of polls", () => {
  it.each<{ given: string; rateLimits: readonly RateLimit[]; bulkQueries?: boolean; so: number }>([
    { given: "no limits", rateLimits: [], so: 0 },
    { given: "a limit that polls take nothing of", rateLimits: [orders], so: 0 },
    { given: "100 of 6,000 a minute for each poll", rateLimits: [orders, weight], so: 2_000 },
    { given: "a limit that three accounts share", rateLimits: [{ ...weight, scope: "VENUE" }], so: 6_000 },
    { given: "two limits", rateLimits: [weight, { ...narrow, windowMs: 10_000 }], so: 4_000 },
    { given: "a limit that is too narrow for it", rateLimits: [narrow], so: 30_000 },
    { given: "a venue without bulk queries", rateLimits: [weight], bulkQueries: false, so: 0 },
  ])("given $given, so $so ms", ({ rateLimits, bulkQueries = true, so }) => {
    expect(pollPaceMs({ manifest: { ...manifestOf({ bulkQueries }), rateLimits }, accounts })).toBe(so);
  });
});
