import {
  type AccountId,
  type Amount,
  addMs,
  type Instrument,
  type InstrumentId,
  type Price,
  type SubmitKey,
  type WallTime,
} from "@surefill/core";
import { ConnectionError } from "./connection-error.ts";
import type {
  AccountFills,
  CancelAllAnswer,
  CancelAnswer,
  ExchangeApi,
  OrderAnswer,
  OrderReport,
  Quote,
  SubmitAnswer,
} from "./exchange-api.ts";
import { orderRandom } from "./order-random.ts";
import { decodeOrderRequest } from "./order-request.ts";

/** What goes wrong between a member and the exchange; rates are probabilities, each drawn from seed and order. */
export interface FaultSettings {
  /** A submission is not sent. */
  readonly connectionRefusedRate: number;
  /** A submission, a cancel or a cancelAll is done, and its answer is lost. */
  readonly answerLostRate: number;
  /** A submission is done, and its answer can't be read. */
  readonly answerMalformedRate: number;
  /** Look-ups tell what was true so long ago, and say so. */
  readonly lookupDelayMs: number;
  readonly reportDropRate: number;
  /** A report comes after the one that follows it. */
  readonly reportReorderRate: number;
  readonly reportDuplicateRate: number;
}

type SubmitFault = "connectionRefusedRate" | "answerLostRate" | "answerMalformedRate";

const submitFaults: Readonly<Record<SubmitFault, { readonly sent: "NO" | "MAYBE"; readonly message: string }>> = {
  connectionRefusedRate: { sent: "NO", message: "fault: the connection was refused" },
  answerLostRate: { sent: "MAYBE", message: "fault: the connection broke before the answer came" },
  answerMalformedRate: { sent: "MAYBE", message: "fault: the answer is malformed" },
};

/** An exchange over a bad line. The exchange itself is as sound as ever, and its log tells the truth. */
export class UnreliableExchange implements ExchangeApi {
  readonly #exchange: ExchangeApi;
  readonly #faults: FaultSettings;
  readonly #seed: number;
  #cancelAlls = 0;

  constructor(exchange: ExchangeApi, faults: FaultSettings, seed: number) {
    this.#exchange = exchange;
    this.#faults = faults;
    this.#seed = seed;
  }

  async submit(account: AccountId, payload: Uint8Array, signal: AbortSignal): Promise<SubmitAnswer> {
    const request = decodeOrderRequest(payload);
    const key = "submitKey" in request ? request.submitKey : "";
    this.#mayFail("connectionRefusedRate", key);
    const answer = await this.#exchange.submit(account, payload, signal);
    this.#mayFail("answerLostRate", key);
    this.#mayFail("answerMalformedRate", key);
    return answer;
  }

  async cancel(account: AccountId, submitKey: SubmitKey, signal: AbortSignal): Promise<CancelAnswer> {
    const answer = await this.#exchange.cancel(account, submitKey, signal);
    this.#mayFail("answerLostRate", `cancel ${submitKey}`);
    return answer;
  }

  async cancelAll(
    account: AccountId,
    instrument: InstrumentId | undefined,
    signal: AbortSignal,
  ): Promise<CancelAllAnswer> {
    // Nothing else tells one from the next: one that is lost must not be lost for ever.
    this.#cancelAlls += 1;
    const key = `cancel all ${account} ${this.#cancelAlls}`;
    const answer = await this.#exchange.cancelAll(account, instrument, signal);
    this.#mayFail("answerLostRate", key);
    return answer;
  }

  async order(account: AccountId, submitKey: SubmitKey, signal: AbortSignal): Promise<OrderAnswer> {
    const answer = await this.#exchange.order(account, submitKey, signal);
    const asOf = addMs(answer.asOf, -this.#faults.lookupDelayMs);
    // What it had filled by then nobody remembers: an order is either not seen yet, or seen as it is.
    const isSeen = answer.kind === "FOUND" && answer.report.acceptedAt <= asOf;
    return isSeen ? answer : { kind: "NOT_FOUND", asOf };
  }

  reports(account: AccountId, signal: AbortSignal): AsyncIterable<OrderReport> {
    return this.#disturbed(this.#exchange.reports(account, signal));
  }

  instruments(signal: AbortSignal): Promise<readonly Instrument[]> {
    return this.#exchange.instruments(signal);
  }

  quotes(instruments: readonly InstrumentId[], signal: AbortSignal, expectedPrice?: Price): Promise<readonly Quote[]> {
    return this.#exchange.quotes(instruments, signal, expectedPrice);
  }

  balances(account: AccountId, signal: AbortSignal): Promise<ReadonlyMap<string, Amount>> {
    return this.#exchange.balances(account, signal);
  }

  openOrders(account: AccountId, signal: AbortSignal): Promise<readonly OrderReport[]> {
    return this.#exchange.openOrders(account, signal);
  }

  fills(account: AccountId, after: string | WallTime, limit: number, signal: AbortSignal): Promise<AccountFills> {
    return this.#exchange.fills(account, after, limit, signal);
  }

  close(): Promise<void> {
    return this.#exchange.close();
  }

  async *#disturbed(reports: AsyncIterable<OrderReport>): AsyncGenerator<OrderReport, void, undefined> {
    let held: OrderReport | undefined;
    for await (const report of reports) {
      const key = `${report.submitKey} ${report.status} ${report.cumQuantity}`;
      if (this.#happens("reportDropRate", key)) continue;
      if (held === undefined && this.#happens("reportReorderRate", key)) {
        held = report;
        continue;
      }
      yield report;
      if (this.#happens("reportDuplicateRate", key)) yield report;
      if (held !== undefined) yield held;
      held = undefined;
    }
    if (held !== undefined) yield held;
  }

  /** @throws ConnectionError if the fault happens. */
  #mayFail(fault: SubmitFault, key: string): void {
    if (this.#happens(fault, key)) throw new ConnectionError(submitFaults[fault].sent, submitFaults[fault].message);
  }

  #happens(fault: Exclude<keyof FaultSettings, "lookupDelayMs">, key: string): boolean {
    return this.#faults[fault] > 0 && orderRandom(this.#seed, key, fault).unit() < this.#faults[fault];
  }
}
