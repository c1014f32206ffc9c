import type { AccountId } from "../account/account-id.ts";
import { type OrderError, orderError } from "../error/order-error.ts";
import { SurefillError } from "../error/surefill-error.ts";
import type { RateLedgerStore } from "../store/rate-ledger-store.ts";
import type { GateMetrics } from "../telemetry/gate-metrics.ts";
import type { Log } from "../telemetry/log.ts";
import type { Clock } from "../time/clock.ts";
import { withDeadline } from "../time/with-deadline.ts";
import type { MeteredOperation, RateLimit } from "../venue/capabilities.ts";
import type { VenueId } from "../venue/venue-id.ts";
import { AttemptPermit } from "./attempt-permit.ts";
import {
  attemptOperations,
  budgetTerms,
  costOf,
  defaultRateBudgetPolicy,
  limitsOf,
  type RateBudgetPolicy,
  type venueOperations,
} from "./budget-terms.ts";
import {
  type BreakerPass,
  type BreakerPolicy,
  type BreakerView,
  CircuitBreaker,
  type Contact,
  defaultBreakerPolicy,
} from "./circuit-breaker.ts";
import { type LimitLeft, RequestBudget } from "./request-budget.ts";

/** What a gate stands on. */
export interface GatePorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly rates: RateLedgerStore;
  readonly metrics?: GateMetrics;
}

/** Whose requests a gate holds. */
export interface GateTerms {
  readonly venue: VenueId;
  readonly accounts: readonly AccountId[];
  readonly rateLimits: readonly RateLimit[];
  readonly rateBudget?: RateBudgetPolicy;
  readonly breaker?: BreakerPolicy;
}

type AttemptOperation = (typeof attemptOperations)[number];
type VenueOperation = (typeof venueOperations)[number];

/** A request that is not part of an attempt: for an account, or one that belongs to none. */
export type GatedRequest = (
  | { readonly account: AccountId; readonly operation: Exclude<MeteredOperation, AttemptOperation | VenueOperation> }
  | { readonly account?: undefined; readonly operation: VenueOperation }
) & {
  /** May use the reserve, and is not held by a pause. */
  readonly isUrgent: boolean;
};

/** What a request takes, as a whole. */
interface Purchase {
  readonly account: AccountId | undefined;
  readonly operations: readonly MeteredOperation[];
  readonly isUrgent: boolean;
}

/** A budget, as it is shown to people. */
export interface BudgetView {
  /** Whose; absent for what all accounts of the venue share, prices and instruments included. */
  readonly account?: AccountId;
  /** Until normal requests leave again; 0 where nothing holds them. */
  readonly pausedMs: number;
  readonly limits: readonly LimitLeft[];
}

/** The pause after "too many requests" without a word about how long. */
const pauseMsDefault = 1_000;
/** How long a submission whose payment has lapsed may wait for another one. */
const renewMsMax = 1_000;

/**
 * What stands between us and a venue: one circuit breaker, a budget of requests for each account, and one for what the
 * venue counts together, whoever asks. Requests that get an order out of trouble (cancels, look-ups, orders that reduce a
 * position) pass the breaker whatever its state, may use the budgets' reserve, and are not held by a pause.
 */
export class VenueGate {
  readonly #ports: GatePorts;
  readonly #venue: VenueId;
  readonly #limits: Readonly<Record<NonNullable<RateLimit["scope"]>, readonly RateLimit[]>>;
  readonly #breaker: CircuitBreaker;
  readonly #budgets: ReadonlyMap<AccountId, RequestBudget>;
  readonly #shared: RequestBudget;

  /** @throws SurefillError CONFIG_INVALID where the limits leave no room for a request. */
  constructor(ports: GatePorts, { venue, accounts, rateLimits, rateBudget, breaker }: GateTerms) {
    this.#ports = ports;
    this.#venue = venue;
    this.#limits = { ACCOUNT: limitsOf(rateLimits, "ACCOUNT"), VENUE: limitsOf(rateLimits, "VENUE") };
    this.#breaker = new CircuitBreaker(ports.clock, breaker ?? defaultBreakerPolicy);
    const policy = rateBudget ?? defaultRateBudgetPolicy;
    const ofAccounts = budgetTerms(venue, this.#limits.ACCOUNT, policy);
    const budgetOf = (account: AccountId) =>
      new RequestBudget(ports.clock, ports.rates, { venue, account }, ofAccounts);
    this.#budgets = new Map(accounts.map((account) => [account, budgetOf(account)]));
    const ofVenue = budgetTerms(venue, this.#limits.VENUE, policy, "VENUE");
    this.#shared = new RequestBudget(ports.clock, ports.rates, { venue }, ofVenue);
    ports.metrics?.gateOpened(venue);
  }

  /**
   * Waits until an attempt of the account may be made; undefined when `signal` aborts first. The attempt is paid for
   * as a whole, before it is prepared. @throws SurefillError when the budget's books can't be read.
   */
  async admit(
    account: AccountId,
    { isReducing }: { readonly isReducing: boolean },
    signal: AbortSignal,
  ): Promise<AttemptPermit | undefined> {
    let hasWaited = false;
    while (!signal.aborted) {
      const pass = this.#breaker.enter({ isExempt: isReducing });
      if (pass === undefined) {
        hasWaited = true;
        await this.#untilBreakerChanges(signal);
        continue;
      }
      const permit = await this.#pay(account, pass, hasWaited, signal);
      if (permit !== undefined) return permit;
      hasWaited = true;
    }
    return undefined;
  }

  /**
   * Makes one request once there is room for it. @throws SurefillError RATE_BUDGET_USED_UP when
   * `signal` aborts first: nothing was sent; and what `request` throws.
   */
  async ask<T>(
    { account, operation, isUrgent }: GatedRequest,
    signal: AbortSignal,
    request: () => Promise<T>,
  ): Promise<T> {
    await this.#take({ account, operations: [operation], isUrgent }, signal);
    try {
      return await request();
    } catch (thrown) {
      if (thrown instanceof SurefillError) this.refused(account, thrown.toOrderError(), thrown.retryAfterMs);
      throw thrown;
    }
  }

  /**
   * The venue refused a request; if it asks for a pause, normal requests of the account wait: those of all accounts
   * where the request was nobody's, or the venue has limits that count together, for it may mean one of these.
   */
  refused(account: AccountId | undefined, { code }: OrderError, retryAfterMs: number | undefined): void {
    const pauseMs = retryAfterMs ?? (code === "RATE_LIMITED" ? pauseMsDefault : undefined);
    if (pauseMs === undefined) return;
    this.#ports.log.warn(
      { venue: this.#venue, account, pause_ms: pauseMs, error_code: code },
      "the venue asks for a pause",
    );
    this.#ports.metrics?.pauseAsked(this.#venue, code, pauseMs);
    const own = account === undefined ? undefined : this.#budgets.get(account);
    const paused = own === undefined || this.#limits.VENUE.length > 0 ? [own, this.#shared] : [own];
    for (const budget of paused) {
      budget?.pause(pauseMs).catch((error: unknown) => {
        this.#ports.log.warn({ error, account }, "the pause is known to this process alone");
      });
    }
  }

  breaker(): BreakerView {
    return this.#breaker.view();
  }

  /**
   * What each account's requests have left, and last what all of them share, where there is anything to tell of it.
   * @throws SurefillError STORE_UNAVAILABLE
   */
  async budgets(): Promise<readonly BudgetView[]> {
    const view = async (budget: RequestBudget) => ({ pausedMs: budget.pausedMs(), limits: await budget.left() });
    const viewOf = async ([account, budget]: [AccountId, RequestBudget]) => ({ account, ...(await view(budget)) });
    const [ofAccounts, shared] = await Promise.all([Promise.all([...this.#budgets].map(viewOf)), view(this.#shared)]);
    return shared.limits.length > 0 || shared.pausedMs > 0 ? [...ofAccounts, shared] : ofAccounts;
  }

  async #untilBreakerChanges(signal: AbortSignal): Promise<void> {
    const sinceMs = this.#ports.clock.monotonicMs();
    await this.#breaker.untilChange(signal);
    const outcome = signal.aborted ? "GIVEN_UP" : "LEFT";
    const ms = this.#ports.clock.monotonicMs() - sinceMs;
    this.#ports.metrics?.held(this.#venue, { operation: "attempt", cause: "BREAKER", outcome }, ms);
  }

  /**
   * Waits for the tokens of a request, of its account's budget and of the shared one. Those of the first lapse while the
   * second is waited for too long, and are paid again: more than is used may be counted, never less.
   */
  async #take(
    { account, operations, isUrgent }: Purchase,
    signal: AbortSignal,
  ): Promise<{ readonly lapsesAtMs: number; readonly hasWaited: boolean }> {
    const { clock } = this.#ports;
    const sinceMs = clock.monotonicMs();
    const own = account === undefined ? undefined : this.#budgets.get(account);
    const costs = { own: costOf(this.#limits.ACCOUNT, operations), shared: costOf(this.#limits.VENUE, operations) };
    let hasWaited = false;
    let isHeld = false;
    try {
      for (;;) {
        const first = await own?.take({ cost: costs.own, isUrgent }, signal);
        const second = await this.#shared.take({ cost: costs.shared, isUrgent }, signal);
        const lapsesAtMs = Math.min(first?.lapsesAtMs ?? Number.POSITIVE_INFINITY, second.lapsesAtMs);
        hasWaited = hasWaited || first?.hasWaited === true || second.hasWaited;
        isHeld = isHeld || (first?.heldMs ?? 0) > 0 || second.heldMs > 0;
        if (clock.monotonicMs() < lapsesAtMs) {
          if (isHeld) this.#wasHeld(operations, "LEFT", sinceMs);
          return { lapsesAtMs, hasWaited };
        }
      }
    } catch (thrown) {
      if (SurefillError.from(thrown).code === "RATE_BUDGET_USED_UP") this.#wasHeld(operations, "GIVEN_UP", sinceMs);
      throw thrown;
    }
  }

  #wasHeld(operations: readonly MeteredOperation[], outcome: "LEFT" | "GIVEN_UP", sinceMs: number): void {
    const { clock, metrics } = this.#ports;
    const operation = operations === attemptOperations ? "attempt" : snakeCase(operations[0] ?? "");
    metrics?.held(this.#venue, { operation, cause: "BUDGET", outcome }, clock.monotonicMs() - sinceMs);
  }

  async #pay(
    account: AccountId,
    pass: BreakerPass,
    hasWaited: boolean,
    signal: AbortSignal,
  ): Promise<AttemptPermit | undefined> {
    const isUrgent = pass.isExempt;
    try {
      const grant = await this.#take({ account, operations: attemptOperations, isUrgent }, signal);
      if (this.#breaker.holds(pass) && !signal.aborted) {
        return new AttemptPermit({
          hasWaited: hasWaited || grant.hasWaited,
          mayLeave: () => this.#mayLeave(account, grant.lapsesAtMs),
          onRefusal: (error, retryAfterMs) => this.refused(account, error, retryAfterMs),
          onEnd: (contact) => this.#leave(pass, contact),
        });
      }
    } catch (thrown) {
      this.#breaker.leave(pass, "NOTHING");
      if (signal.aborted) return undefined;
      throw thrown;
    }
    this.#breaker.leave(pass, "NOTHING");
    return undefined;
  }

  #leave(pass: BreakerPass, contact: Contact): void {
    const before = this.#breaker.view().state;
    this.#breaker.leave(pass, contact);
    const { state, failuresInARow, probeInMs } = this.#breaker.view();
    const fields = { venue: this.#venue, failures_in_a_row: failuresInARow, probe_in_ms: probeInMs };
    if (state === "OPEN" && contact === "UNANSWERED" && before !== "OPEN") {
      this.#ports.metrics?.breakerOpened(this.#venue);
      this.#ports.log.warn(fields, "the venue does not answer: new orders wait");
    }
    if (state === "CLOSED" && before !== "CLOSED") this.#ports.log.info(fields, "the venue answers again");
  }

  /** A prepare that took long leaves a payment that has lapsed: the submission pays again, from the reserve if need be. */
  async #mayLeave(account: AccountId, lapsesAtMs: number): Promise<OrderError | undefined> {
    const { clock } = this.#ports;
    if (clock.monotonicMs() < lapsesAtMs) return undefined;
    const again: Purchase = { account, operations: ["submit"], isUrgent: true };
    try {
      await withDeadline(clock, renewMsMax, (late) => this.#take(again, late));
      return undefined;
    } catch (thrown) {
      const { message } = SurefillError.from(thrown);
      return orderError("RATE_BUDGET_USED_UP", `paying for the submission again failed: ${message}`);
    }
  }
}

function snakeCase(operation: string): string {
  return operation.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
