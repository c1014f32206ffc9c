import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { retryDelayMs } from "./retry-delay-ms.ts";
import { defaultRetryPolicy } from "./retry-policy.ts";

describe("the wait after a failed attempt", () => {
  it.each([
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [4, 8_000],
    [5, 16_000],
    [6, 30_000],
    [7, 30_000],
    [100, 30_000],
    [Number.MAX_SAFE_INTEGER, 30_000],
  ])("given attempt %i, so %i ms without jitter", (attempt, so) => {
    expect(retryDelayMs(defaultRetryPolicy, attempt, 0)).toBe(so);
  });

  it.each([
    [1, 0.5, 1_050],
    [2, 0.25, 2_050],
    [6, 0.5, 31_500],
  ])("given attempt %i and half or a quarter of the jitter (%d), so %i ms", (attempt, unit, so) => {
    expect(retryDelayMs(defaultRetryPolicy, attempt, unit)).toBe(so);
  });

  it("is never below the plain wait, never a tenth above it, and never shorter for a later attempt", () => {
    const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), unit, (attempt, jitter) => {
        const plain = retryDelayMs(defaultRetryPolicy, attempt, 0);
        const waited = retryDelayMs(defaultRetryPolicy, attempt, jitter);
        expect(waited).toBeGreaterThanOrEqual(plain);
        expect(waited).toBeLessThanOrEqual(plain * 1.1);
        expect(retryDelayMs(defaultRetryPolicy, attempt + 1, 0)).toBeGreaterThanOrEqual(plain);
      }),
      { seed: 20_260_101, numRuns: 1_000 },
    );
  });

  it("follows another policy", () => {
    const policy = { attemptsMax: 9, delayMs: 100, delayMsMax: 350, jitterRatioMax: 0.5 };
    expect([1, 2, 3, 4].map((attempt) => retryDelayMs(policy, attempt, 0))).toEqual([100, 200, 350, 350]);
    expect(retryDelayMs(policy, 1, 0.5)).toBe(125);
  });
});
