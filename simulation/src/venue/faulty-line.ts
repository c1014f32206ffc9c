import {
  type AccountId,
  type Amount,
  addMs,
  addQuantity,
  type Instrument,
  type InstrumentId,
  type Price,
  type SubmitKey,
  type WallTime,
  zeroQuantity,
} from "@surefill/core";
import {
  type AccountFills,
  type CancelAllAnswer,
  type CancelAnswer,
  ConnectionError,
  type ExchangeApi,
  type OrderAnswer,
  type OrderReport,
  type Quote,
  type SubmitAnswer,
} from "@surefill/venue-sim/exchange";
import type { FaultKind } from "../fault/fault-kind.ts";
import type { Faults, Odds } from "../fault/faults.ts";
import type { VirtualTime } from "../time/virtual-time.ts";
import type { MarketPlace } from "./market-place.ts";
import { requestIn } from "./request-in.ts";
import { isStrangers } from "./strangers-key.ts";

const oddsOf = {
  submit: {
    connection_refused: 0.04,
    request_lost: 0.04,
    request_late: 0.04,
    answer_lost: 0.06,
    answer_late: 0.02,
    answer_malformed: 0.03,
    server_error: 0.03,
    too_many_requests: 0.04,
  },
  order: { read_failed: 0.08, not_found_for_a_while: 0.06, stale_snapshot: 0.1, partial_visibility: 0.08 },
  lie: { false_refusal: 0.05 },
  cancel: { cancel_lost: 0.1, cancel_answer_lost: 0.15, cancel_not_found: 0.1 },
  list: { read_failed: 0.03, partial_visibility: 0.05 },
  quote: { read_failed: 0.005 },
  report: { report_dropped: 0.15, report_duplicated: 0.1, report_reordered: 0.1, stream_broken: 0.02 },
} as const satisfies Readonly<Record<string, Odds>>;

/** How long a venue does not show what it refused and yet accepted: about as long as the first retry takes. */
const hiding = { msMin: 700, msMax: 2_500 } as const;
/** In a storm. */
const stormShare = 0.85;
const never = new Promise<never>(() => undefined);

/** Whoever must know what became of a request that the exchange's own log can't tell. */
export interface LineWitness {
  /** A request about an account leaves the process, whatever becomes of it. */
  asked(account: AccountId): void;
  /** The bytes leave the process. */
  sent(account: AccountId, payload: Uint8Array): void;
  /** The bytes will never reach the exchange, and the process was told so. */
  turnedAway(payload: Uint8Array): void;
  /** The process was told that it was refused, and it was not. */
  lied(payload: Uint8Array): void;
}

/** The way of one process to a sound exchange and back, where anything can go wrong. */
export class FaultyLine implements ExchangeApi {
  readonly #place: MarketPlace;
  readonly #time: VirtualTime;
  readonly #faults: Faults;
  readonly #witness: LineWitness;
  /** Aborts when the process is gone: nobody listens then. */
  readonly #gone: AbortSignal;

  constructor(place: MarketPlace, time: VirtualTime, faults: Faults, witness: LineWitness, gone: AbortSignal) {
    this.#place = place;
    this.#time = time;
    this.#faults = faults;
    this.#witness = witness;
    this.#gone = gone;
  }

  async submit(account: AccountId, payload: Uint8Array): Promise<SubmitAnswer> {
    this.#witness.asked(account);
    const fault = this.#stormy() ?? this.#lie() ?? this.#faults.draw(oddsOf.submit);
    if (fault === "connection_refused") throw new ConnectionError("NO", "the connection was refused");
    this.#witness.sent(account, payload);
    const { exchange } = this.#place;
    switch (fault) {
      case "too_many_requests":
        this.#witness.turnedAway(payload);
        return { kind: "REFUSED", reason: "EXCHANGE_FULL", message: "429: too many requests" };
      case "request_lost":
        return this.#noAnswer();
      case "request_late":
        void this.#arriveLate(account, payload);
        return this.#noAnswer();
      case "server_error":
        if (this.#faults.happens(0.5)) await exchange.submit(account, payload);
        throw new ConnectionError("MAYBE", "503");
      case "answer_lost":
        await exchange.submit(account, payload);
        return this.#noAnswer();
      case "answer_malformed":
        await exchange.submit(account, payload);
        throw new ConnectionError("MAYBE", "an answer of <html>");
      case "answer_late": {
        const answer = await exchange.submit(account, payload);
        await this.#time.sleep(this.#faults.between(2_000, 18_000));
        return answer;
      }
      case "false_refusal": {
        const hiddenMs = this.#faults.between(hiding.msMin, hiding.msMax);
        this.#place.hiddenUntilMs.set(requestIn(payload).submitKey, this.#time.nowMs + hiddenMs);
        const answer = await exchange.submit(account, payload);
        if (answer.kind === "REFUSED") return answer;
        this.#witness.lied(payload);
        const reason = this.#faults.happens(0.6) ? "EXCHANGE_FULL" : "INSUFFICIENT_BALANCE";
        return { kind: "REFUSED", reason, message: "refused, and yet accepted" };
      }
      default:
        return exchange.submit(account, payload);
    }
  }

  async order(account: AccountId, submitKey: SubmitKey): Promise<OrderAnswer> {
    this.#witness.asked(account);
    const fault = this.#stormy() ?? this.#faults.draw(oddsOf.order);
    const known = await this.#place.exchange.order(account, submitKey);
    if (this.#isHidden({ submitKey })) throw new ConnectionError("MAYBE", "not now");
    const answer: OrderAnswer = this.#place.forgotten.has(submitKey) ? { kind: "NOT_FOUND", asOf: known.asOf } : known;
    switch (fault) {
      case "read_failed":
      case "server_error":
      case "too_many_requests":
        throw new ConnectionError("MAYBE", fault);
      case "not_found_for_a_while": {
        // A replica that lags, and says honestly how far.
        const asOf = addMs(answer.asOf, -this.#faults.between(500, 4_000));
        return answer.kind === "FOUND" && answer.report.acceptedAt <= asOf ? answer : { kind: "NOT_FOUND", asOf };
      }
      case "stale_snapshot":
        return answer.kind === "FOUND" ? { ...answer, report: this.#earlier(answer.report) } : answer;
      case "partial_visibility":
        return answer.kind === "FOUND" ? { ...answer, report: { ...answer.report, fills: [] } } : answer;
      default:
        return answer;
    }
  }

  async cancel(account: AccountId, submitKey: SubmitKey): Promise<CancelAnswer> {
    this.#witness.asked(account);
    const fault = this.#stormy() ?? this.#faults.draw(oddsOf.cancel);
    if (fault === "cancel_lost" || fault === "server_error" || fault === "too_many_requests") {
      throw new ConnectionError("MAYBE", fault);
    }
    if (fault === "cancel_not_found" || this.#place.forgotten.has(submitKey)) return { kind: "NOT_OPEN" };
    const answer = await this.#place.exchange.cancel(account, submitKey);
    return fault === "cancel_answer_lost" ? this.#noAnswer() : answer;
  }

  async cancelAll(account: AccountId, instrument: InstrumentId | undefined): Promise<CancelAllAnswer> {
    this.#witness.asked(account);
    const fault = this.#stormy() ?? this.#faults.draw(oddsOf.cancel);
    switch (fault) {
      case "cancel_lost":
      case "server_error":
      case "too_many_requests":
        throw new ConnectionError("MAYBE", fault);
      case "cancel_not_found":
        // It says that it is done, and has not begun.
        return { cancelled: [] };
      case "cancel_answer_lost":
        await this.#place.exchange.cancelAll(account, instrument);
        return this.#noAnswer();
      default:
        return this.#place.exchange.cancelAll(account, instrument);
    }
  }

  async openOrders(account: AccountId): Promise<readonly OrderReport[]> {
    this.#witness.asked(account);
    const fault = this.#failing(oddsOf.list);
    const open = (await this.#place.exchange.openOrders(account)).filter((report) => !this.#isUnseen(report));
    if (fault !== "partial_visibility") return open;
    // What others have placed is always listed: nothing else tells of it.
    return open.filter(({ submitKey }) => isStrangers(submitKey) || this.#faults.happens(0.5));
  }

  async fills(account: AccountId, after: string | WallTime, limit: number): Promise<AccountFills> {
    this.#witness.asked(account);
    const fault = this.#failing(oddsOf.list);
    // Fills are seen late, and in their order: a page ends earlier than it could.
    const visible = fault === "partial_visibility" ? this.#faults.whole(1, 3) : limit;
    const page = await this.#place.exchange.fills(account, after, visible);
    const firstHidden = page.fills.findIndex((fill) => this.#isHidden(fill));
    if (firstHidden === 0) throw new ConnectionError("NO", "not now");
    return firstHidden < 0 ? page : this.#place.exchange.fills(account, after, firstHidden);
  }

  async quotes(
    instruments: readonly InstrumentId[],
    _signal: AbortSignal,
    expected?: Price,
  ): Promise<readonly Quote[]> {
    this.#failing(oddsOf.quote);
    return this.#place.exchange.quotes(instruments, undefined, expected);
  }

  instruments(): Promise<readonly Instrument[]> {
    return this.#place.exchange.instruments();
  }

  balances(account: AccountId): Promise<ReadonlyMap<string, Amount>> {
    return this.#place.exchange.balances(account);
  }

  async *reports(account: AccountId, signal: AbortSignal): AsyncGenerator<OrderReport, void, undefined> {
    let held: OrderReport | undefined;
    for await (const report of this.#place.exchange.reports(account, AbortSignal.any([signal, this.#gone]))) {
      if (this.#isUnseen(report)) continue;
      const fault = this.#faults.draw(oddsOf.report);
      if (fault === "report_dropped") continue;
      if (fault === "stream_broken") throw new ConnectionError("MAYBE", "the stream broke");
      if (fault === "report_reordered" && held === undefined) {
        held = report;
        continue;
      }
      yield report;
      if (fault === "report_duplicated") yield report;
      if (held !== undefined) yield held;
      held = undefined;
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The answer never comes: at once as a broken connection, or as silence. */
  async #noAnswer(): Promise<never> {
    if (this.#faults.happens(0.3)) return never;
    throw new ConnectionError("MAYBE", "the connection broke before the answer came");
  }

  async #arriveLate(account: AccountId, payload: Uint8Array): Promise<void> {
    await this.#time.sleep(this.#faults.between(100, 1.5 * this.#place.character.requestWindowMs));
    await this.#place.exchange.submit(account, payload);
  }

  #stormy(): FaultKind | undefined {
    const { storm } = this.#place;
    if (storm === "NONE" || this.#faults.isCalm || !this.#faults.happens(stormShare)) return undefined;
    this.#faults.count(storm);
    return storm;
  }

  /** Where an account's fills can't be asked for in bulk, nobody could learn the truth about an order that has ended. */
  #lie(): FaultKind | undefined {
    return this.#place.character.capabilities.bulkQueries ? this.#faults.draw(oddsOf.lie) : undefined;
  }

  #isHidden({ submitKey }: { readonly submitKey: SubmitKey }): boolean {
    return (this.#place.hiddenUntilMs.get(submitKey) ?? 0) > this.#time.nowMs;
  }

  /** Neither listed nor told of; the fills of a forgotten order stay in the account's. */
  #isUnseen(report: OrderReport): boolean {
    return this.#isHidden(report) || this.#place.forgotten.has(report.submitKey);
  }

  /** @throws ConnectionError for a read that fails. */
  #failing(odds: Odds): FaultKind | undefined {
    const fault = this.#stormy() ?? this.#faults.draw(odds);
    if (fault === "read_failed" || fault === "server_error" || fault === "too_many_requests") {
      throw new ConnectionError("NO", fault);
    }
    return fault;
  }

  /** The order as it was some fills ago. */
  #earlier(report: OrderReport): OrderReport {
    const fills = report.fills.slice(0, this.#faults.whole(0, report.fills.length));
    const cumQuantity = fills.reduce((sum, { lastQuantity }) => addQuantity(sum, lastQuantity), zeroQuantity);
    return { ...report, status: "OPEN", fills, cumQuantity };
  }
}
