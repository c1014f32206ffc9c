import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addMs, type WallTime, wallTime } from "../time/wall-time.ts";
import {
  emptyRateLedger,
  grantInTurn,
  type LimitTerms,
  paused,
  type RateLedger,
  type TokenRequest,
  tokensLeft,
  useMsOf,
} from "./rate-ledger.ts";

const start = wallTime(1_767_225_600_000_000);
const orders: LimitTerms = { name: "orders", tokensMax: 5, tokensReserved: 2, windowMs: 10_000 };
const weight: LimitTerms = { name: "weight", tokensMax: 100, tokensReserved: 20, windowMs: 60_000 };

const order: TokenRequest = { cost: { orders: 1, weight: 1 }, isUrgent: false };
const cancel: TokenRequest = { cost: { weight: 1 }, isUrgent: true };
const exit: TokenRequest = { cost: { orders: 1, weight: 1 }, isUrgent: true };
const times = (count: number, request: TokenRequest) => Array.from({ length: count }, () => request);

describe("granting in turn", () => {
  it.each<readonly [string, readonly LimitTerms[], readonly TokenRequest[], number]>([
    ["no more normal requests than the limit without its reserve", [orders], times(9, order), 3],
    ["urgent ones up to the limit", [orders], times(9, exit), 5],
    [
      "urgent ones from the reserve where normal ones have used the rest",
      [orders],
      [...times(3, order), exit, exit],
      5,
    ],
    [
      "nothing behind a request that has no room, so that none is overtaken for ever",
      [orders, weight],
      [...times(4, order), cancel],
      3,
    ],
    ["by the tightest limit", [orders, { ...weight, tokensMax: 22 }], times(9, order), 2],
    ["all where a request takes nothing of the limits", [orders], times(50, cancel), 50],
  ])("%s", (_, terms, requests, count) => {
    expect(grantInTurn(emptyRateLedger, terms, requests, start).count).toBe(count);
  });

  it("given an empty ledger after the window, so all is free again; before, nothing", () => {
    const { ledger, retryAt } = grantInTurn(emptyRateLedger, [orders], times(5, exit), start);
    const early = grantInTurn(ledger, [orders], [exit], addMs(start, orders.windowMs + useMsOf([orders]) - 1));
    expect(early.count).toBe(0);
    expect(early.retryAt).toBeGreaterThan(start);
    expect(grantInTurn(ledger, [orders], times(5, exit), retryAt).count).toBe(0);
    const { retryAt: end } = grantInTurn(ledger, [orders], [exit], addMs(start, 1));
    expect(grantInTurn(ledger, [orders], times(5, exit), end).count).toBe(5);
    expect(tokensLeft(ledger, orders, start)).toBe(0);
    expect(tokensLeft(ledger, orders, end)).toBe(5);
  });

  it("given a pause, so only urgent requests leave until it is over", () => {
    const ledger = paused(emptyRateLedger, 30_000, start);
    expect(grantInTurn(ledger, [orders], [order], start)).toMatchObject({ count: 0, retryAt: addMs(start, 30_000) });
    expect(grantInTurn(ledger, [orders], [exit], start).count).toBe(1);
    expect(grantInTurn(ledger, [orders], [order], addMs(start, 30_000)).count).toBe(1);
  });

  it("given a shorter pause after a longer one, so the longer one stands; of one beyond an hour, an hour", () => {
    const ledger = paused(paused(emptyRateLedger, 30_000, start), 1_000, start);
    expect(ledger.pausedUntil).toBe(addMs(start, 30_000));
    expect(paused(emptyRateLedger, 86_400_000, start).pausedUntil).toBe(addMs(start, 3_600_000));
  });

  it("given a store's clock that was set back by a day, so an account waits for a window, not for a day", () => {
    const { ledger } = grantInTurn(emptyRateLedger, [orders], times(5, exit), addMs(start, 86_400_000));
    const { count, retryAt } = grantInTurn(paused(ledger, 1_000, addMs(start, 86_400_000)), [orders], [exit], start);
    expect(count).toBe(0);
    expect(retryAt).toBeLessThanOrEqual(addMs(start, 13_000));
  });
});

/** Processes that read, decide and replace in any interleaving, with delays between; a replacement is a CAS. */
interface Step {
  readonly process: number;
  readonly waitMs: number;
  readonly requests: readonly TokenRequest[];
  /** How much later, within its use, what was granted leaves. */
  readonly leavesAfter: number;
}

const request: fc.Arbitrary<TokenRequest> = fc.record({
  cost: fc.record({ orders: fc.integer({ min: 0, max: 2 }), weight: fc.integer({ min: 0, max: 30 }) }),
  isUrgent: fc.boolean(),
});
const step: fc.Arbitrary<Step> = fc.record({
  process: fc.nat({ max: 3 }),
  waitMs: fc.oneof(fc.nat({ max: 50 }), fc.nat({ max: 4_000 })),
  requests: fc.array(request, { maxLength: 4 }),
  leavesAfter: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe("laws of the ledger", () => {
  it("given any processes at any pace, so never more than the limit leaves in any window", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const terms = [orders, weight];
        const useMs = useMsOf(terms);
        let now: WallTime = start;
        let stored = { version: 0, ledger: emptyRateLedger as RateLedger };
        // What each process has read and not yet replaced.
        const readings = new Map<number, { at: WallTime; version: number; ledger: RateLedger; step: Step }>();
        const left: { readonly at: number; readonly cost: Readonly<Record<string, number>> }[] = [];
        for (const taken of steps) {
          now = addMs(now, taken.waitMs);
          const reading = readings.get(taken.process);
          if (reading === undefined) {
            readings.set(taken.process, { at: now, ...stored, step: taken });
            continue;
          }
          readings.delete(taken.process);
          const { count, ledger } = grantInTurn(reading.ledger, terms, reading.step.requests, reading.at);
          if (reading.version !== stored.version || count === 0) continue;
          stored = { version: stored.version + 1, ledger };
          // Leaving begins when the grant is durable, and ends with its use, which counts from the reading.
          const lapses = addMs(reading.at, useMs);
          if (now >= lapses) continue;
          const at = now + Math.floor((lapses - now) * taken.leavesAfter);
          for (const { cost } of reading.step.requests.slice(0, count)) left.push({ at, cost });
        }
        for (const { name, windowMs, tokensMax } of terms) {
          for (const { at: from } of left) {
            const inside = left.filter(({ at }) => at >= from && at < from + windowMs * 1_000);
            const sum = inside.reduce((tokens, { cost }) => tokens + (cost[name] ?? 0), 0);
            expect(sum).toBeLessThanOrEqual(tokensMax);
          }
        }
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  it("given any load, so the ledger stays short", () => {
    let ledger: RateLedger = emptyRateLedger;
    let longest = 0;
    for (let ms = 0; ms < 60_000; ms += 10) {
      ledger = grantInTurn(ledger, [{ ...orders, tokensMax: 100_000 }], [order], addMs(start, ms)).ledger;
      longest = Math.max(longest, ledger.counted.orders?.length ?? 0);
    }
    expect(longest).toBeLessThanOrEqual(70);
  });
});
