import { SurefillError } from "../error/surefill-error.ts";
import type { RateLedgerKey, RateLedgerStore } from "../store/rate-ledger-store.ts";
import type { Clock } from "../time/clock.ts";
import { elapsedMs } from "../time/wall-time.ts";
import {
  grantInTurn,
  type LimitTerms,
  paused,
  pauseMsMax,
  type TokenRequest,
  tokensLeft,
  useMsOf,
} from "./rate-ledger.ts";

/** Requests of one budget that wait in this process; one more is turned away at once. */
const waitingMax = 1_000;
/** Requests granted in one replacement of the ledger. */
const batchMax = 100;
/** Longest sleep before the ledger is read again: another process may have set a pause, or its end. */
const sleepMsMax = 1_000;
/** Lost races for the ledger before the next try waits a moment. */
const conflictsMax = 10;
const afterConflictsMs = 20;
/** How often the ledger is replaced to note a pause, before that is left to this process alone. */
const pauseTriesMax = 10;

/** Leave for one request to go out until then, monotonic. */
export interface TokenGrant {
  readonly lapsesAtMs: number;
  /** It did not come at once: what the request rests on may have changed. */
  readonly hasWaited: boolean;
  /** How long there was no room for it; 0 where there was at the first look. */
  readonly heldMs: number;
}

/** What is left of one limit. */
export interface LimitLeft {
  readonly limit: LimitTerms;
  readonly tokensLeft: number;
}

interface Waiter extends TokenRequest {
  readonly grant: (grant: TokenGrant) => void;
  readonly refuse: (error: SurefillError) => void;
  readonly sinceMs: number;
  isHeld: boolean;
}

/**
 * This process's requests to a venue for one account, or for all of them together, urgent ones first, else first come, first served. How many may
 * leave is kept in a ledger that all processes share, so that together they stay within the limits; where the venue
 * states no limits there is none to keep, and only a pause that the venue asked for holds requests.
 */
export class RequestBudget {
  readonly #clock: Clock;
  readonly #store: RateLedgerStore;
  readonly #key: RateLedgerKey;
  readonly #limits: readonly LimitTerms[];
  readonly #useMs: number;
  readonly #urgent: Waiter[] = [];
  readonly #normal: Waiter[] = [];
  #pausedUntilMs = 0;
  #isPumping = false;
  #wake: (() => void) | undefined;
  /** An urgent request has come since the last look. */
  #hasNews = false;

  constructor(clock: Clock, store: RateLedgerStore, key: RateLedgerKey, limits: readonly LimitTerms[]) {
    this.#clock = clock;
    this.#store = store;
    this.#key = key;
    this.#limits = limits;
    this.#useMs = useMsOf(limits);
  }

  /**
   * Waits for the tokens of one request. @throws SurefillError RATE_BUDGET_USED_UP when `signal` aborts first or too
   * many wait, STORE_UNAVAILABLE when the ledger can't be read. Nothing may be sent then.
   */
  async take(request: TokenRequest, signal: AbortSignal): Promise<TokenGrant> {
    if (signal.aborted) throw this.#usedUp("no room came in time");
    if (!this.#isHeld(request)) return { lapsesAtMs: Number.POSITIVE_INFINITY, hasWaited: false, heldMs: 0 };
    if (this.#urgent.length + this.#normal.length >= waitingMax) throw this.#usedUp(`${waitingMax} requests wait`);
    return this.#wait(request, signal);
  }

  /** The venue asks for a pause: only urgent requests leave until it is over, here at once and elsewhere soon. */
  async pause(ms: number): Promise<void> {
    const pauseMs = Math.min(Math.max(ms, 0), pauseMsMax);
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#clock.monotonicMs() + pauseMs);
    if (this.#limits.length === 0) return;
    for (let tries = 0; tries < pauseTriesMax; tries += 1) {
      const { version, ledger, now } = await this.#store.read(this.#key);
      if (await this.#store.replace(this.#key, version, paused(ledger, pauseMs, now))) return;
    }
  }

  /** Until the pause that the venue asked this process for is over. */
  pausedMs(): number {
    return Math.max(0, this.#pausedUntilMs - this.#clock.monotonicMs());
  }

  /** What all processes together have left now. */
  async left(): Promise<readonly LimitLeft[]> {
    if (this.#limits.length === 0) return [];
    const { ledger, now } = await this.#store.read(this.#key);
    return this.#limits.map((limit) => ({ limit, tokensLeft: tokensLeft(ledger, limit, now) }));
  }

  #isHeld({ cost, isUrgent }: TokenRequest): boolean {
    return this.#limits.some(({ name }) => (cost[name] ?? 0) > 0) || (!isUrgent && this.pausedMs() > 0);
  }

  #wait(request: TokenRequest, signal: AbortSignal): Promise<TokenGrant> {
    const queue = request.isUrgent ? this.#urgent : this.#normal;
    const { promise, resolve, reject } = Promise.withResolvers<TokenGrant>();
    const leave = () => {
      signal.removeEventListener("abort", giveUp);
      const place = queue.indexOf(waiter);
      if (place >= 0) queue.splice(place, 1);
    };
    const waiter: Waiter = {
      ...request,
      ...{ sinceMs: this.#clock.monotonicMs(), isHeld: false },
      grant: (grant) => {
        leave();
        resolve(grant);
      },
      refuse: (error) => {
        leave();
        reject(error);
      },
    };
    const giveUp = () => waiter.refuse(this.#usedUp("no room came in time"));
    signal.addEventListener("abort", giveUp, { once: true });
    queue.push(waiter);
    if (request.isUrgent) {
      this.#hasNews = true;
      this.#wake?.();
    }
    if (!this.#isPumping) void this.#pump();
    return promise;
  }

  async #pump(): Promise<void> {
    this.#isPumping = true;
    let conflicts = 0;
    while (this.#urgent.length + this.#normal.length > 0) {
      try {
        const waitMs = await this.#grantNext();
        conflicts = waitMs === "CONFLICT" ? conflicts + 1 : 0;
        if (typeof waitMs === "number") await this.#sleep(waitMs);
        else if (conflicts > conflictsMax) await this.#sleep(afterConflictsMs);
      } catch (thrown) {
        for (const waiter of [...this.#urgent, ...this.#normal]) waiter.refuse(SurefillError.from(thrown));
      }
    }
    this.#isPumping = false;
  }

  /** Grants what there is room for; else says how long to wait. */
  async #grantNext(): Promise<"GRANTED" | "CONFLICT" | number> {
    // Before the ledger's clock is read, so that no grant is believed to last longer than the ledger counts it.
    const lapsesAtMs = this.#clock.monotonicMs() + this.#useMs;
    this.#hasNews = false;
    const pausedMs = this.pausedMs();
    const batch = [...this.#urgent, ...(pausedMs > 0 ? [] : this.#normal)].slice(0, batchMax);
    if (pausedMs > 0) hold(this.#normal);
    if (batch.length === 0) return pausedMs;
    if (this.#limits.length === 0) return this.#give(batch, Number.POSITIVE_INFINITY);
    const { version, ledger, now } = await this.#store.read(this.#key);
    const granted = grantInTurn(ledger, this.#limits, batch, now);
    hold(batch.slice(granted.count));
    if (granted.count === 0) return elapsedMs(now, granted.retryAt);
    if (!(await this.#store.replace(this.#key, version, granted.ledger))) return "CONFLICT";
    // A store that took so long gave tokens that can't be used any more; they count until they end, and we ask again.
    if (this.#clock.monotonicMs() >= lapsesAtMs) return "CONFLICT";
    return this.#give(batch.slice(0, granted.count), lapsesAtMs);
  }

  #give(waiters: readonly Waiter[], lapsesAtMs: number): "GRANTED" {
    const nowMs = this.#clock.monotonicMs();
    for (const waiter of waiters) {
      const heldMs = waiter.isHeld ? nowMs - waiter.sinceMs : 0;
      waiter.grant({ lapsesAtMs, hasWaited: true, heldMs });
    }
    return "GRANTED";
  }

  async #sleep(ms: number): Promise<void> {
    if (this.#hasNews) return;
    const woken = new AbortController();
    this.#wake = () => woken.abort("woken");
    await this.#clock.sleep(Math.min(ms, sleepMsMax), woken.signal);
    this.#wake = undefined;
  }

  #usedUp(reason: string): SurefillError {
    const { venue, account } = this.#key;
    const whose = account === undefined ? "of all accounts" : `of account ${account}`;
    const text = `the request budget ${whose} at ${venue} is used up: ${reason}; nothing was sent`;
    const context = account === undefined ? { venue } : { venue, account };
    return new SurefillError("RATE_BUDGET_USED_UP", text, { context });
  }
}

function hold(waiters: readonly Waiter[]): void {
  for (const waiter of waiters) waiter.isHeld = true;
}
