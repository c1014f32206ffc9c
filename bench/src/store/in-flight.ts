import { performance } from "node:perf_hooks";
import type { Contender } from "./contender.ts";
import type { OrderLife } from "./order-life.ts";

/** What one run measured. */
export interface RunFigures {
  readonly ordersPerSecond: number;
  /** Per transition. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

/**
 * Lets `lives` through, `inFlight` of them at a time, each waiting for one transition to be durable before the next,
 * for at most `seconds`.
 */
export async function runInFlight(
  contender: Contender,
  lives: readonly OrderLife[],
  inFlight: number,
  seconds: number,
): Promise<RunFigures> {
  const latenciesMs = new Float64Array(lives.length * 4);
  let transitions = 0;
  let orders = 0;
  const startedMs = performance.now();
  const deadlineMs = startedMs + seconds * 1_000;
  const slots = Array.from({ length: inFlight }, async (_, slot) => {
    for (let number = slot; number < lives.length && performance.now() < deadlineMs; number += inFlight) {
      for (const change of lives[number] ?? []) {
        const sentMs = performance.now();
        await contender.commit(change);
        latenciesMs[transitions] = performance.now() - sentMs;
        transitions += 1;
      }
      orders += 1;
    }
  });
  await Promise.all(slots);
  const elapsedSeconds = (performance.now() - startedMs) / 1_000;
  const sorted = latenciesMs.subarray(0, transitions).sort();
  return {
    ordersPerSecond: orders / elapsedSeconds,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
  };
}

function quantile(sorted: Float64Array, share: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
}
