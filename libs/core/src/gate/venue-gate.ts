import type { AccountId } from "../account/account-id.ts";
import { type OrderError, orderError } from "../error/order-error.ts";
import { SurefillError } from "../error/surefill-error.ts";
import type { RateLedgerStore } from "../store/rate-ledger-store.ts";
import type { Log } from "../telemetry/log.ts";
import type { Clock } from "../time/clock.ts";
import { withDeadline } from "../time/with-deadline.ts";
import type { MeteredOperation, RateLimit } from "../venue/capabilities.ts";
import type { VenueId } from "../venue/venue-id.ts";
import { AccountBudget, type LimitLeft } from "./account-budget.ts";
import { AttemptPermit } from "./attempt-permit.ts";
import {
  attemptOperations,
  budgetTerms,
  costOf,
  defaultRateBudgetPolicy,
  type RateBudgetPolicy,
} from "./budget-terms.ts";
import {
  type BreakerPass,
  type BreakerPolicy,
  type BreakerView,
  CircuitBreaker,
  type Contact,
  defaultBreakerPolicy,
} from "./circuit-breaker.ts";

/** What a gate stands on. */
export interface GatePorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly rates: RateLedgerStore;
}

/** Whose requests a gate holds. */
export interface GateTerms {
  readonly venue: VenueId;
  readonly accounts: readonly AccountId[];
  readonly rateLimits: readonly RateLimit[];
  readonly rateBudget?: RateBudgetPolicy;
  readonly breaker?: BreakerPolicy;
}

/** A request that is not part of an attempt. */
export interface AccountRequest {
  readonly account: AccountId;
  readonly operation: Exclude<MeteredOperation, (typeof attemptOperations)[number]>;
  /** May use the reserve, and is not held by a pause. */
  readonly isUrgent: boolean;
}

/** A venue account's budget, as it is shown to people. */
export interface BudgetView {
  readonly account: AccountId;
  /** Until normal requests leave again; 0 where nothing holds them. */
  readonly pausedMs: number;
  readonly limits: readonly LimitLeft[];
}

/** The pause after "too many requests" without a word about how long. */
const pauseMsDefault = 1_000;
/** How long a submission whose payment has lapsed may wait for another one. */
const renewMsMax = 1_000;

/**
 * What stands between us and a venue: one circuit breaker, and a budget of requests for each account. Requests that
 * get an order out of trouble (cancels, look-ups, orders that reduce a position) pass the breaker whatever its state,
 * may use the budgets' reserve, and are not held by a pause.
 */
export class VenueGate {
  readonly #ports: GatePorts;
  readonly #venue: VenueId;
  readonly #rateLimits: readonly RateLimit[];
  readonly #breaker: CircuitBreaker;
  readonly #budgets: ReadonlyMap<AccountId, AccountBudget>;

  /** @throws SurefillError CONFIG_INVALID where the limits leave no room for a request. */
  constructor(ports: GatePorts, { venue, accounts, rateLimits, rateBudget, breaker }: GateTerms) {
    this.#ports = ports;
    this.#venue = venue;
    this.#rateLimits = rateLimits;
    this.#breaker = new CircuitBreaker(ports.clock, breaker ?? defaultBreakerPolicy);
    const limits = budgetTerms(venue, rateLimits, rateBudget ?? defaultRateBudgetPolicy);
    const budgetOf = (account: AccountId) => new AccountBudget(ports.clock, ports.rates, { venue, account }, limits);
    this.#budgets = new Map(accounts.map((account) => [account, budgetOf(account)]));
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
        await this.#breaker.untilChange(signal);
        continue;
      }
      const permit = await this.#pay(account, pass, hasWaited, signal);
      if (permit !== undefined) return permit;
      hasWaited = true;
    }
    return undefined;
  }

  /**
   * Makes one request for the account once there is room for it. @throws SurefillError RATE_BUDGET_USED_UP when
   * `signal` aborts first: nothing was sent; and what `request` throws.
   */
  async ask<T>(
    { account, operation, isUrgent }: AccountRequest,
    signal: AbortSignal,
    request: () => Promise<T>,
  ): Promise<T> {
    await this.#budgets.get(account)?.take({ cost: costOf(this.#rateLimits, [operation]), isUrgent }, signal);
    try {
      return await request();
    } catch (thrown) {
      if (thrown instanceof SurefillError) this.refused(account, thrown.toOrderError(), thrown.retryAfterMs);
      throw thrown;
    }
  }

  /** The venue refused a request of the account; if it asks for a pause, normal requests of the account wait. */
  refused(account: AccountId, { code }: OrderError, retryAfterMs: number | undefined): void {
    const pauseMs = retryAfterMs ?? (code === "RATE_LIMITED" ? pauseMsDefault : undefined);
    if (pauseMs === undefined) return;
    this.#ports.log.warn(
      { venue: this.#venue, account, pause_ms: pauseMs, error_code: code },
      "the venue asks for a pause",
    );
    this.#budgets
      .get(account)
      ?.pause(pauseMs)
      .catch((error: unknown) => {
        this.#ports.log.warn({ error, account }, "the pause is known to this process alone");
      });
  }

  breaker(): BreakerView {
    return this.#breaker.view();
  }

  /** What each account's requests have left. @throws SurefillError STORE_UNAVAILABLE */
  budgets(): Promise<readonly BudgetView[]> {
    const view = async ([account, budget]: [AccountId, AccountBudget]): Promise<BudgetView> => ({
      account,
      pausedMs: budget.pausedMs(),
      limits: await budget.left(),
    });
    return Promise.all([...this.#budgets].map(view));
  }

  async #pay(
    account: AccountId,
    pass: BreakerPass,
    hasWaited: boolean,
    signal: AbortSignal,
  ): Promise<AttemptPermit | undefined> {
    const isUrgent = pass.isExempt;
    try {
      const cost = costOf(this.#rateLimits, attemptOperations);
      const grant = await this.#budgets.get(account)?.take({ cost, isUrgent }, signal);
      if (this.#breaker.holds(pass) && !signal.aborted) {
        return new AttemptPermit({
          hasWaited: hasWaited || grant?.hasWaited === true,
          mayLeave: () => this.#mayLeave(account, grant?.lapsesAtMs ?? Number.POSITIVE_INFINITY),
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
    if (state === "OPEN" && contact === "UNANSWERED" && before !== "OPEN")
      this.#ports.log.warn(fields, "the venue does not answer: new orders wait");
    if (state === "CLOSED" && before !== "CLOSED") this.#ports.log.info(fields, "the venue answers again");
  }

  /** A prepare that took long leaves a payment that has lapsed: the submission pays again, from the reserve if need be. */
  async #mayLeave(account: AccountId, lapsesAtMs: number): Promise<OrderError | undefined> {
    const { clock } = this.#ports;
    const budget = this.#budgets.get(account);
    if (budget === undefined || clock.monotonicMs() < lapsesAtMs) return undefined;
    const cost = costOf(this.#rateLimits, ["submit"]);
    try {
      await withDeadline(clock, renewMsMax, (late) => budget.take({ cost, isUrgent: true }, late));
      return undefined;
    } catch (thrown) {
      const { message } = SurefillError.from(thrown);
      return orderError("RATE_BUDGET_USED_UP", `paying for the submission again failed: ${message}`);
    }
  }
}
