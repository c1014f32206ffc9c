import {
  type AccountId,
  type AttemptReference,
  type AttemptRequest,
  type CancelAllOutcome,
  type CancelOutcome,
  type ExecutionReport,
  type FillPage,
  type LookupAnswer,
  type OrderError,
  orderError,
  type PrepareAnswer,
  type PreparedAttempt,
  type SubmitKey,
  type SubmitOutcome,
  type Venue,
  type VenueFill,
  venueFillId,
  venueOrderId,
  type WallTime,
} from "@surefill/core";
import type { Faults } from "../fault/faults.ts";
import { poisonOf } from "../scenario/poison.ts";
import type { VenueCharacter } from "./venue-character.ts";

/** What a venue that acknowledges first has refused since, from when the exchange did; all processes see the same. */
export type LateRefusals = ReadonlyMap<SubmitKey, OrderError>;

const refusedCancels = { cancel_refused: 0.12 } as const;
const failedPrepares = { prepare_failed: 0.02 } as const;

/** The paper venue with the manners of others: see VenueCharacter. What it tells is true, if not always all of it. */
export class UnrulyVenue implements Venue {
  readonly #venue: Venue;
  readonly #character: VenueCharacter;
  readonly #faults: Faults;
  readonly #refusals: LateRefusals;
  readonly instruments: Venue["instruments"];
  readonly prices: Venue["prices"];
  readonly balances: Venue["balances"];
  readonly close: Venue["close"];
  /** Absent where the venue has no stream. */
  readonly watch?: NonNullable<Venue["watch"]>;
  /** Absent where the venue has none. */
  readonly cancelAll?: NonNullable<Venue["cancelAll"]>;

  constructor(venue: Venue, character: VenueCharacter, faults: Faults, refusals: LateRefusals) {
    this.#venue = venue;
    this.#character = character;
    this.#faults = faults;
    this.#refusals = refusals;
    this.instruments = (signal) => venue.instruments(signal);
    this.prices = (symbols, signal) => venue.prices(symbols, signal);
    this.balances = (account, signal) => venue.balances(account, signal);
    this.close = () => venue.close();
    const watch = venue.watch?.bind(venue);
    if (watch !== undefined && character.capabilities.streams) {
      this.watch = (account, signal) => this.#translated(watch(account, signal));
    }
    const cancelAll = venue.cancelAll?.bind(venue);
    if (cancelAll !== undefined) this.cancelAll = (...call) => this.#sweep(() => cancelAll(...call));
  }

  async prepare(request: AttemptRequest, signal: AbortSignal): Promise<PrepareAnswer> {
    if (poisonOf(request.instruction.clientOrderId) === "prepare") throw new TypeError("a bug in the venue's library");
    if (this.#faults.draw(failedPrepares) !== undefined) {
      const code = this.#faults.happens(0.7) ? "VENUE_BUSY" : "INVALID_SYMBOL";
      return { kind: "FAILED", error: orderError(code, "not now") };
    }
    const answer = await this.#venue.prepare(request, signal);
    if (answer.kind === "FAILED" || this.#character.capabilities.requestsExpire) return answer;
    const { validUntil, ...attempt } = answer.attempt;
    return { kind: "PREPARED", attempt };
  }

  async submit(account: AccountId, attempt: PreparedAttempt, signal: AbortSignal): Promise<SubmitOutcome> {
    const outcome = await this.#venue.submit(account, attempt, signal);
    if (outcome.kind !== "REJECTED" || !this.#refusals.has(attempt.submitKey)) return outcome;
    this.#faults.count("late_refusal");
    return { kind: "ACCEPTED", venueOrderId: venueOrderId(`ack_${attempt.submitKey}`) };
  }

  async lookup(reference: AttemptReference, signal: AbortSignal): Promise<LookupAnswer> {
    const answer = await this.#venue.lookup(reference, signal);
    const refusal = this.#refusals.get(reference.submitKey);
    if (refusal !== undefined && answer.kind === "NOT_FOUND") {
      const { submitKey } = reference;
      return { kind: "FOUND", report: { submitKey, evidence: { kind: "REJECTED", error: refusal }, fills: [] } };
    }
    return answer.kind === "FOUND" ? { kind: "FOUND", report: this.#told(answer.report) } : answer;
  }

  async cancel(reference: AttemptReference, signal: AbortSignal): Promise<CancelOutcome> {
    if (this.#faults.draw(refusedCancels) !== undefined) {
      const code = this.#faults.happens(0.5) ? "VENUE_BUSY" : "ORDER_VALIDATION";
      return { kind: "REFUSED", error: orderError(code, "not now") };
    }
    const outcome = await this.#venue.cancel(reference, signal);
    if (outcome.kind !== "ACCEPTED" || outcome.report === undefined) return outcome;
    // Half of the venues tell of the end by a report of its own.
    return this.#faults.happens(0.5) ? { kind: "ACCEPTED" } : { kind: "ACCEPTED", report: this.#told(outcome.report) };
  }

  async #sweep(sweep: () => Promise<CancelAllOutcome>): Promise<CancelAllOutcome> {
    if (this.#faults.draw(refusedCancels) !== undefined) {
      const code = this.#faults.happens(0.5) ? "VENUE_BUSY" : "ORDER_VALIDATION";
      return { kind: "REFUSED", error: orderError(code, "not now") };
    }
    const outcome = await sweep();
    if (outcome.kind !== "ACCEPTED" || outcome.reports === undefined) return outcome;
    // Half of the venues name no orders in their answer.
    if (this.#faults.happens(0.5)) return { kind: "ACCEPTED" };
    return { kind: "ACCEPTED", reports: outcome.reports.map((report) => this.#told(report)) };
  }

  async openOrders(account: AccountId, signal: AbortSignal): Promise<readonly ExecutionReport[]> {
    return (await this.#venue.openOrders(account, signal)).map((report) => this.#told(report));
  }

  async fillsSince(
    account: AccountId,
    after: string | WallTime,
    limit: number,
    signal: AbortSignal,
  ): Promise<FillPage> {
    const page = await this.#venue.fillsSince(account, after, limit, signal);
    return { ...page, fills: page.fills.map((reported) => ({ ...reported, fill: this.#named(reported.fill) })) };
  }

  async *#translated(reports: AsyncIterable<ExecutionReport>): AsyncGenerator<ExecutionReport, void, undefined> {
    for await (const report of reports) yield this.#told(report);
  }

  #told(report: ExecutionReport): ExecutionReport {
    const fills = report.fills.map((fill) => this.#named(fill));
    if (this.#character.tellsCounts) return { ...report, fills };
    const { cumQuantity, ...uncounted } = report;
    const isEnd = report.evidence.kind !== "OPEN";
    if (!isEnd || this.#faults.isCalm || !this.#faults.happens(0.3)) return { ...uncounted, fills };
    if (fills.length > 0) this.#faults.count("end_before_fills");
    return { ...uncounted, fills: [] };
  }

  #named(fill: VenueFill): VenueFill {
    if (!this.#character.numbersFillsPerOrder) return fill;
    return { ...fill, venueFillId: venueFillId(fill.venueFillId.slice(fill.venueFillId.lastIndexOf("_") + 1)) };
  }
}
