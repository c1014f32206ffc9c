import { BreakerState } from "@surefill/contracts/surefill/v1/venue_service";
import { accountId } from "@surefill/core";
import { describe, expect, it } from "vitest";
import { encodeRateBudget, encodeVenueHealth } from "./encode-venue-health.ts";

const account = accountId("paper");

describe("a venue's health on the wire", () => {
  it("given an open breaker, so when its probe goes, rounded up to whole milliseconds", () => {
    const health = encodeVenueHealth({ state: "OPEN", failuresInARow: 7, probeInMs: 1_500.2 });
    expect(health).toMatchObject({ breakerState: BreakerState.OPEN, failuresInARow: 7 });
    expect(health.probeIn).toMatchObject({ seconds: 1n, nanos: 501_000_000 });
  });

  it("given a probe under way, so no time of another one", () => {
    const health = encodeVenueHealth({ state: "HALF_OPEN", failuresInARow: 5 });
    expect(health.breakerState).toBe(BreakerState.HALF_OPEN);
    expect(health.probeIn).toBeUndefined();
  });
});

describe("a venue account's budget on the wire", () => {
  const limit = { name: "orders", tokensMax: 45, tokensReserved: 9, windowMs: 10_000 };

  it("given limits, so each with what is left of it", () => {
    const budget = encodeRateBudget({ account, pausedMs: 0, limits: [{ limit, tokensLeft: 12 }] });
    expect(budget.limits).toMatchObject([
      { name: "orders", requestsMax: 45, requestsReserved: 9, requestsLeft: 12, window: { seconds: 10n, nanos: 0 } },
    ]);
    expect(budget.pausedFor).toBeUndefined();
  });

  it("given a pause, so how long it lasts", () => {
    const budget = encodeRateBudget({ account, pausedMs: 30_000, limits: [] });
    expect(budget.pausedFor).toMatchObject({ seconds: 30n, nanos: 0 });
  });
});
