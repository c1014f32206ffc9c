/** How often and when an order is tried again; all waits in milliseconds. */
export interface RetryPolicy {
  /** Attempts in all, the first one included. */
  readonly attemptsMax: number;
  /** Before the second attempt; doubles with each one after it. */
  readonly delayMs: number;
  readonly delayMsMax: number;
  /** Jitter on top, as a share of the delay: 0.1 is at most a tenth. */
  readonly jitterRatioMax: number;
}

/** `policy` with what `overrides` say otherwise. */
export function overridden(
  policy: RetryPolicy,
  overrides: { readonly [K in keyof RetryPolicy]?: RetryPolicy[K] | undefined },
): RetryPolicy {
  return {
    attemptsMax: overrides.attemptsMax ?? policy.attemptsMax,
    delayMs: overrides.delayMs ?? policy.delayMs,
    delayMsMax: overrides.delayMsMax ?? policy.delayMsMax,
    jitterRatioMax: overrides.jitterRatioMax ?? policy.jitterRatioMax,
  };
}

/** 1 s, 2 s, then 4 s …, at most 30 s, at most 10 % on top; 3 attempts. */
export const defaultRetryPolicy: RetryPolicy = {
  attemptsMax: 3,
  delayMs: 1_000,
  delayMsMax: 30_000,
  jitterRatioMax: 0.1,
};
