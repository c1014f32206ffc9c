import { type AccountId, type RateLimit, type VenueId, venueAccountKey } from "@surefill/core";

/** Counts the requests that reach venues, in every window. */
export class RequestCount {
  readonly #times = new Map<string, number[]>();

  /** What is wrong with one more request at `nowMs`, or undefined. */
  excess(venue: VenueId, account: AccountId, limits: readonly RateLimit[], nowMs: number): string | undefined {
    if (limits.length === 0) return undefined;
    const key = venueAccountKey({ venue, account });
    const longestMs = Math.max(...limits.map(({ windowMs }) => windowMs));
    const times = (this.#times.get(key) ?? []).filter((atMs) => atMs > nowMs - longestMs);
    times.push(nowMs);
    this.#times.set(key, times);
    for (const { name, requestsMax, windowMs } of limits) {
      const count = times.filter((atMs) => atMs > nowMs - windowMs).length;
      if (count > requestsMax) return `${key}: ${count} requests within ${windowMs} ms, ${name} allows ${requestsMax}`;
    }
    return undefined;
  }
}
