import {
  type AccountId,
  type Amount,
  type AttemptReference,
  type AttemptRequest,
  addMs,
  type CancelAllOutcome,
  type CancelOutcome,
  type ExecutionReport,
  type FillPage,
  type Instrument,
  type InstrumentId,
  isTriggeredPricing,
  type LookupAnswer,
  type MarketPrice,
  type OrderError,
  orderError,
  type PrepareAnswer,
  type PreparedAttempt,
  type SubmitOutcome,
  type Venue,
  type WallTime,
} from "@surefill/core";
import { cancelFailure, lookupFailure, outcomeOf, outcomeOfFailure, pageError, readError } from "./error-map.ts";
import type { ExchangeApi, OrderReport } from "./exchange/exchange-api.ts";
import { encodeOrderRequest } from "./exchange/order-request.ts";
import { executionReport } from "./execution-report.ts";
import { simSubmitKey } from "./submit-key.ts";
import { untilAborted } from "./until-aborted.ts";

/** The paper venue: our orders, in the simulated exchange's terms, and its answers in ours. */
export class SimVenue implements Venue {
  readonly #exchange: ExchangeApi;
  readonly #requestWindowMs: number;

  /** `requestWindowMs`: how long a request can be accepted after it was prepared. */
  constructor(exchange: ExchangeApi, { requestWindowMs }: { readonly requestWindowMs: number }) {
    this.#exchange = exchange;
    this.#requestWindowMs = requestWindowMs;
  }

  instruments(signal: AbortSignal): Promise<readonly Instrument[]> {
    return read(this.#exchange.instruments(signal));
  }

  async prices(
    instruments: readonly InstrumentId[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<InstrumentId, MarketPrice>> {
    const quotes = await read(this.#exchange.quotes(instruments, signal));
    return new Map(quotes.map(({ instrument, bid, ask, at }) => [instrument, { bid, ask, at }]));
  }

  balances(account: AccountId, signal: AbortSignal): Promise<ReadonlyMap<string, Amount>> {
    return read(this.#exchange.balances(account, signal));
  }

  /** The quote that comes back also tells the exchange's time, which the request's validity counts by. */
  async prepare({ orderId, instruction, number }: AttemptRequest, signal: AbortSignal): Promise<PrepareAnswer> {
    const { instrument, side, pricing, size } = instruction;
    // What waits is priced by the row that triggers it: neither its caller's price nor today's quote says anything of it.
    const waits = isTriggeredPricing(pricing);
    const expectedPrice = waits ? undefined : instruction.expectedPrice;
    try {
      const [quote] = await this.#exchange.quotes([instrument], signal, expectedPrice);
      if (quote === undefined) {
        return { kind: "FAILED", error: await this.#unquoted(instrument, signal) };
      }
      const submitKey = simSubmitKey(orderId, number);
      const validUntil = addMs(quote.at, this.#requestWindowMs);
      const expected = expectedPrice === undefined ? {} : { expectedPrice };
      const payload = encodeOrderRequest({ submitKey, instrument, side, pricing, size, ...expected, validUntil });
      const quoted = waits ? {} : { quotedPrice: side === "BUY" ? quote.ask : quote.bid };
      return { kind: "PREPARED", attempt: { submitKey, validUntil, venueTime: quote.at, payload, ...quoted } };
    } catch (thrown) {
      const failure = readError(thrown);
      if (failure.code === "INTERNAL") throw thrown;
      const wait = failure.retryAfterMs === undefined ? {} : { retryAfterMs: failure.retryAfterMs };
      return { kind: "FAILED", error: failure.toOrderError(), ...wait };
    }
  }

  /** Why there is no quote: another attempt may find the price that is missing, and never an instrument. */
  async #unquoted(instrument: InstrumentId, signal: AbortSignal): Promise<OrderError> {
    const listed = await this.#exchange.instruments(signal);
    return listed.some(({ symbol }) => symbol === instrument)
      ? orderError("VENUE_REJECTED", `there is no price of ${instrument} at the moment`, { instrument })
      : orderError("INVALID_SYMBOL", `the exchange does not trade ${instrument}`, { instrument });
  }

  async submit(account: AccountId, { payload }: PreparedAttempt, signal: AbortSignal): Promise<SubmitOutcome> {
    if (signal.aborted) {
      return { kind: "NOT_SENT", error: orderError("VENUE_UNREACHABLE", "given up before anything was sent") };
    }
    try {
      return outcomeOf(await untilAborted(this.#exchange.submit(account, payload, signal), signal));
    } catch (thrown) {
      return outcomeOfFailure(thrown);
    }
  }

  async lookup({ account, submitKey }: AttemptReference, signal: AbortSignal): Promise<LookupAnswer> {
    try {
      const answer = await this.#exchange.order(account, submitKey, signal);
      return answer.kind === "FOUND"
        ? { kind: "FOUND", report: executionReport(answer.report) }
        : { kind: "NOT_FOUND", asOf: answer.asOf };
    } catch (thrown) {
      return lookupFailure(thrown);
    }
  }

  async cancel({ account, submitKey }: AttemptReference, signal: AbortSignal): Promise<CancelOutcome> {
    try {
      const answer = await this.#exchange.cancel(account, submitKey, signal);
      return answer.kind === "CANCELLED"
        ? { kind: "ACCEPTED", report: executionReport(answer.report) }
        : { kind: "NOT_OPEN" };
    } catch (thrown) {
      return cancelFailure(thrown);
    }
  }

  async cancelAll(
    account: AccountId,
    instrument: InstrumentId | undefined,
    signal: AbortSignal,
  ): Promise<CancelAllOutcome> {
    try {
      const { cancelled } = await this.#exchange.cancelAll(account, instrument, signal);
      return { kind: "ACCEPTED", reports: cancelled.map(executionReport) };
    } catch (thrown) {
      return cancelFailure(thrown);
    }
  }

  async openOrders(account: AccountId, signal: AbortSignal): Promise<readonly ExecutionReport[]> {
    return (await read(this.#exchange.openOrders(account, signal))).map(executionReport);
  }

  async fillsSince(
    account: AccountId,
    after: string | WallTime,
    limit: number,
    signal: AbortSignal,
  ): Promise<FillPage> {
    try {
      return await this.#exchange.fills(account, after, limit, signal);
    } catch (thrown) {
      throw pageError(thrown);
    }
  }

  /** Listens from this call on, not from the first read on. */
  watch(account: AccountId, signal: AbortSignal): AsyncIterable<ExecutionReport> {
    return translated(this.#exchange.reports(account, signal));
  }

  close(): Promise<void> {
    return this.#exchange.close();
  }
}

async function read<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (thrown) {
    throw readError(thrown);
  }
}

async function* translated(reports: AsyncIterable<OrderReport>): AsyncGenerator<ExecutionReport, void, undefined> {
  try {
    for await (const report of reports) yield executionReport(report);
  } catch (thrown) {
    throw readError(thrown);
  }
}
