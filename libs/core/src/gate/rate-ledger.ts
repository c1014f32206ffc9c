import { addMs, earlierOf, laterOf, type WallTime, wallTime } from "../time/wall-time.ts";

/** Tokens given out, which count until then, by the store's clock. */
export interface CountedTokens {
  readonly until: WallTime;
  readonly tokens: number;
}

/** What a venue account's requests have used up, shared by every process that asks its venue. */
export interface RateLedger {
  /** By the limit's name. */
  readonly counted: Readonly<Record<string, readonly CountedTokens[]>>;
  /** The venue asked for a pause: until then only urgent requests leave. */
  readonly pausedUntil?: WallTime;
}

export const emptyRateLedger: RateLedger = { counted: {} };

/** A limit as we keep to it. */
export interface LimitTerms {
  readonly name: string;
  /** Tokens that may leave in any `windowMs`. */
  readonly tokensMax: number;
  /** Those of them that only urgent requests may use. */
  readonly tokensReserved: number;
  readonly windowMs: number;
}

/** What one request takes of each limit, by the limit's name. */
export type RequestCost = Readonly<Record<string, number>>;

/** A request that waits for its tokens. */
export interface TokenRequest {
  readonly cost: RequestCost;
  /** May use the reserve, and is not held by a pause. */
  readonly isUrgent: boolean;
}

export interface Granted {
  /** The ledger with the granted requests counted. */
  readonly ledger: RateLedger;
  /** How many of the requests, from the first on, may leave. */
  readonly count: number;
  /** When asking again may help the next one, by the store's clock. */
  readonly retryAt: WallTime;
}

/** Longest pause that is believed; after it one request asks again. */
export const pauseMsMax = 3_600_000;
/** Longest time between a grant and the request's leaving. */
const useMsMax = 2_000;
/** Tokens that end at almost the same time are one entry: rounded up, so that none ends too early. */
const entriesPerWindow = 50;
/** Least wait before asking again. */
const againMs = 5;

/** How long after its grant a request may leave: a fifth of the shortest window, at most 2 s. */
export function useMsOf(terms: readonly LimitTerms[]): number {
  return Math.min(useMsMax, ...terms.map(({ windowMs }) => windowMs / 5));
}

/**
 * Gives tokens to `requests` in turn, as far as there is room; nobody is overtaken. Pure, so that every store keeps
 * the same books.
 *
 * Why never more than `tokensMax` leave in any window, however many processes share the ledger: a token granted at s
 * leaves between s and s + use, and counts until s + use + window. Of all tokens that leave in [t, t + window), take
 * the one granted last, at s' < t + window. Each other one left at t or later, so its s ≥ t − use, and it counted
 * until t + window or later: it was still counted at s'. Ledgers are replaced by compare-and-set, so the grant at s'
 * saw them all, and with them there was room.
 */
export function grantInTurn(
  before: RateLedger,
  terms: readonly LimitTerms[],
  requests: readonly TokenRequest[],
  now: WallTime,
): Granted {
  const ledger = current(before, terms, now);
  const used = new Map(terms.map(({ name }) => [name, tokensOf(ledger, name)]));
  const isPaused = ledger.pausedUntil !== undefined;
  let count = 0;
  for (const { cost, isUrgent } of requests) {
    if (isPaused && !isUrgent) break;
    if (!terms.every((limit) => fits(limit, used.get(limit.name) ?? 0, cost, isUrgent))) break;
    for (const { name } of terms) used.set(name, (used.get(name) ?? 0) + (cost[name] ?? 0));
    count += 1;
  }
  const granted = requests.slice(0, count);
  return { ledger: counting(ledger, terms, granted, now), count, retryAt: nextChange(ledger, now) };
}

/** The ledger after the venue asked for a pause of `ms`; a longer pause stands. */
export function paused(ledger: RateLedger, ms: number, now: WallTime): RateLedger {
  const until = addMs(now, Math.min(Math.max(ms, 0), pauseMsMax));
  return { ...ledger, pausedUntil: laterOf(until, ledger.pausedUntil ?? until) };
}

/** Tokens of a limit that are free now, the reserve included. */
export function tokensLeft(ledger: RateLedger, limit: LimitTerms, now: WallTime): number {
  return Math.max(0, limit.tokensMax - tokensOf(current(ledger, [limit], now), limit.name));
}

function fits({ name, tokensMax, tokensReserved }: LimitTerms, used: number, cost: RequestCost, isUrgent: boolean) {
  const wanted = cost[name] ?? 0;
  return wanted === 0 || used + wanted <= tokensMax - (isUrgent ? 0 : tokensReserved);
}

/** Without what has ended. A store's clock that was set back must not stop an account for that long: ends are bounded. */
function current({ counted, pausedUntil }: RateLedger, terms: readonly LimitTerms[], now: WallTime): RateLedger {
  const useMs = useMsOf(terms);
  const entries = terms.map((limit) => {
    const latest = latestEnd(limit, useMs, now);
    const live = (counted[limit.name] ?? []).filter(({ until }) => until > now);
    return [limit.name, live.map(({ until, tokens }) => ({ until: earlierOf(until, latest), tokens }))] as const;
  });
  const live: RateLedger = { counted: Object.fromEntries(entries.filter(([, tokens]) => tokens.length > 0)) };
  if (pausedUntil === undefined || pausedUntil <= now) return live;
  return { ...live, pausedUntil: earlierOf(pausedUntil, addMs(now, pauseMsMax)) };
}

function counting(
  ledger: RateLedger,
  terms: readonly LimitTerms[],
  granted: readonly TokenRequest[],
  now: WallTime,
): RateLedger {
  const useMs = useMsOf(terms);
  const counted = { ...ledger.counted };
  for (const limit of terms) {
    const tokens = granted.reduce((sum, { cost }) => sum + (cost[limit.name] ?? 0), 0);
    if (tokens === 0) continue;
    const until = latestEnd(limit, useMs, now);
    const entries = counted[limit.name] ?? [];
    const same = entries.find((entry) => entry.until === until)?.tokens ?? 0;
    counted[limit.name] = [...entries.filter((entry) => entry.until !== until), { until, tokens: tokens + same }];
  }
  return { ...ledger, counted };
}

/** When tokens granted now end: no earlier than use + window from now. */
function latestEnd({ windowMs }: LimitTerms, useMs: number, now: WallTime): WallTime {
  const step = Math.ceil((windowMs * 1_000) / entriesPerWindow);
  return wallTime(Math.ceil(addMs(now, useMs + windowMs) / step) * step);
}

function tokensOf({ counted }: RateLedger, name: string): number {
  return (counted[name] ?? []).reduce((sum, { tokens }) => sum + tokens, 0);
}

function nextChange({ counted, pausedUntil }: RateLedger, now: WallTime): WallTime {
  const ends = Object.values(counted).flatMap((entries) => entries.map(({ until }) => until));
  if (pausedUntil !== undefined) ends.push(pausedUntil);
  const next = ends.sort((a, b) => a - b)[0];
  const again = addMs(now, againMs);
  return next === undefined ? again : laterOf(next, again);
}
