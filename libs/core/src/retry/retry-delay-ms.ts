import type { RetryPolicy } from "./retry-policy.ts";

/**
 * How long to wait after failed attempt number `attempt` (from 1), in milliseconds: delay × 2^(attempt − 1), capped,
 * plus `unit` (uniform in [0, 1)) of the largest jitter. Pure.
 */
export function retryDelayMs(policy: RetryPolicy, attempt: number, unit: number): number {
  const doublings = Math.min(Math.max(attempt, 1) - 1, 30);
  const delayMs = Math.min(policy.delayMs * 2 ** doublings, policy.delayMsMax);
  return delayMs * (1 + policy.jitterRatioMax * unit);
}
